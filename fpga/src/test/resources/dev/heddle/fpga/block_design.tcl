# Stand-ins for the commands of Vivado that a block design takes. They know the cells, pins,
# parameters and address segments that there are, refuse all others, and check what a design lacks.
#   tclsh block_design.tcl SCRIPT [FAILURE]; FAILURE is the status of the run

# What is known and was made, out of the way of the variables of the script.
namespace eval state {}
lassign $argv script ::state::failure

# --- what there is -----------------------------------------------------------------------------

# Pins of IP: name and direction; interfaces: name and mode.
array set ::state::ip_pins {
  xilinx.com:ip:proc_sys_reset {slowest_sync_clk I ext_reset_in I peripheral_reset O peripheral_aresetn O interconnect_aresetn O}
  xilinx.com:ip:smartconnect {aclk I aresetn I}
}
array set ::state::ip_buses {
  xilinx.com:ip:proc_sys_reset {}
  xilinx.com:ip:smartconnect {S00_AXI slave M00_AXI master}
}
# Parameters of IP and the values that each may have.
array set ::state::ip_parameters {
  xilinx.com:ip:proc_sys_reset {}
  xilinx.com:ip:smartconnect {NUM_SI {1 2 3 4} NUM_MI {1 2 3 4}}
}
set ::state::masters {GP0 HPM0_FPD GP1 HPM1_FPD GP2 HPM0_LPD}
set ::state::slaves {GP0 HPC0 GP1 HPC1 GP2 HP0 GP3 HP1 GP4 HP2 GP5 HP3}
set ::state::ip_parameters(xilinx.com:ip:zynq_ultra_ps_e) {PSU__FPGA_PL0_ENABLE {0 1} PSU__USE__IRQ0 {0 1} PSU__CRL_APB__PL0_REF_CTRL__FREQMHZ *}
foreach {number port} $::state::masters {
  lappend ::state::ip_parameters(xilinx.com:ip:zynq_ultra_ps_e) PSU__USE__M_AXI_$number {0 1} PSU__MAXI${number}__DATA_WIDTH {32 64 128}
}
foreach {number port} $::state::slaves {
  lappend ::state::ip_parameters(xilinx.com:ip:zynq_ultra_ps_e) PSU__USE__S_AXI_$number {0 1} PSU__SAXI${number}__DATA_WIDTH {32 64 128}
}

proc require {condition message} {
  if {![uplevel 1 [list expr $condition]]} {
    error [uplevel 1 [list subst $message]]
  }
}

proc enabled {cell parameter} {
  expr {[info exists ::state::value($cell,$parameter)] && $::state::value($cell,$parameter) == 1}
}

# Pins of a cell and their directions; those of the processor depend on its settings.
proc pins {cell} {
  if {$::state::kind($cell) eq "module"} { return $::state::module_pins }
  if {$::state::kind($cell) ne "xilinx.com:ip:zynq_ultra_ps_e"} { return $::state::ip_pins($::state::kind($cell)) }
  set pins {pl_resetn0 O}
  if {[enabled $cell PSU__FPGA_PL0_ENABLE]} { lappend pins pl_clk0 O }
  if {[enabled $cell PSU__USE__IRQ0]} { lappend pins pl_ps_irq0 I }
  foreach {number port} $::state::masters {
    if {[enabled $cell PSU__USE__M_AXI_$number]} { lappend pins maxi[string tolower $port]_aclk I }
  }
  foreach {number port} $::state::slaves {
    if {[enabled $cell PSU__USE__S_AXI_$number]} { lappend pins saxi[string tolower $port]_fpd_aclk I }
  }
  return $pins
}

proc buses {cell} {
  if {$::state::kind($cell) eq "module"} { return $::state::module_buses }
  if {$::state::kind($cell) ne "xilinx.com:ip:zynq_ultra_ps_e"} { return $::state::ip_buses($::state::kind($cell)) }
  set buses {}
  foreach {number port} $::state::masters {
    if {[enabled $cell PSU__USE__M_AXI_$number]} { lappend buses M_AXI_$port master }
  }
  foreach {number port} $::state::slaves {
    if {[enabled $cell PSU__USE__S_AXI_$number]} { lappend buses S_AXI_${port}_FPD slave }
  }
  return $buses
}

# Segments in which the processor's ports reach its memory.
proc memory_segments {cell} {
  set segments {}
  foreach {number port} $::state::slaves {
    if {[enabled $cell PSU__USE__S_AXI_$number]} {
      foreach part {DDR_LOW DDR_HIGH QSPI LPS_OCM} { lappend segments $cell/SAXI$number/${port}_$part }
    }
  }
  return $segments
}

