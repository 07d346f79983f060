package dev.heddle.host.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.RouterShape;
import dev.heddle.accel.format.BlockRouting;
import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.format.Rope;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.host.device.Device;
import dev.heddle.host.device.UploadProgress;
import dev.heddle.host.model.LlamaShape;
import dev.heddle.host.model.ModelFile;
import dev.heddle.host.model.RopePairing;
import dev.heddle.host.model.SyntheticLlama;
import dev.heddle.host.model.TensorType;
import dev.heddle.host.transport.GoldenTransport;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Attention on the golden machine gives the logits of attention on the host, bit for bit. */
class DeviceAttentionTest {
  private static final int CONTEXT = 32;
  private static final Configuration HOST = Configuration.NANO;

  private static final AttentionShape ENGINE = new AttentionShape(2, 64, 64, 4, 128, 128, 8, 64);

  /** Rows of up to 96 keys; 128 lie on chip. */
  private static final Configuration DEVICE = HOST.withAttention(ENGINE.withPages());

  /** The same with a router. */
  private static final Configuration ROUTER = DEVICE.withRouter(new RouterShape(90, 64, 8));

  /** The machines that differ in what writes keys and chooses blocks. */
  private static final List<Configuration> DEVICES =
      List.of(DEVICE, ROUTER, DEVICE.withAppend(), ROUTER.withAppend());

  @TempDir Path folder;

  private ModelFile model(int heads, int kvHeads, int headDimension) {
    return model(folder, heads, kvHeads, headDimension);
  }

  /** A model of two random layers with a context of {@value #CONTEXT} tokens. */
  static ModelFile model(Path folder, int heads, int kvHeads, int headDimension) {
    return model(folder, heads, kvHeads, headDimension, CONTEXT);
  }

  /** The same with a context of some tokens. */
  static ModelFile model(Path folder, int heads, int kvHeads, int headDimension, int context) {
    LlamaShape shape = shape(heads, kvHeads, headDimension, context);
    String name = "%d_%d_%d_%d.gguf".formatted(heads, kvHeads, headDimension, context);
    return ModelFile.open(
        SyntheticLlama.random(shape, 3).gguf(TensorType.F32).write(folder.resolve(name)));
  }

  private static LlamaShape shape(int heads, int kvHeads, int headDimension, int context) {
    return new LlamaShape(
        2,
        64,
        heads,
        kvHeads,
        headDimension,
        96,
        288,
        context,
        1e-5f,
        10_000,
        1,
        RopePairing.HALF_SPLIT,
        false);
  }

  private static GoldenModel load(ModelFile model, Configuration configuration, String pattern) {
    return GoldenModel.load(
        model, configuration, WeightFormat.Q8_0, AttentionPattern.parse(pattern));
  }

  /** Random tokens for such a model. */
  static int[] tokens(int count) {
    return new Random(8).ints(count, 0, 288).toArray();
  }

  private static float[][] logits(
      ModelFile model, Configuration configuration, String pattern, int[] tokens) {
    try (GoldenModel golden = load(model, configuration, pattern);
        Sequence sequence = golden.runtime().newSequence()) {
      assertThat(golden.runtime().attendsOnDevice())
          .isEqualTo(configuration.attention().isPresent());
      return golden.runtime().readAll(sequence, tokens);
    }
  }

