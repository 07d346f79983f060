package dev.heddle.host.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.fpga.Boards;
import dev.heddle.fpga.SerialBoard;
import dev.heddle.host.board.VirtualBoard;
import dev.heddle.host.model.LlamaShape;
import dev.heddle.host.model.RopePairing;
import dev.heddle.host.model.TensorType;
import dev.heddle.host.model.TestModel;
import dev.heddle.host.serial.PseudoTerminal;
import dev.heddle.testbench.BuildProgress;
import dev.heddle.testbench.LibraryOptions;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A model on a virtual board behind a pseudo-terminal, whose rate changes for the run. */
class VirtualBoardRunTest {
  /** Two layers of width 128, of which the 128 KB of an iCEBreaker hold a part. */
  private static final LlamaShape SHAPE =
      new LlamaShape(
          2, 128, 4, 2, 32, 160, 288, 32, 1e-5f, 10_000, 1, RopePairing.INTERLEAVED, false);

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

  static Stream<SerialBoard> boards() {
    return Stream.of(Boards.ULX3S, Boards.ICEBREAKER);
  }

  @ParameterizedTest
  @MethodSource("boards")
  void theStoryIsThatOfTheGoldenMachineAndTheRateIsGivenBack(SerialBoard kind) throws Exception {
    TestModel.of(SHAPE, TensorType.Q4_0).write(folder.resolve("tiny.gguf"));
    AtomicBoolean on = new AtomicBoolean(true);
    try (VirtualBoard board = new VirtualBoard(kind, LibraryOptions.CHECKED, BuildProgress.SILENT);
        PseudoTerminal terminal = PseudoTerminal.open()) {
      Thread power = new Thread(() -> board.serve(terminal, on::get), "board");
      power.start();
      try {
        CommandRun run =
            run(
                "--device",
                "uart:" + terminal.port(),
                "--virtual",
                "--switch-baud",
                "" + kind.fastestBaud());
        assertThat(run.exitCode()).as(run.err()).isZero();
        String machine = kind.configuration().name();
        assertThat(story(run)).isEqualTo(story(run("--device", "golden:" + machine)));
        assertThat(run.out())
            .contains(
                ", simulated, configuration " + machine,
                " at %d MHz".formatted(kind.clockHz() / 1_000_000))
            .doesNotContain("cycles per token        -");
        assertThat(run.err().contains("streaming ")).isEqualTo(kind == Boards.ICEBREAKER);
        assertThat(terminal.baud()).isEqualTo(kind.baud());
      } finally {
        on.set(false);
        power.join();
      }
      assertThat(board.pins().baud()).isEqualTo(kind.baud());
    }
  }
}
