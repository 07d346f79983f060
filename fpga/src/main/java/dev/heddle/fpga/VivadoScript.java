package dev.heddle.fpga;

/**
 * The script with which Vivado makes a bitstream, without a project, and writes its figures as the
 * place-and-route tool and the synthesis of the other boards do. It has not been run by Vivado.
 */
final class VivadoScript {
  /** The program that runs it. */
  static final String PROGRAM = "vivado";

  /** Name of the file. */
  static final String FILE = "build.tcl";

  private VivadoScript() {}

  /** Contents of the file, for every board the same. */
  static String text() {
    return """
        # Makes a bitstream with Vivado:
        #   vivado -mode batch -source build.tcl -tclargs TOP PART PINS BITSTREAM REPORT CELLS VERILOG...
        lassign $argv top part pins bitstream report cells
        read_verilog [lrange $argv 6 end]
        read_xdc $pins
        synth_design -top $top -part $part
        opt_design
        place_design
        phys_opt_design
        route_design

        %swrite_bitstream -force $bitstream
        """
        .formatted(figures("E1"));
  }

  /**
   * The part that writes the figures of a routed design to the files {@code $report} and {@code
   * $cells}.
   *
   * @param generation with which the names of multipliers and RAMs end, such as E1
   */
  static String figures(String generation) {
    return """
        proc count {kind} {
          llength [get_cells -quiet -hierarchical -filter "IS_PRIMITIVE && REF_NAME =~ $kind"]
        }
        proc save {file text} {
          set out [open $file w]
          puts $out $text
          close $out
        }
        set worst [get_timing_paths -setup -max_paths 1]
        set nanoseconds [expr {[get_property REQUIREMENT $worst] - [get_property SLACK $worst]}]
        set megahertz [format %.3f [expr {1000.0 / $nanoseconds}]]
        set rams [expr {[count RAMB18GENERATION] + 2 * [count RAMB36GENERATION]}]
        save $report [string map [list LUTS [count LUT*] PRODUCTS [count DSP48GENERATION] RAMS $rams MHZ $megahertz] \\
          {{"utilization": {"LUT": {"used": LUTS}, "DSP48GENERATION": {"used": PRODUCTS}, "RAMB18": {"used": RAMS}}, "fmax": {"clock": {"achieved": MHZ}}}}]
        save $cells [string map [list FLIPFLOPS [count FD*]] \\
          {{"design": {"num_cells_by_type": {"FD": FLIPFLOPS}}}}]
        """
        .replace("GENERATION", generation);
  }
}
