package dev.heddle.accel.export;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.isa.MachineRegisters;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes the script with which Vivado packages a machine as an IP of its catalogue. Vivado finds
 * the AXI interfaces by the names of their ports; the script says to which clock and reset they
 * belong, and what the machine was made for.
 */
final class VivadoPackage {
  private VivadoPackage() {}

  /**
   * The script, to be run in the folder of the files.
   *
   * @param sources Verilog files in the order of compilation
   * @param constraints the file of its timing constraints, XDC
   */
  static String write(
      Configuration configuration,
      String top,
      CoreInterfaces interfaces,
      List<String> sources,
      String constraints) {
    String buses =
        interfaces.buses().stream().map(CoreInterfaces.Bus::name).collect(Collectors.joining(" "));
    return """
        # Packages %1$s as an IP of Vivado's catalogue, in the folder ip:
        #   vivado -mode batch -source %2$s
        set here [file dirname [file normalize [info script]]]
        create_project -in_memory -part xc7a100tcsg324-1
        foreach source {
        %3$s
        } {
          add_files -norecurse [file join $here $source]
        }
        set_property top %1$s [current_fileset]
        ipx::package_project -root_dir [file join $here ip] -vendor heddle.dev -library accelerator -name %1$s -version %4$s -taxonomy /UserIP -import_files
        set core [ipx::current_core]
        set_property display_name "Heddle accelerator %5$s" $core
        set_property description "Sparse attention and low-bit matmul, configuration %5$s" $core
        set_property supported_families {artix7 Production kintex7 Production zynq Production zynquplus Production} $core
        foreach bus {%6$s} {
          ipx::associate_bus_interfaces -busif $bus -clock %7$s $core
        }
        set clock [ipx::get_bus_interfaces %7$s -of_objects $core]
        set_property value %8$s [ipx::add_bus_parameter ASSOCIATED_RESET $clock]
        set_property value %9$d [ipx::add_bus_parameter FREQ_HZ $clock]
        set reset [ipx::infer_bus_interface %8$s xilinx.com:signal:reset_rtl:1.0 $core]
        set_property value ACTIVE_HIGH [ipx::add_bus_parameter POLARITY $reset]
        set interrupt [ipx::infer_bus_interface %10$s xilinx.com:signal:interrupt_rtl:1.0 $core]
        set_property value LEVEL_HIGH [ipx::add_bus_parameter SENSITIVITY $interrupt]
        set_property used_in {synthesis out_of_context} [ipx::add_file [file join $here %11$s] [ipx::add_file_group -type synthesis constraints $core]]
        ipx::create_xgui_files $core
        ipx::update_checksums $core
        ipx::check_integrity $core
        ipx::save_core $core
        """
        .formatted(
            top,
            fileName(),
            sources.stream().map("  "::concat).collect(Collectors.joining("\n")),
            MachineRegisters.GENERATOR_VERSION_TEXT,
            configuration.name(),
            buses,
            CoreInterfaces.CLOCK,
            CoreInterfaces.RESET,
            configuration.clockHz(),
            CoreInterfaces.INTERRUPT,
            constraints);
  }

  /** Name of the script. */
  static String fileName() {
    return "package_ip.tcl";
  }
}