# The interfaces of a module, by the attributes of its ports.
proc read_module {file} {
  set in [open $file]
  set text [read $in]
  close $in
  array set signals {}
  set ::state::module_pins {}
  set ::state::module_buses {}
  set port {X_INTERFACE_INFO = "xilinx\.com:(\w+:\w+):1\.0 (\w+) (\w+)" \*\)\s+(?:\(\* X_INTERFACE_PARAMETER = "XIL_INTERFACENAME (\w+), ([^"]*)" \*\)\s+)?(input|output)\s+wire (?:\[(\d+):0\] )?(\w+)}
  foreach {all type bus logical named parameters direction high name} [regexp -all -inline $port $text] {
    if {$parameters ne ""} {
      require {$named eq $bus} {parameters of $named stand at a port of $bus}
      set ::state::bus_parameters($bus) [string map {, {}} $parameters]
    }
    if {$type eq "interface:aximm"} {
      lappend signals($bus) $logical $direction
      set width($bus,$logical) [expr {$high eq "" ? 1 : $high + 1}]
    } else {
      lappend ::state::module_pins $name [expr {$direction eq "input" ? "I" : "O"}]
    }
  }
  set header [string range $text [string first "module " $text] [string first ");" $text]]
  set ports [regexp -all {(?:input |output) wire} $header]
  set known [expr {[llength $::state::module_pins] / 2}]
  foreach bus [lsort [array names signals]] {
    incr known [expr {[llength $signals($bus)] / 2}]
    array unset has
    array set has $signals($bus)
    set mode [expr {$has(ARVALID) eq "output" ? "master" : "slave"}]
    set wanted {ARADDR ARVALID ARREADY RDATA RRESP RVALID RREADY}
    set lite [expr {[dict get $::state::bus_parameters($bus) PROTOCOL] eq "AXI4LITE"}]
    if {!$lite} { lappend wanted ARLEN ARSIZE ARBURST RLAST }
    if {$lite || [dict get $::state::bus_parameters($bus) READ_WRITE_MODE] eq "READ_WRITE"} {
      lappend wanted AWADDR AWVALID AWREADY WDATA WSTRB WVALID WREADY BRESP BVALID BREADY
    } else {
      require {![info exists has(AWVALID)]} {$bus only reads and has AWVALID}
    }
    foreach logical $wanted { require {[info exists has($logical)]} {$bus has no $logical} }
    require {[dict get $::state::bus_parameters($bus) DATA_WIDTH] == $width($bus,RDATA)} {$bus has another DATA_WIDTH}
    require {[dict get $::state::bus_parameters($bus) ADDR_WIDTH] == $width($bus,ARADDR)} {$bus has another ADDR_WIDTH}
    lappend ::state::module_buses $bus $mode
  }
  require {$known == $ports} {$known of the $ports ports of $file belong to an interface}
  set clocked [lsort [split [dict get $::state::bus_parameters(clk) ASSOCIATED_BUSIF] :]]
  require {$clocked eq [lsort [array names signals]]} {clk is the clock of $clocked}
  require {[dict get $::state::bus_parameters(reset) POLARITY] eq "ACTIVE_HIGH"} {reset has no polarity}
}

# --- project -----------------------------------------------------------------------------------

proc create_project {args} {
  lassign $args force name folder dashed part
  require {$force eq "-force" && $dashed eq "-part"} {unknown arguments of create_project: $args}
  set ::state::project [list $name $folder]
  puts "project $name of $part"
}
proc current_project {} { list project $::state::project }
proc current_fileset {} { return fileset }
proc get_board_parts {args} {
  require {[lindex $args end] eq "xilinx.com:kv260_som:part0:*"} {there is no board [lindex $args end]}
  return xilinx.com:kv260_som:part0:1.4
}
proc add_files {args} {
  require {[lindex $args 0] eq "-norecurse" && [llength $args] == 2} {unknown arguments of add_files: $args}
  foreach file [lindex $args 1] {
    require {[file exists $file]} {there is no file $file}
    lappend ::state::files $file
  }
}
proc update_compile_order {args} {
  require {$args eq "-fileset sources_1"} {unknown arguments of update_compile_order: $args}
}
proc get_files {name} {
  require {$name eq $::state::design} {there is no file $name}
  list file $name
}

# --- block design ------------------------------------------------------------------------------

