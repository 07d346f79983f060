package dev.heddle.host.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.fpga.Boards;
import dev.heddle.host.board.VirtualBoard;
import dev.heddle.host.model.TensorType;
import dev.heddle.host.model.TestModel;
import dev.heddle.host.serial.PseudoTerminal;
import dev.heddle.testbench.BuildProgress;
import dev.heddle.testbench.LibraryOptions;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model on a virtual board behind a pseudo-terminal, whose rate changes for the run. */
class VirtualBoardRunTest {
  @TempDir private Path folder;

  private CommandRun run(String... device) {
    String[] model = {
      "run",
      "--model",
      folder.resolve("tiny.gguf").toString(),
      "--prompt",
      "a",
      "--tokens",
      "2",
      "--temperature",
      "0",
      "--endless"
    };
    String[] arguments = new String[model.length + device.length];
    System.arraycopy(model, 0, arguments, 0, model.length);
    System.arraycopy(device, 0, arguments, model.length, device.length);
    return CommandRun.of(arguments);
  }

  private static String story(CommandRun run) {
    return run.out().substring(0, run.out().indexOf("  device "));
  }

  @Test
  void theStoryIsThatOfTheGoldenMachineAndTheRateIsGivenBack() throws Exception {
    TestModel.of(TensorType.Q4_0).write(folder.resolve("tiny.gguf"));
    AtomicBoolean on = new AtomicBoolean(true);
    try (VirtualBoard board =
            new VirtualBoard(Boards.ULX3S, LibraryOptions.CHECKED, BuildProgress.SILENT);
        PseudoTerminal terminal = PseudoTerminal.open()) {
      Thread power = new Thread(() -> board.serve(terminal, on::get), "board");
      power.start();
      try {
        CommandRun run =
            run("--device", "uart:" + terminal.port(), "--virtual", "--switch-baud", "15000000");
        assertThat(run.exitCode()).as(run.err()).isZero();
        String machine = Boards.ULX3S.configuration().orElseThrow().name();
        assertThat(story(run)).isEqualTo(story(run("--device", "golden:" + machine)));
        assertThat(run.out())
            .contains(", simulated, configuration " + machine, " at 60 MHz")
            .doesNotContain("cycles per token        -");
        assertThat(terminal.baud()).isEqualTo(Boards.ULX3S.baud());
      } finally {
        on.set(false);
        power.join();
      }
      assertThat(board.pins().baud()).isEqualTo(Boards.ULX3S.baud());
    }
  }
}
