package dev.heddle.host.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.RouterShape;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.isa.AttentionCounter;
import dev.heddle.host.device.Device;
import dev.heddle.host.device.UploadProgress;
import dev.heddle.host.model.ModelFile;
import dev.heddle.host.model.ShippedModel;
import dev.heddle.host.transport.SimulatorTransport;
import dev.heddle.testbench.BuildProgress;
import dev.heddle.testbench.MemoryModel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LongSummaryStatistics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The attention engine's Verilog in a model: the bits of the host, and what a token costs. */
class SimulatedAttentionTest {
  private static final Configuration CONFIGURATION = Configuration.DEFAULT;

  /** A machine for patterns that choose pages. */
  private static final Configuration PAGED =
      Configuration.NANO.withAttention(
          new AttentionShape(2, 64, 64, 4, 128, 128, 4, 64).withPages());

  /** A machine that chooses them itself. */
  private static final Configuration ROUTED = PAGED.withRouter(new RouterShape(8, 64, 8));

  @TempDir Path folder;

  private static LlamaRuntime load(ModelFile model, AttentionPattern pattern) {
    return load(model, pattern, CONFIGURATION);
  }

  private static LlamaRuntime load(
      ModelFile model, AttentionPattern pattern, Configuration machine) {
    long bytes = LlamaRuntime.memoryBytes(model, WeightFormat.Q8_0, pattern, machine);
    Device device =
        Device.open(
            new SimulatorTransport(
                machine, bytes, MemoryModel.parse("ideal:20"), BuildProgress.SILENT),
            machine);
    return LlamaRuntime.load(model, device, WeightFormat.Q8_0, pattern, UploadProgress.NONE);
  }

  @ParameterizedTest
  @CsvSource({
    "4, 2, 16, dense, 32, true",
    "8, 1, 64, dense, 32, false",
    "4, 2, 16, window=7, 60, false",
    "6, 2, 40, lambda=3+6, 60, true",
    "8, 4, 8, lambda=20+9, 60, false",
    "4, 2, 16, 'moba=8,2', 32, true",
    "6, 2, 40, 'moba=4,3', 32, false",
    "8, 1, 8, 'quest=1,4', 32, false",
    "4, 4, 64, 'quest=2,6', 32, true",
    "4, 2, 16, 'moba=8,2,8', 32, true",
    "8, 1, 8, 'quest=4,3,2', 32, false"
  })
  void theLogitsAreThoseOfAttentionOnTheHost(
      int heads, int kvHeads, int headDimension, String text, int length, boolean append) {
    AttentionPattern pattern = AttentionPattern.parse(text);
    Configuration machine = pattern.routing().isPresent() ? ROUTED : CONFIGURATION;
    assertLogits(
        DeviceAttentionTest.model(folder, heads, kvHeads, headDimension),
        pattern,
        append ? machine.withAppend() : machine,
        length);
  }

  @Test
  void theLogitsAreThoseOfAttentionOnTheHostWhereTheHostChoosesBlocks() {
    AttentionPattern pattern = AttentionPattern.parse("moba=4,3");
    assertLogits(DeviceAttentionTest.model(folder, 4, 2, 16), pattern, PAGED, 32);
  }

  private static void assertLogits(
      ModelFile opened, AttentionPattern pattern, Configuration machine, int length) {
    try (ModelFile model = opened;
        GoldenModel host =
            GoldenModel.load(model, Configuration.NANO, WeightFormat.Q8_0, pattern)) {
      LlamaRuntime simulated = load(model, pattern, machine);
      try (Device device = simulated.device()) {
        assertThat(simulated.hostAttention()).isEmpty();
        assertThat(simulated.hostRouting().isPresent()).isEqualTo(machine.equals(PAGED));
        int[] tokens = DeviceAttentionTest.tokens(length);
        Sequence expected = host.runtime().newSequence();
        Sequence actual = simulated.newSequence();
        int single = length - 10;
        assertThat(simulated.readAll(actual, Arrays.copyOf(tokens, single)))
            .isDeepEqualTo(host.runtime().readAll(expected, Arrays.copyOf(tokens, single)));
        for (int i = single; i < length; i++) {
          assertThat(simulated.read(actual, tokens[i]))
              .isEqualTo(host.runtime().read(expected, tokens[i]));
        }
        assertThat(device.counters().attentionCycles()).isPositive();
        assertThat(device.counters().appendCycles() > 0).isEqualTo(machine.append());
        assertThat(device.counters().attention(AttentionCounter.ROWS))
            .isEqualTo((long) model.shape().layers() * model.shape().heads() * length);
      }
    }
  }

  /**
   * Reads tokens one by one, whose attention must take the same cycles, but for what depends on
   * where in a page of memory the keys of the window begin.
   */
  private static void assertEqualCycles(LlamaRuntime runtime, Sequence sequence, int tokens) {
    LongSummaryStatistics cycles = new LongSummaryStatistics();
    for (int i = 0; i < tokens; i++) {
      long before = runtime.device().counters().attentionCycles();
      runtime.read(sequence, i);
      cycles.accept(runtime.device().counters().attentionCycles() - before);
    }
    assertThat(cycles.getMin()).isPositive();
    assertThat(cycles.getMax()).as("%s", cycles).isLessThanOrEqualTo(cycles.getMin() * 105 / 100);
  }

  @Test
  void aTokenOfALongTextCostsAsMuchAsAnyOther() {
    try (ModelFile model = DeviceAttentionTest.model(folder, 4, 2, 16)) {
      LlamaRuntime runtime = load(model, AttentionPattern.parse("lambda=4+20"));
      try (Device device = runtime.device();
          Sequence sequence = runtime.newSequence()) {
        runtime.read(sequence, DeviceAttentionTest.tokens(24));
        assertEqualCycles(runtime, sequence, 60);
        assertThat(device.saturated()).isFalse();
      }
    }
  }

  @Test
  void taleCostsTheSameWhenItsWindowIsFull() {
    try (ModelFile tale = ShippedModel.tale()) {
      LlamaRuntime runtime = load(tale, AttentionPattern.parse("lambda=4+64"));
      try (Device device = runtime.device();
          Sequence sequence = runtime.newSequence()) {
        runtime.read(sequence, DeviceAttentionTest.tokens(68));
        assertEqualCycles(runtime, sequence, 3);
        assertThat(device.saturated()).isFalse();
      }
    }
  }
}