proc create_bd_design {name} { set ::state::design $name.bd }
proc create_bd_cell {args} {
  lassign $args dashed type which what name
  require {![info exists ::state::kind($name)]} {there are two cells $name}
  if {$type eq "module"} {
    require {"$what.v" in $::state::files} {there is no module $what}
    read_module $what.v
    set ::state::kind($name) module
  } else {
    require {[info exists ::state::ip_parameters($what)]} {there is no IP $what}
    set ::state::kind($name) $what
  }
  list cell $name
}
proc apply_bd_automation {args} {
  require {$args eq [list -rule xilinx.com:bd_rule:zynq_ultra_ps_e -config {apply_board_preset "1"} {cell processor}]} \
    {unknown arguments of apply_bd_automation: $args}
  require {[info exists ::state::board]} {the project has no board}
  # The preset of the board enables buses that the design may not want.
  foreach {name preset} {PSU__FPGA_PL0_ENABLE 1 PSU__USE__M_AXI_GP0 1 PSU__USE__M_AXI_GP1 1 PSU__USE__M_AXI_GP2 0 PSU__CRL_APB__PL0_REF_CTRL__FREQMHZ 100} {
    set ::state::value(processor,$name) $preset
  }
}
proc get_bd_cells {name} {
  require {[info exists ::state::kind($name)]} {there is no cell $name}
  list cell $name
}
proc get_bd_pins {name} {
  lassign [split $name /] cell pin
  require {[info exists ::state::kind($cell)]} {there is no cell $cell}
  require {[dict exists [pins $cell] $pin]} {there is no pin $name}
  list pin $name
}
proc get_bd_intf_pins {name} {
  lassign [split $name /] cell bus
  require {[info exists ::state::kind($cell)]} {there is no cell $cell}
  require {[dict exists [buses $cell] $bus]} {there is no interface $name}
  list bus $name
}
proc direction {pin} {
  lassign [split $pin /] cell name
  dict get [pins $cell] $name
}
proc mode {bus} {
  lassign [split $bus /] cell name
  dict get [buses $cell] $name
}
proc connect_bd_net {from to} {
  lassign $from kind source
  lassign $to kind target
  require {[direction $source] eq "O" && [direction $target] eq "I"} {$source cannot drive $target}
  require {![info exists ::state::driver($target)]} {$target has two drivers}
  set ::state::driver($target) $source
}
proc connect_bd_intf_net {from to} {
  lassign $from kind source
  lassign $to kind target
  require {[mode $source] eq "master" && [mode $target] eq "slave"} {$source cannot ask $target}
  foreach bus [list $source $target] {
    require {![info exists ::state::peer($bus)]} {$bus is connected twice}
  }
  set ::state::peer($source) $target
  set ::state::peer($target) $source
}
proc set_property {args} {
  if {[lindex $args 0] eq "-dict"} {
    foreach {name what} [lindex $args 1] { set_property $name $what [lindex $args 2] }
    return
  }
  lassign $args name what object
  lassign $object kind which
  switch "$kind $name" {
    "project board_part" { set ::state::board $what }
    "fileset top" {
      require {"$what.v" in [lmap file $::state::files { file tail $file }]} {there is no module $what}
      set ::state::top $what
    }
    "file synth_checkpoint_mode" { require {$what eq "None"} {unknown mode $what} }
    "pin CONFIG.FREQ_HZ" {
      require {$which eq "machine/clk" && $what == [clock_rate]} {$which cannot have $what Hz}
    }
    default {
      require {$kind eq "cell" && [regexp {^CONFIG\.(.*)$} $name all parameter]} {there is no property $name of $object}
      set known $::state::ip_parameters($::state::kind($which))
      require {[dict exists $known $parameter]} {$which has no parameter $parameter}
      set values [dict get $known $parameter]
      require {$values eq "*" || $what in $values} {$parameter cannot be $what}
      set ::state::value($which,$parameter) $what
    }
  }
}
proc clock_rate {} { expr {round($::state::value(processor,PSU__CRL_APB__PL0_REF_CTRL__FREQMHZ) * 999990)} }

# --- addresses ---------------------------------------------------------------------------------

