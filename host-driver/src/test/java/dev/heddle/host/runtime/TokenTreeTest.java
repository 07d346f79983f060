package dev.heddle.host.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.host.device.Device;
import dev.heddle.host.device.UploadProgress;
import dev.heddle.host.model.ModelFile;
import dev.heddle.host.transport.GoldenTransport;
import dev.heddle.host.transport.SimulatorTransport;
import dev.heddle.host.transport.Transport;
import dev.heddle.testbench.BuildProgress;
import dev.heddle.testbench.MemoryModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Trees of drafts behind a text, on the host, on the golden machine and in its Verilog. */
class TokenTreeTest {
  private static final int CONTEXT = 64;
  private static final int NODES = 26;
  private static final AttentionShape ENGINE = new AttentionShape(2, 64, 64, 4, 128, 128, 8, 64);
  private static final Configuration MASKS = Configuration.NANO.withAttention(ENGINE.withMasks());

  @TempDir Path folder;

  private static TokenTree tree(int seed) {
    Random random = new Random(seed);
    List<Integer> tokens = new ArrayList<>();
    List<Integer> parents = new ArrayList<>();
    for (int node = 0; node < NODES; node++) {
      tokens.add(random.nextInt(288));
      parents.add(Math.max(TokenTree.TEXT, node - 1 - random.nextInt(6)));
    }
    return new TokenTree(tokens, parents);
  }

  private static Configuration machine(boolean append) {
    return append ? MASKS.withAppend() : MASKS;
  }

  private static int[] pathTokens(TokenTree tree, int node) {
    return tree.path(node).stream().mapToInt(tree.tokens()::get).toArray();
  }

  private static LlamaRuntime load(ModelFile model, Transport transport, Configuration machine) {
    return LlamaRuntime.load(
        model, Device.open(transport, machine), WeightFormat.Q8_0, UploadProgress.NONE);
  }

  private static long bytes(ModelFile model, Configuration machine) {
    return LlamaRuntime.memoryBytes(model, WeightFormat.Q8_0, AttentionPattern.DENSE, machine);
  }

  private static LlamaRuntime golden(ModelFile model, Configuration machine) {
    return load(model, new GoldenTransport(machine, bytes(model, machine)), machine);
  }

  /** The logits behind each node, its path read token by token. */
  private static float[][] replayed(LlamaRuntime runtime, int[] text, TokenTree tree) {
    float[][] logits = new float[tree.size()][];
    for (int node = 0; node < tree.size(); node++) {
      try (Sequence sequence = runtime.newSequence()) {
        if (text.length > 0) {
          runtime.read(sequence, text);
        }
        for (int token : pathTokens(tree, node)) {
          logits[node] = runtime.read(sequence, token);
        }
      }
    }
    return logits;
  }

  @ParameterizedTest
  @CsvSource({
    "4, 2, 16, 0, false",
    "4, 2, 16, 9, true",
    "4, 1, 64, 30, false",
    "2, 2, 40, 38, true"
  })
  void everyNodeHasTheLogitsOfItsPathOnHostAndDevice(
      int heads, int kvHeads, int headDimension, int length, boolean append) {
    Configuration machine = machine(append);
    int[] text = DeviceAttentionTest.tokens(length);
    TokenTree tree = tree(length);
    try (ModelFile model =
        DeviceAttentionTest.model(folder, heads, kvHeads, headDimension, CONTEXT)) {
      float[][] expected;
      LlamaRuntime host = golden(model, Configuration.NANO);
      try (Device device = host.device()) {
        expected = replayed(host, text, tree);
        assertThat(read(host, text, tree)).isDeepEqualTo(expected);
      }
      LlamaRuntime golden = golden(model, machine);
      try (Device device = golden.device()) {
        assertThat(read(golden, text, tree)).isDeepEqualTo(expected);
        assertThat(golden.hostAttention()).isEmpty();
      }
      LlamaRuntime simulated =
          load(
              model,
              new SimulatorTransport(
                  machine,
                  bytes(model, machine),
                  MemoryModel.parse("ideal:20"),
                  BuildProgress.SILENT),
              machine);
      try (Device device = simulated.device()) {
        assertThat(read(simulated, text, tree)).isDeepEqualTo(expected);
        assertThat(simulated.hostAttention()).isEmpty();
      }
    }
  }

