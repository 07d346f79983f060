package dev.heddle.fpga;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The script with which Vivado puts a machine beside the processor of a Zynq UltraScale+, makes the
 * bitstream, and writes its figures as the tools of other boards do. It has not been run by Vivado.
 *
 * <pre>
 *   processor --- M_AXI_HPM0_FPD --- SmartConnect --- registers ---+
 *             --- S_AXI_HP0_FPD ---- SmartConnect --- memory 0 ----+-- machine and shell
 *             --- S_AXI_HP1_FPD ---- SmartConnect --- memory 1 ----+
 *             --- pl_clk0, pl_resetn0, pl_ps_irq0 -----------------'
 * </pre>
 */
final class BlockDesignScript {
  private static final String ENABLED = "1";
  private static final String DISABLED = "0";
  private static final double MEGA = 1e6;

  private BlockDesignScript() {}

  /**
   * Contents of the file.
   *
   * @param sources Verilog files, in the folder in which the script runs
   */
  static String text(ProcessorBoard board, ProcessorBoardTop top, List<String> sources, Flow flow) {
    return """
        # Makes the bitstream of the %s with Vivado, in a project in the folder vivado:
        #   vivado -mode batch -source %s
        set top %s
        create_project -force $top vivado -part %s
        set boards [get_board_parts -quiet -latest_file_version %s:*]
        if {[llength $boards] == 0} {
          error "Vivado does not know the board %s; install its files, in Vivado: Tools, Vivado Store, Boards"
        }
        set_property board_part [lindex $boards 0] [current_project]
        add_files -norecurse {
          %s
        }
        update_compile_order -fileset sources_1

        # Processor, machine, and a reset that ends in the clock of both.
        create_bd_design system
        create_bd_cell -type ip -vlnv xilinx.com:ip:zynq_ultra_ps_e processor
        apply_bd_automation -rule xilinx.com:bd_rule:zynq_ultra_ps_e -config {apply_board_preset "1"} [get_bd_cells processor]
        set_property -dict {
          %s
        } [get_bd_cells processor]
        create_bd_cell -type module -reference $top machine
        create_bd_cell -type ip -vlnv xilinx.com:ip:proc_sys_reset reset
        proc connect {from args} {
          foreach to $args {
            connect_bd_net [get_bd_pins $from] [get_bd_pins $to]
          }
        }
        connect processor/pl_clk0 machine/%s reset/slowest_sync_clk
        connect processor/pl_resetn0 reset/ext_reset_in
        connect reset/peripheral_reset machine/%s
        connect machine/%s processor/pl_ps_irq0
        set_property CONFIG.FREQ_HZ [get_property CONFIG.FREQ_HZ [get_bd_pins processor/pl_clk0]] [get_bd_pins machine/%s]

        # Each bus passes a SmartConnect, which fits widths, identifiers and protocols to each other.
        proc connect_bus {name from to clock} {
          create_bd_cell -type ip -vlnv xilinx.com:ip:smartconnect $name
          set_property -dict {CONFIG.NUM_SI 1 CONFIG.NUM_MI 1} [get_bd_cells $name]
          connect processor/pl_clk0 $name/aclk $clock
          connect reset/interconnect_aresetn $name/aresetn
          connect_bd_intf_net [get_bd_intf_pins $from] [get_bd_intf_pins $name/S00_AXI]
          connect_bd_intf_net [get_bd_intf_pins $name/M00_AXI] [get_bd_intf_pins $to]
        }
        connect_bus registers processor/M_AXI_HPM0_FPD machine/%s processor/maxihpm0_fpd_aclk
        assign_bd_address -offset 0x%x -range %d -target_address_space [get_bd_addr_spaces processor/Data] [get_bd_addr_segs machine/%s/reg0]
        foreach {bus port slave} {
          %s
        } {
          connect_bus memory_$port machine/$bus processor/S_AXI_${port}_FPD processor/saxi[string tolower $port]_fpd_aclk
          set space [get_bd_addr_spaces machine/$bus]
          foreach memory {DDR_LOW DDR_HIGH} {
            assign_bd_address -target_address_space $space [get_bd_addr_segs processor/$slave/${port}_$memory]
          }
          foreach other {QSPI LPS_OCM} {
            set segment [get_bd_addr_segs -quiet processor/$slave/${port}_$other]
            if {[llength $segment] > 0} {
              exclude_bd_addr_seg -target_address_space $space $segment
            }
          }
        }
        validate_bd_design
        save_bd_design

        set design [get_files system.bd]
        set_property synth_checkpoint_mode None $design
        generate_target all $design
        add_files -norecurse [make_wrapper -files $design -top]
        set_property top system_wrapper [current_fileset]
        update_compile_order -fileset sources_1
        launch_runs impl_1 -to_step write_bitstream
        wait_on_run impl_1
        set run [get_runs impl_1]
        if {[get_property PROGRESS $run] ne "100%%"} {
          error "the bitstream was not made: [get_property STATUS $run]; the logs are in [get_property DIRECTORY $run] and in synth_1 beside it"
        }
        open_run impl_1
        report_timing_summary -file $top.timing.rpt
        file copy -force [file join [get_property DIRECTORY $run] system_wrapper.bit] %s
        write_hw_platform -fixed -include_bit -force -file $top.xsa

        set report %s
        set cells %s
        %s"""
        .formatted(
            board.title(),
            VivadoScript.FILE,
            board.top(),
            board.device().part(),
            board.boardPart(),
            board.boardPart(),
            String.join("\n  ", sources),
            settings(board).entrySet().stream()
                .map(setting -> "CONFIG.%s %s".formatted(setting.getKey(), setting.getValue()))
                .collect(Collectors.joining("\n  ")),
            ProcessorBoardTop.CLOCK,
            ProcessorBoardTop.RESET,
            ProcessorBoardTop.INTERRUPT,
            ProcessorBoardTop.CLOCK,
            top.registers(),
            ZynqUltraScalePlus.REGISTERS,
            ZynqUltraScalePlus.REGISTER_BYTES,
            top.registers(),
            memories(top.memories()),
            board.vivadoBitstream(),
            flow.reportFile(),
            flow.cellsFile(),
            VivadoScript.figures("E2"));
  }