proc get_bd_addr_spaces {name} {
  lassign [split $name /] cell bus
  require {$name eq "processor/Data" || [mode $name] eq "master"} {there is no address space $name}
  list space $name
}
proc get_bd_addr_segs {args} {
  set name [lindex $args end]
  require {$name in [memory_segments processor] || $name eq "machine/s_axi_ctrl/reg0"} {there is no segment $name}
  list segment $name
}
proc assign_bd_address {args} {
  set segment [lindex $args end 1]
  set options [lrange $args 0 end-1]
  set space [lindex [dict get $options -target_address_space] 1]
  set ::state::assigned($space,$segment) [dict remove $options -target_address_space]
}
proc exclude_bd_addr_seg {args} {
  lassign $args dashed space segment
  require {$dashed eq "-target_address_space"} {unknown arguments of exclude_bd_addr_seg: $args}
  set ::state::excluded([lindex $space 1],[lindex $segment 1]) 1
}
proc validate_bd_design {} {
  foreach cell [array names ::state::kind] {
    foreach {pin way} [pins $cell] {
      require {$way eq "O" || [info exists ::state::driver($cell/$pin)]} {nothing drives $cell/$pin}
    }
    foreach {bus way} [buses $cell] {
      require {[info exists ::state::peer($cell/$bus)]} {nothing is connected to $cell/$bus}
    }
  }
  foreach {target source} [array get ::state::driver] {
    if {[regexp {clk$} $target]} { require {$source eq "processor/pl_clk0"} {$source is the clock $target} }
  }
  require {$::state::driver(machine/reset) eq "reset/peripheral_reset"} {machine/reset is driven by $::state::driver(machine/reset)}
  require {$::state::driver(processor/pl_ps_irq0) eq "machine/irq"} {the interrupt is $::state::driver(processor/pl_ps_irq0)}
  set window $::state::assigned(processor/Data,machine/s_axi_ctrl/reg0)
  require {[dict get $window -range] == 1 << [dict get $::state::bus_parameters(s_axi_ctrl) ADDR_WIDTH]} {the window of the registers has [dict get $window -range] bytes}
  puts [format "registers at 0x%x" [dict get $window -offset]]
  foreach {bus way} $::state::module_buses {
    if {$way ne "master"} { continue }
    # Beyond the SmartConnect is the port of the processor.
    set port [lindex [split $::state::peer([lindex [split $::state::peer(machine/$bus) /] 0]/M00_AXI) /] 1]
    set reached 0
    foreach segment [memory_segments processor] {
      if {"S_AXI_[lindex [split [file tail $segment] _] 0]_FPD" ne $port} { continue }
      set memory [string match *DDR* $segment]
      set reached [expr {$reached + [info exists ::state::assigned(machine/$bus,$segment)]}]
      require {$memory == [info exists ::state::assigned(machine/$bus,$segment)]} {$segment is wrong for $bus}
      require {$memory != [info exists ::state::excluded(machine/$bus,$segment)]} {$segment is wrong for $bus}
    }
    require {$reached == 2} {$bus does not reach memory}
    puts "$bus reaches memory by $port"
  }
  set ::state::validated 1
}
proc save_bd_design {} {}

# --- bitstream ---------------------------------------------------------------------------------

proc generate_target {what file} {
  require {[info exists ::state::validated]} {the design is not validated}
}
proc make_wrapper {args} {
  require {[lindex $args 0] eq "-files" && [lindex $args 2] eq "-top"} {unknown arguments of make_wrapper: $args}
  file mkdir [lindex $::state::project 1]
  set wrapper [file join [lindex $::state::project 1] [file rootname $::state::design]_wrapper.v]
  close [open $wrapper w]
  return $wrapper
}
proc launch_runs {args} {
  require {$args eq "impl_1 -to_step write_bitstream"} {unknown arguments of launch_runs: $args}
  require {$::state::top eq "system_wrapper"} {the top is $::state::top}
}
proc run_folder {} { file join [lindex $::state::project 1] [lindex $::state::project 0].runs impl_1 }
proc get_runs {name} { list run $name }
proc wait_on_run {name} {
  if {$::state::failure ne ""} { return }
  file mkdir [run_folder]
  close [open [file join [run_folder] $::state::top.bit] w]
}
proc open_run {name} { set ::state::opened $name }
proc report_timing_summary {args} { close [open [lindex $args end] w] }
proc write_hw_platform {args} {
  require {[lrange $args 0 end-1] eq "-fixed -include_bit -force -file"} {unknown arguments of write_hw_platform: $args}
  close [open [lindex $args end] w]
}
proc get_cells {args} {
  require {[info exists ::state::opened]} {no design is open}
  foreach {kind count} {LUT* 1200 DSP48E2 400 RAMB18E2 3 RAMB36E2 20 FD* 900} {
    if {[lindex $args end] eq "IS_PRIMITIVE && REF_NAME =~ $kind"} { return [lrepeat $count cell] }
  }
  error "nothing is known of $args"
}
proc get_timing_paths {args} { return path }
proc get_property {name of} {
  switch "$name [lindex $of 0]" {
    "CONFIG.FREQ_HZ pin" { return [clock_rate] }
    "PROGRESS run" { return [expr {$::state::failure eq "" ? "100%" : "0%"}] }
    "STATUS run" { return $::state::failure }
    "DIRECTORY run" { return [run_folder] }
    "REQUIREMENT path" { return 10.0 }
    "SLACK path" { return 2.0 }
    default { error "there is no property $name of $of" }
  }
}

set argv {}
source $script
