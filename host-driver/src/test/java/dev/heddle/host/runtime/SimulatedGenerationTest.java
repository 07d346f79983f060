package dev.heddle.host.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.host.device.Device;
import dev.heddle.host.device.UploadProgress;
import dev.heddle.host.model.ModelFile;
import dev.heddle.host.model.SharedModels;
import dev.heddle.host.model.ShippedModel;
import dev.heddle.host.sampler.Sampler;
import dev.heddle.host.transport.GoldenTransport;
import dev.heddle.host.transport.SimulatorTransport;
import dev.heddle.host.transport.Transport;
import dev.heddle.testbench.BuildProgress;
import dev.heddle.testbench.MemoryModel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The machine's Verilog lets a model say what the golden machine lets it say, bit for bit. */
class SimulatedGenerationTest {
  private static final String PROMPT = "Once upon a time";
  private static final int TOKENS = 200;

  /** Greedy tokens, and the logits that each was taken from. */
  private record Story(List<Integer> tokens, List<float[]> logits) {}

  @ParameterizedTest
  @ValueSource(strings = {"nano", "default", "large"})
  void taleHasTheLogitsOfTheGoldenMachine(String configuration) {
    try (ModelFile tale = ShippedModel.tale()) {
      assertSimulatedEqualsGolden(tale, configuration);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nano", "default", "large"})
  void stories260KHasTheLogitsOfTheGoldenMachine(String configuration) {
    try (ModelFile stories = ModelFile.open(SharedModels.path("stories260K.bin"))) {
      assertSimulatedEqualsGolden(stories, configuration);
    }
  }

  private static void assertSimulatedEqualsGolden(ModelFile model, String name) {
    Configuration configuration =
        Configuration.shipped().stream()
            .filter(shipped -> shipped.name().equals(name))
            .findFirst()
            .orElseThrow();
    long bytes =
        LlamaRuntime.memoryBytes(model, WeightFormat.Q8_0, AttentionPattern.DENSE, configuration);
    Story golden = tell(model, configuration, new GoldenTransport(configuration, bytes));
    Story simulated =
        tell(
            model,
            configuration,
            new SimulatorTransport(
                configuration, bytes, MemoryModel.parse("ideal:20"), BuildProgress.SILENT));
    assertThat(simulated.tokens).hasSize(TOKENS).isEqualTo(golden.tokens);
    for (int i = 0; i < TOKENS; i++) {
      assertThat(simulated.logits.get(i))
          .as("logits of token %d", i)
          .isEqualTo(golden.logits.get(i));
    }
  }

  private static Story tell(ModelFile model, Configuration configuration, Transport transport) {
    try (Device device = Device.open(transport, configuration)) {
      LlamaRuntime runtime =
          LlamaRuntime.load(model, device, WeightFormat.Q8_0, UploadProgress.NONE);
      assertThat(runtime.hostAttention().isEmpty())
          .isEqualTo(configuration.attention().isPresent());
      Sampler greedy = Sampler.greedy();
      Sequence sequence = runtime.newSequence();
      Story story = new Story(new ArrayList<>(), new ArrayList<>());
      int[] next = Generation.promptTokens(model.tokenizer(), PROMPT);
      while (story.tokens.size() < TOKENS) {
        float[] logits = runtime.read(sequence, next).clone();
        story.logits.add(logits);
        next = new int[] {greedy.sample(logits)};
        story.tokens.add(next[0]);
      }
      return story;
    }
  }
}