  /** Logits of tokens that are read one by one. */
  private static float[][] stepwise(
      ModelFile model, Configuration configuration, String pattern, int[] tokens) {
    try (GoldenModel golden = load(model, configuration, pattern);
        Sequence sequence = golden.runtime().newSequence()) {
      return Arrays.stream(tokens)
          .mapToObj(token -> golden.runtime().read(sequence, token))
          .toArray(float[][]::new);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "4, 2, 16, dense, 32",
    "4, 4, 64, dense, 32",
    "8, 1, 8, dense, 32",
    "4, 2, 16, window=1, 50",
    "4, 2, 16, window=7, 90",
    "4, 2, 16, lambda=3+6, 120",
    "8, 2, 8, lambda=5+2, 90",
    "4, 1, 40, lambda=20+16, 100",
    "4, 2, 16, lambda=4+90, 150",
    "4, 2, 16, 'moba=4,3', 32",
    "4, 4, 64, 'moba=1,5', 32",
    "8, 1, 8, 'moba=8,2', 32",
    "4, 1, 16, 'quest=4,3', 32",
    "4, 2, 40, 'quest=2,1', 32",
    "4, 2, 16, 'moba=4,3,2', 32",
    "4, 4, 64, 'moba=8,2,8', 32",
    "8, 1, 8, 'quest=16,1,16', 32",
    "4, 1, 16, 'quest=4,3,4', 32"
  })
  void theDeviceGivesTheLogitsOfTheHostInChunksAndTokenByToken(
      int heads, int kvHeads, int headDimension, String pattern, int length) {
    try (ModelFile model = model(heads, kvHeads, headDimension)) {
      int[] tokens = tokens(length);
      float[][] expected = stepwise(model, HOST, pattern, tokens);
      assertThat(logits(model, HOST, pattern, tokens)).isDeepEqualTo(expected);
      for (Configuration device : DEVICES) {
        assertThat(logits(model, device, pattern, tokens)).isDeepEqualTo(expected);
        assertThat(stepwise(model, device, pattern, tokens)).isDeepEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "window=32",
        "window=16384",
        "lambda=4+28",
        "lambda=31+1",
        "lambda=200+3",
        "moba=8,4",
        "moba=32,1",
        "quest=4,8",
        "quest=1,90",
        "moba=8,4,8",
        "quest=4,8,2"
      })
  void aPatternThatLeavesNothingOutGivesDenseAttention(String pattern) {
    try (ModelFile model = model(4, 2, 16)) {
      int[] tokens = tokens(CONTEXT);
      float[][] dense = logits(model, HOST, "dense", tokens);
      assertThat(logits(model, HOST, pattern, tokens)).isDeepEqualTo(dense);
      assertThat(logits(model, DEVICE, pattern, tokens)).isDeepEqualTo(dense);
      assertThat(logits(model, ROUTER, pattern, tokens)).isDeepEqualTo(dense);
    }
  }

  @Test
  void aPatternThatLeavesKeysOutGivesOtherLogits() {
    try (ModelFile model = model(4, 2, 16)) {
      int[] tokens = tokens(CONTEXT);
      float[][] dense = logits(model, DEVICE, "dense", tokens);
      float[][] window = logits(model, DEVICE, "window=31", tokens);
      assertThat(window[CONTEXT - 2]).isEqualTo(dense[CONTEXT - 2]);
      assertThat(window[CONTEXT - 1]).isNotEqualTo(dense[CONTEXT - 1]);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"moba", "quest"})
  void queriesChooseBlocksOnceThereAreMoreThanTheySee(String kind) {
    try (ModelFile model = model(4, 2, 16)) {
      int[] tokens = tokens(CONTEXT);
      float[][] dense = logits(model, DEVICE, "dense", tokens);
      float[][] routed = logits(model, DEVICE, kind + "=8,3", tokens);
      assertThat(Arrays.copyOf(routed, 24)).isDeepEqualTo(Arrays.copyOf(dense, 24));
      assertThat(routed[CONTEXT - 1]).isNotEqualTo(dense[CONTEXT - 1]);
      // A window of what is seen is another choice than that of the queries.
      float[][] window = logits(model, DEVICE, "window=24", tokens);
      assertThat(routed[CONTEXT - 1]).isNotEqualTo(window[CONTEXT - 1]);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"moba=8,2,8", "quest=4,2,4"})
  void theFirstTokenOfATileChoosesHoweverATextIsCut(String pattern) {
    try (ModelFile model = model(4, 2, 16)) {
      int[] tokens = tokens(CONTEXT);
      float[][] expected = stepwise(model, HOST, pattern, tokens);
      float[][] each = logits(model, HOST, pattern.substring(0, pattern.length() - 2), tokens);
      assertThat(Arrays.deepEquals(each, expected)).as("a choice for each token").isFalse();
      for (Configuration machine : List.of(HOST, DEVICE, ROUTER)) {
        try (GoldenModel golden = load(model, machine, pattern);
            Sequence sequence = golden.runtime().newSequence()) {
          for (int[] cut : new int[][] {{0, 3}, {3, 12}, {12, 13}, {13, 21}, {21, 32}}) {
            assertThat(
                    golden.runtime().readAll(sequence, Arrays.copyOfRange(tokens, cut[0], cut[1])))
                .isDeepEqualTo(Arrays.copyOfRange(expected, cut[0], cut[1]));
          }
        }
      }
    }
  }

  @Test
  void tokensThatWereForgottenLeaveNoSummariesBehind() {
    try (ModelFile model = model(4, 2, 16);
        GoldenModel golden = load(model, DEVICE, "moba=4,2")) {
      LlamaRuntime runtime = golden.runtime();
      int[] tokens = tokens(CONTEXT);
      float[][] expected = stepwise(model, HOST, "moba=4,2", tokens);
      Sequence sequence = runtime.newSequence();
      runtime.read(sequence, Arrays.copyOf(tokens, 10));
      // As a chunk does that fails in the second layer: the first has read it, then drops it.
      LayerCache cache = sequence.layer(0);
      float[] other = new float[model.shape().kvWidth()];
      Arrays.fill(other, 3f);
      Rope.Angles still = new Rope(Rope.Pairing.HALF_SPLIT, new double[8]).at(0);
      for (int position = 10; position < 20; position++) {
        cache.append(position, still, other.clone(), other.clone());
      }
      cache.blocks(0, 19, List.of(KvVector.of(new byte[16], 0)));
      float[][] rest = runtime.readAll(sequence, Arrays.copyOfRange(tokens, 10, CONTEXT));
      assertThat(rest).isDeepEqualTo(Arrays.copyOfRange(expected, 10, CONTEXT));
    }
  }

  @Test
  void whoChoosesBlocksIsSaid() {
    LlamaShape shape = shape(4, 2, 16, 256);
    AttentionPattern pattern = AttentionPattern.parse("moba=2,3");
    assertThat(new AttentionPlan(ROUTER, shape, AttentionPattern.DENSE).hostRouting()).isEmpty();
    assertThat(new AttentionPlan(ROUTER, shape, AttentionPattern.parse("moba=4,3")).hostRouting())
        .isEmpty();
    assertThat(new AttentionPlan(ROUTER, shape, pattern).hostRouting())
        .hasValue(
            "the router of configuration nano does not take moba=2,3: it chooses from at most 64 blocks");
    assertThat(new AttentionPlan(DEVICE, shape, pattern).hostRouting())
        .hasValue("configuration nano has no router; use --router-count 32");
  }

  @ParameterizedTest
  @CsvSource({"'moba=4,3', false", "'quest=2,5', false", "'moba=4,3', true", "'moba=8,2,8', false"})
  void summariesAndChoicesOnTheCardSurviveForgettingEvictionAndFailure(
      String text, boolean append) {
    Configuration machine = append ? ROUTER.withAppend() : ROUTER;
    try (ModelFile model = model(4, 2, 16)) {
      WeightFormat format = WeightFormat.Q8_0;
      AttentionPattern pattern = AttentionPattern.parse(text);
      long bytes = LlamaRuntime.memoryBytes(model, format, pattern, machine);
      InterruptibleTransport transport =
          new InterruptibleTransport(new GoldenTransport(machine, bytes));
      try (Device device = Device.open(transport, machine)) {
        LlamaRuntime runtime =
            LlamaRuntime.load(model, device, format, pattern, UploadProgress.NONE);
        assertThat(runtime.hostRouting()).isEmpty();
        int[] tokens = tokens(CONTEXT);
        float[][] expected = stepwise(model, HOST, text, tokens);
        // There is room for one of them, so each makes way for the other.
        List<Sequence> sequences = List.of(runtime.newSequence(), runtime.newSequence());
        for (int i = 0; i < CONTEXT; i++) {
          for (Sequence sequence : sequences) {
            if (i + 4 <= CONTEXT) {
              transport.failAfter(i % 9);
              int[] chunk = {5, 6, 7, 8};
              assertThatThrownBy(() -> runtime.read(sequence, chunk))
                  .isInstanceOf(InterruptibleTransport.Failure.class);
              transport.failAfter(Integer.MAX_VALUE);
            }
            assertThat(runtime.read(sequence, tokens[i])).as("token %d", i).isEqualTo(expected[i]);
          }
        }
      }
    }
  }

  @Test
  void enginesWithoutPagesLeaveRoutedAttentionToTheHost() {
    Configuration plain = HOST.withAttention(ENGINE);
    try (ModelFile model = model(4, 2, 16);
        GoldenModel golden = load(model, plain, "quest=4,2")) {
      assertThat(golden.runtime().hostAttention())
          .hasValue(
              "quest=4,2 needs listed pages, which the engine of configuration nano does not take;"
                  + " use --attention-pages true");
      int[] tokens = tokens(CONTEXT);
      assertThat(golden.runtime().readAll(golden.runtime().newSequence(), tokens))
          .isDeepEqualTo(logits(model, DEVICE, "quest=4,2", tokens));
    }
  }

  @Test
  void blocksThatAreTooManyForTheEngineAreLeftToTheHost() {
    LlamaShape shape = shape(4, 2, 16, 256);
    assertThat(refusal(shape, "moba=32,3")).isEmpty();
    assertThat(refusal(shape, "moba=32,4"))
        .hasValue("tokens that see more than 96 keys, the most that configuration nano takes");
  }

  private static Optional<String> refusal(LlamaShape shape, String pattern) {
    return new AttentionPlan(DEVICE, shape, AttentionPattern.parse(pattern))
        .refusal(Long.MAX_VALUE);
  }

  @Test
  void firstTokensAreSeenFromTheLargestDistanceOfTheContext() {
    try (ModelFile model = model(4, 2, 16);
        GoldenModel golden = load(model, HOST, "lambda=2+3")) {
      LlamaRuntime runtime = golden.runtime();
      Sequence sequence = runtime.newSequence();
      runtime.readAll(sequence, tokens(CONTEXT));
      var stood = sequence.layer(0).keys(0).get(1);
      runtime.read(sequence, 5);
      // The last token has moved on to distance 32 of token 0, and to 31 of token 1.
      assertThat(sequence.layer(0).keys(0).get(1)).isEqualTo(stood);
      runtime.read(sequence, 6);
      assertThat(sequence.layer(0).keys(0).get(1)).isNotEqualTo(stood);
    }
  }

  @Test
  void rowsThatAreTooLongForTheEngineAreComputedOnTheHost() {
    try (ModelFile model = model(4, 2, 16);
        GoldenModel golden = load(model, DEVICE, "window=100")) {
      LlamaRuntime runtime = golden.runtime();
      int[] tokens = tokens(130);
      Sequence sequence = runtime.newSequence();
      float[][] first = runtime.readAll(sequence, Arrays.copyOf(tokens, 96));
      assertThat(runtime.hostAttention()).isEmpty();
      float[][] then = runtime.readAll(sequence, Arrays.copyOfRange(tokens, 96, tokens.length));
      assertThat(runtime.hostAttention())
          .hasValueSatisfying(
              reason -> assertThat(reason).contains("more than 96 keys").contains("nano"));
      float[][] expected = logits(model, HOST, "window=100", tokens);
      assertThat(first).isDeepEqualTo(Arrays.copyOf(expected, 96));
      assertThat(then).isDeepEqualTo(Arrays.copyOfRange(expected, 96, tokens.length));
    }
  }

  @Test
  void modelsThatTheEngineCannotTakeAreComputedOnTheHost() {
    try (ModelFile model = model(1, 1, 80);
        GoldenModel golden = load(model, DEVICE, "dense")) {
      assertThat(golden.runtime().attendsOnDevice()).isFalse();
      assertThat(golden.runtime().hostAttention())
          .hasValue("the model's heads have 80 elements, those of configuration nano at most 64");
      assertThat(golden.runtime().read(golden.runtime().newSequence(), 7)).hasSize(288);
    }
  }

  @Test
  void closedSequencesGiveTheirCardMemoryBack() {
    try (ModelFile model = model(4, 2, 16);
        GoldenModel golden = load(model, DEVICE, "dense")) {
      LlamaRuntime runtime = golden.runtime();
      try (Sequence warm = runtime.newSequence()) {
        runtime.readAll(warm, tokens(20));
        runtime.read(warm, 3);
      }
      long free = runtime.device().freeBytes();
      Sequence sequence = runtime.newSequence();
      runtime.read(sequence, 3);
      assertThat(runtime.device().freeBytes()).isLessThan(free);
      sequence.close();
      assertThat(runtime.device().freeBytes()).isEqualTo(free);
      sequence.close();
      assertThat(runtime.device().freeBytes()).isEqualTo(free);
      assertThatThrownBy(() -> runtime.read(sequence, 3))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the sequence is closed");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void sequencesThatDoNotFitCardMemoryTogetherMakeWayForOneAnother(boolean append) {
    try (ModelFile model = model(4, 2, 16);
        GoldenModel golden = load(model, append ? DEVICE.withAppend() : DEVICE, "lambda=2+45")) {
      LlamaRuntime runtime = golden.runtime();
      int[] tokens = tokens(110);
      float[][] expected = stepwise(model, HOST, "lambda=2+45", tokens);
      Sequence[] sequences = {runtime.newSequence(), runtime.newSequence(), runtime.newSequence()};
      for (int i = 0; i < tokens.length; i++) {
        for (Sequence sequence : sequences) {
          assertThat(runtime.read(sequence, tokens[i])).isEqualTo(expected[i]);
        }
      }
      assertThat(sequences).filteredOn(sequence -> sequence.card() != null).hasSize(1);
    }
  }

  /**
   * Keys are dropped, first ones turn, prompts come in chunks and one by one; what the machine has
   * appended is what the host would have written.
   */
  @ParameterizedTest
  @CsvSource({
    "4, 2, 16, dense, 32",
    "4, 4, 64, window=7, 60",
    "4, 2, 40, lambda=3+6, 80",
    "4, 2, 16, 'moba=4,3', 32",
    "8, 1, 8, 'quest=2,5', 31"
  })
  void theMachineAppendsWhatTheHostWouldWrite(
      int heads, int kvHeads, int headDimension, String text, int length) {
    Configuration machine = ROUTER.withAppend();
    AttentionPattern pattern = AttentionPattern.parse(text);
    WeightFormat format = WeightFormat.Q8_0;
    try (ModelFile model = model(heads, kvHeads, headDimension)) {
      long bytes = LlamaRuntime.memoryBytes(model, format, pattern, machine);
      GoldenTransport transport = new GoldenTransport(machine, bytes);
      try (Device device = Device.open(transport, machine)) {
        LlamaRuntime runtime =
            LlamaRuntime.load(model, device, format, pattern, UploadProgress.NONE);
        int page = pattern.routing().map(BlockRouting::size).orElse(Integer.MAX_VALUE);
        CardContents card = new CardContents(transport, model.shape(), page);
        int[] tokens = tokens(length);
        Sequence sequence = runtime.newSequence();
        runtime.read(sequence, Arrays.copyOf(tokens, 18));
        card.assertThoseOf(sequence);
        for (int i = 18; i < length; i++) {
          runtime.read(sequence, tokens[i]);
          card.assertThoseOf(sequence);
        }
      }
    }
  }

  @Test
  void newKeysTravelWithTheQueriesWhereTheMachineAppendsThem() {
    try (ModelFile model = model(4, 2, 16)) {
      int codesValuesAndExponents = 3;
      assertThat(writes(model, DEVICE) - writes(model, DEVICE.withAppend()))
          .isEqualTo(model.shape().layers() * model.shape().kvHeads() * codesValuesAndExponents);
    }
  }

  /** Pieces that are written to card memory for a token. */
  private static int writes(ModelFile model, Configuration machine) {
    AttentionPattern pattern = AttentionPattern.DENSE;
    long bytes = LlamaRuntime.memoryBytes(model, WeightFormat.Q8_0, pattern, machine);
    InterruptibleTransport transport =
        new InterruptibleTransport(new GoldenTransport(machine, bytes));
    try (Device device = Device.open(transport, machine)) {
      LlamaRuntime runtime =
          LlamaRuntime.load(model, device, WeightFormat.Q8_0, pattern, UploadProgress.NONE);
      Sequence sequence = runtime.newSequence();
      runtime.read(sequence, 1);
      int before = transport.writes();
      runtime.read(sequence, 2);
      return transport.writes() - before;
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFailedChunkLeavesNothingBehind(boolean append) {
    Configuration machine = append ? DEVICE.withAppend() : DEVICE;
    try (ModelFile model = model(4, 2, 16)) {
      WeightFormat format = WeightFormat.Q8_0;
      AttentionPattern pattern = AttentionPattern.parse("lambda=4+6");
      long bytes = LlamaRuntime.memoryBytes(model, format, pattern, machine);
      InterruptibleTransport transport =
          new InterruptibleTransport(new GoldenTransport(machine, bytes));
      try (Device device = Device.open(transport, machine)) {
        LlamaRuntime runtime =
            LlamaRuntime.load(model, device, format, pattern, UploadProgress.NONE);
        int[] tokens = tokens(60);
        float[][] expected = stepwise(model, HOST, "lambda=4+6", tokens);
        Sequence sequence = runtime.newSequence();
        for (int i = 0; i < tokens.length; i++) {
          // A layer takes at least five lists, so that it fails in either of the two.
          transport.failAfter(i % 9);
          int[] chunk = {5, 6, 7, 8};
          assertThatThrownBy(() -> runtime.read(sequence, chunk))
              .isInstanceOf(InterruptibleTransport.Failure.class);
          transport.failAfter(Integer.MAX_VALUE);
          assertThat(runtime.read(sequence, tokens[i])).as("token %d", i).isEqualTo(expected[i]);
        }
      }
    }
  }
}
