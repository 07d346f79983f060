package dev.heddle.host.board;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.fpga.Boards;
import dev.heddle.host.device.Device;
import dev.heddle.host.device.UploadProgress;
import dev.heddle.host.link.LinkTransport;
import dev.heddle.host.model.ModelFile;
import dev.heddle.host.model.TensorType;
import dev.heddle.host.model.TestModel;
import dev.heddle.host.runtime.LlamaRuntime;
import dev.heddle.host.runtime.Sequence;
import dev.heddle.host.sampler.Sampler;
import dev.heddle.host.transport.GoldenTransport;
import dev.heddle.host.transport.Transport;
import dev.heddle.testbench.BuildProgress;
import dev.heddle.testbench.LibraryOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model on the top level of a board, through its serial pins and its SDRAM. */
class BoardGenerationTest {
  private static final Configuration MACHINE = Boards.ULX3S.configuration();
  private static final int FASTEST = 15_000_000;
  private static final int TOKENS = 6;
  private static final int[] PROMPT = {1, 40, 41, 42, 43};

  /** The logits that greedy tokens were taken from, and bytes that were uploaded. */
  private record Story(List<float[]> logits, long uploaded) {}

  private static Story tell(ModelFile model, int tokens, Transport transport) {
    try (Device device = Device.open(transport, MACHINE)) {
      long[] uploaded = {0};
      UploadProgress progress = (done, skipped, total) -> uploaded[0] = done - skipped;
      LlamaRuntime runtime = LlamaRuntime.load(model, device, WeightFormat.Q8_0, progress);
      Sampler greedy = Sampler.greedy();
      Story story = new Story(new ArrayList<>(), uploaded[0]);
      try (Sequence sequence = runtime.newSequence()) {
        int[] next = PROMPT;
        while (story.logits.size() < tokens) {
          float[] logits = runtime.read(sequence, next).clone();
          story.logits.add(logits);
          next = new int[] {greedy.sample(logits)};
        }
      }
      return story;
    }
  }

  @Test
  void theBoardHasTheLogitsOfTheGoldenMachineAndKeepsTheWeights(@TempDir Path folder)
      throws IOException {
    Path file = folder.resolve("tiny.gguf");
    TestModel.of(TensorType.Q4_1).write(file);
    try (ModelFile model = ModelFile.open(file);
        VirtualBoard board =
            new VirtualBoard(Boards.ULX3S, LibraryOptions.CHECKED, BuildProgress.SILENT)) {
      Story golden = tell(model, TOKENS, new GoldenTransport(MACHINE, 1 << 23));
      Story first = tell(model, TOKENS, link(board));
      for (int i = 0; i < TOKENS; i++) {
        assertThat(first.logits.get(i)).as("logits of token %d", i).isEqualTo(golden.logits.get(i));
      }
      assertThat(first.uploaded).isEqualTo(golden.uploaded);
      Story second = tell(model, 1, link(board));
      assertThat(second.logits.get(0)).isEqualTo(golden.logits.get(0));
      assertThat(second.uploaded).isZero();
    }
  }

  private static LinkTransport link(VirtualBoard board) {
    LinkTransport link = new LinkTransport(board::pins);
    link.setBaud(FASTEST);
    return link;
  }
}