  /** The settings of the processor, besides those of the board. */
  private static Map<String, String> settings(ProcessorBoard board) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("PSU__FPGA_PL0_ENABLE", ENABLED);
    settings.put("PSU__CRL_APB__PL0_REF_CTRL__FREQMHZ", String.valueOf(board.clockHz() / MEGA));
    settings.put("PSU__USE__IRQ0", ENABLED);
    String bits = String.valueOf(ZynqUltraScalePlus.PORT_BITS);
    settings.put("PSU__USE__M_AXI_GP0", ENABLED);
    settings.put("PSU__MAXIGP0__DATA_WIDTH", bits);
    settings.put("PSU__USE__M_AXI_GP1", DISABLED);
    settings.put("PSU__USE__M_AXI_GP2", DISABLED);
    for (int i = 0; i < board.configuration().ports(); i++) {
      int slave = ZynqUltraScalePlus.slave(i);
      settings.put("PSU__USE__S_AXI_GP" + slave, ENABLED);
      settings.put("PSU__SAXIGP%d__DATA_WIDTH".formatted(slave), bits);
    }
    return settings;
  }

  private static String memories(List<String> buses) {
    return IntStream.range(0, buses.size())
        .mapToObj(
            i ->
                "%s %s SAXIGP%d"
                    .formatted(
                        buses.get(i),
                        ZynqUltraScalePlus.memoryPort(i),
                        ZynqUltraScalePlus.slave(i)))
        .collect(Collectors.joining("\n  "));
  }
}
