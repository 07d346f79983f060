package dev.heddle.host.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.host.device.Device;
import dev.heddle.host.device.DeviceException;
import dev.heddle.host.device.MemoryAllocator;
import dev.heddle.host.device.UploadProgress;
import dev.heddle.host.model.ModelFile;
import dev.heddle.host.model.ShippedModel;
import dev.heddle.host.model.TensorType;
import dev.heddle.host.model.TestModel;
import dev.heddle.host.transport.GoldenTransport;
import dev.heddle.host.transport.SimulatorTransport;
import dev.heddle.host.transport.Transport;
import dev.heddle.testbench.BuildProgress;
import dev.heddle.testbench.MemoryModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A model whose weights do not fit in card memory. */
class StreamedGenerationTest {
  private static final int SMALL_MEMORY = 128 << 10;
  private static final int PROMPT = 45;

  /** What a runtime gives for a prompt, two single tokens, and a tree or a chunk. */
  private static List<float[]> logits(LlamaRuntime runtime, boolean tree) {
    Random random = new Random(6);
    int vocabulary = runtime.shape().vocabulary();
    int[] prompt =
        random.ints(Math.min(PROMPT, runtime.shape().context() / 2), 0, vocabulary).toArray();
    List<float[]> logits = new ArrayList<>();
    try (Sequence sequence = runtime.newSequence()) {
      logits.add(runtime.read(sequence, prompt));
      logits.add(runtime.read(sequence, random.nextInt(vocabulary)));
      logits.add(runtime.read(sequence, random.nextInt(vocabulary)));
      int[] more = random.ints(5, 0, vocabulary).toArray();
      if (tree) {
        TokenTree guesses =
            new TokenTree(List.of(more[0], more[1], more[2]), List.of(TokenTree.TEXT, 0, 0));
        logits.addAll(List.of(runtime.read(sequence, guesses)));
      } else {
        logits.addAll(List.of(runtime.readAll(sequence, more)));
      }
    }
    return logits;
  }

  private static void withRuntime(
      ModelFile model,
      Transport transport,
      Configuration configuration,
      AttentionPattern pattern,
      Consumer<LlamaRuntime> use) {
    try (Device device = Device.open(transport, configuration)) {
      use.accept(LlamaRuntime.load(model, device, WeightFormat.Q8_0, pattern, UploadProgress.NONE));
    }
  }

  private static List<float[]> resident(
      ModelFile model, Configuration configuration, AttentionPattern pattern) {
    try (GoldenModel golden = GoldenModel.load(model, configuration, WeightFormat.Q8_0, pattern)) {
      assertThat(golden.runtime().placement().isAllResident()).isTrue();
      return logits(golden.runtime(), pattern.equals(AttentionPattern.DENSE));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "nano, dense",
    "micro, lambda=4+16",
    "small, 'moba=16,2,4'",
    "default, dense",
    "large, window=20"
  })
  void theLogitsAreThoseOfResidentWeights(String name, String attention) {
    Configuration configuration = configuration(name);
    AttentionPattern pattern = AttentionPattern.parse(attention);
    try (ModelFile tale = ShippedModel.tale()) {
      List<float[]> expected = resident(tale, configuration, pattern);
      withRuntime(
          tale,
          new GoldenTransport(configuration, SMALL_MEMORY),
          configuration,
          pattern,
          runtime -> {
            assertThat(runtime.placement().isAllResident()).isFalse();
            assertThat(runtime.placement().residentBytes()).isBetween(60_000L, 100_000L);
            assertSame(logits(runtime, pattern.equals(AttentionPattern.DENSE)), expected);
          });
    }
  }

  @Test
  void theLogitsAreTheSameInAnyMemory() {
    try (ModelFile tale = ShippedModel.tale()) {
      List<float[]> expected = resident(tale, Configuration.NANO, AttentionPattern.DENSE);
      long before = -1;
      for (int memory : List.of(4 << 10, 20_000, 300_000, 700_000, 860_000, 880_000)) {
        long[] stay = {0};
        withRuntime(
            tale,
            new GoldenTransport(Configuration.NANO, memory),
            Configuration.NANO,
            AttentionPattern.DENSE,
            runtime -> {
              stay[0] = runtime.placement().residentBytes();
              assertSame(logits(runtime, true), expected);
            });
        assertThat(stay[0]).isGreaterThan(before).isLessThan(memory);
        before = stay[0];
      }
    }
  }