  private static float[][] read(LlamaRuntime runtime, int[] text, TokenTree tree) {
    try (Sequence sequence = runtime.newSequence()) {
      if (text.length > 0) {
        runtime.read(sequence, text);
      }
      return runtime.read(sequence, tree);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void afterACommitTheCacheIsOneThatWasBuiltTokenByToken(boolean append) {
    Configuration machine = machine(append);
    int[] text = DeviceAttentionTest.tokens(11);
    try (ModelFile model = DeviceAttentionTest.model(folder, 4, 2, 16, CONTEXT)) {
      GoldenTransport transport = new GoldenTransport(machine, bytes(model, machine));
      LlamaRuntime runtime = load(model, transport, machine);
      CardContents card = new CardContents(transport, model.shape(), CONTEXT);
      try (Device device = runtime.device();
          Sequence speculative = runtime.newSequence()) {
        runtime.read(speculative, text);
        List<Integer> committed = new ArrayList<>();
        Arrays.stream(text).forEach(committed::add);
        for (int round = 0; round < 5; round++) {
          TokenTree tree = tree(100 + round);
          runtime.read(speculative, tree);
          int node = new Random(round).nextInt(12);
          speculative.commit(node);
          if (append) {
            // The machine has moved the path: nothing is left to write.
            card.assertThoseOf(speculative);
          }
          Arrays.stream(pathTokens(tree, node)).forEach(committed::add);
        }
        int[] tokens = committed.stream().mapToInt(Integer::intValue).toArray();
        assertThat(speculative.length()).isEqualTo(tokens.length).isGreaterThan(text.length + 5);
        try (Sequence sequential = runtime.newSequence()) {
          for (int token : tokens) {
            runtime.read(sequential, token);
          }
          for (int layer = 0; layer < model.shape().layers(); layer++) {
            for (int head = 0; head < model.shape().kvHeads(); head++) {
              LayerCache expected = sequential.layer(layer);
              LayerCache actual = speculative.layer(layer);
              assertThat(actual.keys(head)).isEqualTo(expected.keys(head)).hasSize(tokens.length);
              assertThat(actual.values(head)).isEqualTo(expected.values(head));
            }
          }
          // Card memory has them too: the next token sees all of them there.
          assertThat(runtime.read(speculative, 7)).isEqualTo(runtime.read(sequential, 7));
          assertThat(runtime.hostAttention()).isEmpty();
        }
      }
    }
  }

  @Test
  void aTreeThatIsNotCommittedLeavesNothingBehind() {
    int[] text = DeviceAttentionTest.tokens(5);
    try (ModelFile model = DeviceAttentionTest.model(folder, 4, 2, 16, CONTEXT)) {
      LlamaRuntime runtime = golden(model, MASKS);
      try (Device device = runtime.device();
          Sequence with = runtime.newSequence();
          Sequence without = runtime.newSequence()) {
        runtime.read(with, text);
        runtime.read(without, text);
        runtime.read(with, tree(1));
        runtime.read(with, tree(2));
        assertThat(runtime.read(with, 3)).isEqualTo(runtime.read(without, 3));
        assertThatThrownBy(() -> with.commit(0))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("holds no tree");
      }
    }
  }

  @Test
  void anEngineWithoutMasksLeavesTreesToTheHost() {
    Configuration plain = Configuration.NANO.withAttention(ENGINE);
    try (ModelFile model = DeviceAttentionTest.model(folder, 4, 2, 16, CONTEXT)) {
      LlamaRuntime runtime = golden(model, plain);
      try (Device device = runtime.device()) {
        float[][] logits = read(runtime, new int[] {1, 2}, tree(3));
        assertThat(logits).isDeepEqualTo(replayed(runtime, new int[] {1, 2}, tree(3)));
        assertThat(runtime.hostAttention().orElseThrow())
            .contains("takes no masks")
            .contains("--attention-masks true");
      }
    }
  }

  @Test
  void whatIsNoTreeOrDoesNotFitIsRefused() {
    assertThatThrownBy(() -> new TokenTree(List.of(1, 2), List.of(-1, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the parent of node 1 is 1; it is -1 to 0, -1 for the text");
    List<Integer> many = Collections.nCopies(65, -1);
    assertThatThrownBy(() -> new TokenTree(many, many))
        .hasMessage("a tree of 65 tokens and 65 parents; it takes as many of each, 1 to 64");
    try (ModelFile model = DeviceAttentionTest.model(folder, 4, 2, 16, CONTEXT)) {
      AttentionPattern window = AttentionPattern.parse("window=8");
      try (GoldenModel golden =
          GoldenModel.load(model, Configuration.NANO, WeightFormat.Q8_0, window)) {
        Sequence sequence = golden.runtime().newSequence();
        assertThatThrownBy(() -> golden.runtime().read(sequence, tree(1)))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("trees are read with dense attention, not with window=8");
      }
      LlamaRuntime runtime = golden(model, MASKS);
      try (Device device = runtime.device()) {
        Sequence sequence = runtime.newSequence();
        runtime.read(sequence, DeviceAttentionTest.tokens(CONTEXT - NODES + 1));
        assertThatThrownBy(() -> runtime.read(sequence, tree(1)))
            .isInstanceOf(ContextFullException.class);
        sequence.close();
        Sequence shorter = runtime.newSequence();
        runtime.read(shorter, tree(1));
        assertThatThrownBy(() -> shorter.commit(NODES))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("node 26 of a tree of 26 nodes");
      }
    }
  }
}
