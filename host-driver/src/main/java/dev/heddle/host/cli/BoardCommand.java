package dev.heddle.host.cli;

import dev.heddle.fpga.SerialBoard;
import dev.heddle.host.board.VirtualBoard;
import dev.heddle.host.serial.PseudoTerminal;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code heddle board}: a virtual board on a pseudo-terminal. */
@Command(
    name = "board",
    description = {
      "Simulates a board at its serial pins, behind a pseudo-terminal that other commands open",
      "as they open the port of a real one. Ctrl-C switches it off."
    },
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    sortOptions = false)
final class BoardCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "BOARD", description = "Name of the board.")
  private String name;

  @Mixin private FaultOptions faults;

  @Override
  public Integer call() {
    SerialBoard board =
        BoardName.findSerial(spec, name, "simulate its machine with --device sim:CONFIG");
    try (VirtualBoard virtual = faults.open(board);
        PseudoTerminal terminal = PseudoTerminal.open()) {
      PrintWriter out = spec.commandLine().getOut();
      out.printf("a virtual %s is at %s%n", board.title(), terminal.port());
      faults.faults().forEach(fault -> out.println("its fault: " + fault.description()));
      out.println("in another terminal:");
      out.printf("  ./heddle bringup %s%n", options(board, terminal));
      out.printf("  ./heddle run %s%n", options(board, terminal));
      out.flush();
      virtual.serve(terminal, () -> !Thread.currentThread().isInterrupted());
    }
    return 0;
  }

  /** What reaches the board; the fewest cycles a bit are simulated soonest. */
  private static String options(SerialBoard board, PseudoTerminal terminal) {
    return "--virtual --device uart:%s --baud %d --switch-baud %d"
        .formatted(terminal.port(), board.baud(), board.fastestBaud());
  }
}