  private static void assertSame(List<float[]> logits, List<float[]> expected) {
    assertThat(logits).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(logits.get(i)).as("logits %d", i).isEqualTo(expected.get(i));
    }
  }

  private static Configuration configuration(String name) {
    return Configuration.shipped().stream()
        .filter(shipped -> shipped.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aPromptStreamsTheWeightsOnce() {
    try (ModelFile tale = ShippedModel.tale()) {
      withRuntime(
          tale,
          new GoldenTransport(Configuration.NANO, SMALL_MEMORY),
          Configuration.NANO,
          AttentionPattern.DENSE,
          runtime -> {
            Sequence sequence = runtime.newSequence();
            long each = runtime.placement().streamedBytes();
            runtime.read(sequence, new Random(1).ints(PROMPT, 0, 500).toArray());
            assertThat(runtime.device().counters().streamedBytes()).isEqualTo(each);
            runtime.read(sequence, 7);
            assertThat(runtime.device().counters().streamedBytes()).isEqualTo(2 * each);
          });
    }
  }

  @Test
  void attentionLeavesCardMemoryToTheWeights() {
    try (ModelFile tale = ShippedModel.tale()) {
      withRuntime(
          tale,
          new GoldenTransport(Configuration.DEFAULT, 700_000),
          Configuration.DEFAULT,
          AttentionPattern.DENSE,
          runtime ->
              assertThat(runtime.hostAttention().orElseThrow())
                  .matches(
                      "the keys and values of a sequence take [0-9,]+ bytes of card memory, but weights, vectors and lists leave 0"));
    }
  }

  @Test
  void theLeastMemoryWorksAndLessIsRefused() {
    int least = 1472;
    try (ModelFile tale = ShippedModel.tale();
        GoldenModel resident = GoldenModel.load(tale, Configuration.NANO)) {
      float[] expected = resident.runtime().read(resident.runtime().newSequence(), 1, 40);
      withRuntime(
          tale,
          nano(MemoryAllocator.FIRST_ADDRESS + least),
          Configuration.NANO,
          AttentionPattern.DENSE,
          runtime -> assertThat(runtime.read(runtime.newSequence(), 1, 40)).isEqualTo(expected));
      assertThatThrownBy(
              () ->
                  withRuntime(
                      tale, nano(least), Configuration.NANO, AttentionPattern.DENSE, runtime -> {}))
          .isInstanceOf(DeviceException.class)
          .hasMessage(
              "the weights of tale-800k take 852,992 bytes, and to stream them takes 1,472 bytes of card memory for some rows, but 1,408 are free on golden (Java model of configuration nano, 1 KiB of card memory); use a board with more memory, a configuration of fewer lanes, or a model with shorter rows");
    }
  }

  private static Transport nano(int memoryBytes) {
    return new GoldenTransport(Configuration.NANO, memoryBytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nano", "default"})
  void aSimulatedMachineHasTheSameLogits(String name, @TempDir Path folder) throws IOException {
    Configuration configuration = configuration(name);
    Path file = folder.resolve("tiny.gguf");
    TestModel.of(TensorType.Q4_1).write(file);
    try (ModelFile model = ModelFile.open(file)) {
      List<float[]> expected = resident(model, configuration, AttentionPattern.DENSE);
      withRuntime(
          model,
          new SimulatorTransport(
              configuration, 16 << 10, MemoryModel.parse("ideal:20"), BuildProgress.SILENT),
          configuration,
          AttentionPattern.DENSE,
          runtime -> {
            assertThat(runtime.placement().isAllResident()).isFalse();
            assertSame(logits(runtime, true), expected);
          });
    }
  }
}
