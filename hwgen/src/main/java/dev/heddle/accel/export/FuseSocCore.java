package dev.heddle.accel.export;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.isa.MachineRegisters;
import java.util.List;
import java.util.stream.Collectors;

/** Writes a machine as a core of FuseSoC (CAPI version 2). */
final class FuseSocCore {
  private FuseSocCore() {}

  /**
   * The core.
   *
   * @param top name of the top module
   * @param sources Verilog files in the order of compilation
   * @param constraints the file of its timing constraints, XDC
   */
  static String write(
      Configuration configuration, String top, List<String> sources, String constraints) {
    return """
        CAPI=2:
        name: "heddle:accelerator:%1$s:%2$s"
        description: "Heddle accelerator, configuration %3$s"

        filesets:
          rtl:
            files:
        %4$s
            file_type: "verilogSource"
          constraints:
            files:
              - "%5$s"
            file_type: "xdc"

        targets:
          default:
            filesets: ["rtl"]
            toplevel: "%1$s"
          lint:
            default_tool: "verilator"
            filesets: ["rtl"]
            toplevel: "%1$s"
            tools:
              verilator:
                mode: "lint-only"
                verilator_options: ["-Wall"]
          synth:
            default_tool: "vivado"
            filesets: ["rtl", "constraints"]
            toplevel: "%1$s"
        """
        .formatted(
            top,
            MachineRegisters.GENERATOR_VERSION_TEXT,
            configuration.name(),
            sources.stream().map("      - \"%s\""::formatted).collect(Collectors.joining("\n")),
            constraints);
  }
}
