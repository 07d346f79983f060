package dev.heddle.host.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.host.model.GgufCopy;
import dev.heddle.host.model.GgufWriter;
import dev.heddle.host.model.LlamaShape;
import dev.heddle.host.model.LlamaTensors;
import dev.heddle.host.model.ModelFile;
import dev.heddle.host.model.RopePairing;
import dev.heddle.host.model.SyntheticLlama;
import dev.heddle.host.model.TensorType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kind of Llama file that can be loaded also computes what it means. Where two files mean the
 * same model, their logits are the same bit for bit; the rest is held against floating point.
 */
class ModelVariantsTest {
  private static final int[] TOKENS = {1, 40, 7, 131, 40, 255, 9, 9, 78, 200, 3, 64};

  /**
   * The relative error of the logits that 8-bit weights, activations and KV entries may cause. A
   * rounding to 8 bits adds about 0.7 % of the vector's length; a dozen lie behind one another, and
   * the attention of these random models amplifies what comes in: 2 to 5 % are measured.
   */
  private static final double Q8_ERROR = 0.08;

  /** What a mistake in the arithmetic causes at least; 45 to 75 % are measured. */
  private static final double MISTAKE = 0.3;

  @TempDir Path folder;

  private static LlamaShape shape(
      int kvHeads, int headDimension, RopePairing pairing, boolean tied) {
    return new LlamaShape(
        2, 64, 4, kvHeads, headDimension, 96, 288, 32, 1e-5f, 10_000, 1, pairing, tied);
  }

  private static SyntheticLlama model(RopePairing pairing, boolean tied) {
    return SyntheticLlama.random(shape(2, 16, pairing, tied), 11);
  }

  private Path write(GgufWriter writer) {
    return writer.write(folder.resolve("model.gguf"));
  }

  private float[][] logits(GgufWriter writer, WeightFormat format) {
    try (ModelFile file = ModelFile.open(write(writer));
        GoldenModel golden = GoldenModel.load(file, Configuration.SMALL, format)) {
      return golden.runtime().readAll(golden.runtime().newSequence(), TOKENS);
    }
  }

  private float[][] logits(GgufWriter writer) {
    return logits(writer, WeightFormat.Q8_0);
  }

  private float[][] exactLogits(GgufWriter writer) {
    try (ModelFile file = ModelFile.open(write(writer))) {
      return new FloatLlama(file).logits(TOKENS);
    }
  }

  /** The length of the difference by the length of the second. */
  private static double distance(float[][] actual, float[][] expected) {
    double difference = 0;
    double length = 0;
    for (int i = 0; i < expected.length; i++) {
      for (int j = 0; j < expected[i].length; j++) {
        difference += Math.pow((double) actual[i][j] - expected[i][j], 2);
        length += Math.pow(expected[i][j], 2);
      }
    }
    return Math.sqrt(difference / length);
  }

  /** The model of another shape whose query and key rows come from other rows of this one. */
  private static SyntheticLlama moved(
      SyntheticLlama model, LlamaShape shape, String part, IntUnaryOperator source) {
    SyntheticLlama changed = model;
    for (int layer = 0; layer < shape.layers(); layer++) {
      String name = LlamaTensors.layer(layer, part);
      int columns = shape.width();
      int rows = LlamaTensors.of(shape).get(name).get(1);
      float[] values = new float[rows * columns];
      for (int row = 0; row < rows; row++) {
        System.arraycopy(
            model.weights().get(name),
            source.applyAsInt(row) * columns,
            values,
            row * columns,
            columns);
      }
      changed = changed.with(shape, name, values);
    }
    return changed;
  }

  @ParameterizedTest
  @EnumSource
  void halvesOfHeadsGiveTheLogitsOfNeighbours(WeightFormat format) {
    SyntheticLlama neighbours = model(RopePairing.INTERLEAVED, false);
    LlamaShape halves = shape(2, 16, RopePairing.HALF_SPLIT, false);
    int dimension = halves.headDimension();
    IntUnaryOperator source =
        row -> {
          int element = row % dimension;
          int half = dimension / 2;
          return row - element + (element < half ? 2 * element : 2 * (element - half) + 1);
        };
    SyntheticLlama split = moved(neighbours, halves, "attn_q", source);
    split = moved(split, halves, "attn_k", source);
    float[][] expected = logits(neighbours.gguf(TensorType.F32), format);
    assertThat(logits(split.gguf(TensorType.F32), format)).isDeepEqualTo(expected);
    SyntheticLlama mistaken = new SyntheticLlama(halves, neighbours.weights());
    assertThat(distance(logits(mistaken.gguf(TensorType.F32), format), expected))
        .isGreaterThan(MISTAKE);
  }

  @ParameterizedTest
  @EnumSource
  void anOutputEqualToTheEmbeddingGivesTheLogitsOfTheTiedModel(TensorType type) {
    SyntheticLlama tied = model(RopePairing.INTERLEAVED, true);
    SyntheticLlama copy =
        tied.with(
            shape(2, 16, RopePairing.INTERLEAVED, false),
            LlamaTensors.OUTPUT,
            tied.weights().get(LlamaTensors.TOKEN_EMBEDDING));
    SyntheticLlama other =
        copy.with(
            copy.shape(),
            LlamaTensors.OUTPUT,
            model(RopePairing.INTERLEAVED, false).weights().get(LlamaTensors.OUTPUT));
    float[][] expected = logits(tied.gguf(type));
    assertThat(logits(copy.gguf(type))).isDeepEqualTo(expected);
    assertThat(logits(other.gguf(type))[0]).isNotEqualTo(expected[0]);
  }

  @ParameterizedTest
  @EnumSource
  void f16GivesTheLogitsOfEqualF32(WeightFormat format) {
    SyntheticLlama model = model(RopePairing.HALF_SPLIT, false);
    assertThat(logits(model.gguf(TensorType.F16), format))
        .isDeepEqualTo(logits(model.gguf(TensorType.F32), format));
  }

  @ParameterizedTest
  @EnumSource
  void quantisingAtLoadGivesTheLogitsOfAFileQuantisedBefore(WeightFormat format) {
    SyntheticLlama model = model(RopePairing.INTERLEAVED, false);
    TensorType type =
        Arrays.stream(TensorType.values())
            .filter(candidate -> candidate.weightFormat().filter(format::equals).isPresent())
            .findFirst()
            .orElseThrow();
    float[][] expected = logits(model.gguf(type, TensorType.F32));
    assertThat(logits(model.gguf(TensorType.F32), format)).isDeepEqualTo(expected);
    WeightFormat other = format == WeightFormat.Q8_0 ? WeightFormat.Q4_0 : WeightFormat.Q8_0;
    assertThat(logits(model.gguf(TensorType.F32), other)[0]).isNotEqualTo(expected[0]);
    assertThat(logits(model.gguf(type, TensorType.F32), other)).isDeepEqualTo(expected);
  }

  @Test
  void sharedKeysAndValuesGiveTheLogitsOfTheirCopies() {
    SyntheticLlama shared = model(RopePairing.INTERLEAVED, false);
    LlamaShape single = shape(4, 16, RopePairing.INTERLEAVED, false);
    int dimension = single.headDimension();
    IntUnaryOperator source = row -> row / (2 * dimension) * dimension + row % dimension;
    SyntheticLlama copied = moved(shared, single, "attn_k", source);
    copied = moved(copied, single, "attn_v", source);
    assertThat(logits(copied.gguf(TensorType.F32)))
        .isDeepEqualTo(logits(shared.gguf(TensorType.F32)));
  }

  @Test
  void theHeadDimensionIsTheShareOfTheWidthUnlessItIsStated() {
    SyntheticLlama model = model(RopePairing.INTERLEAVED, false);
    GgufWriter unstated =
        model
            .gguf(TensorType.F32)
            .withoutKey("llama.attention.key_length")
            .withoutKey("llama.attention.value_length");
    assertThat(logits(unstated)).isDeepEqualTo(logits(model.gguf(TensorType.F32)));
  }

  @Test
  void frequenciesOfTheFileReachTheArithmetic() {
    SyntheticLlama model = model(RopePairing.INTERLEAVED, false);
    float[][] plain = logits(model.gguf(TensorType.F32));
    float[] fours = new float[8];
    Arrays.fill(fours, 4);
    GgufWriter factors = model.gguf(TensorType.F32);
    GgufCopy.float32Tensor(factors, LlamaTensors.ROPE_FACTORS, fours, fours.length);
    GgufWriter scaled =
        model
            .gguf(TensorType.F32)
            .string("llama.rope.scaling.type", "linear")
            .float32("llama.rope.scaling.factor", 4);
    assertThat(logits(factors)).isDeepEqualTo(logits(scaled));
    assertThat(distance(logits(scaled), plain)).isGreaterThan(MISTAKE);
    GgufWriter base = model.gguf(TensorType.F32).float32("llama.rope.freq_base", 100);
    assertThat(distance(logits(base), plain)).isGreaterThan(MISTAKE);
    assertThat(distance(logits(base), exactLogits(base))).isLessThan(Q8_ERROR);
  }

  static Stream<LlamaShape> shapes() {
    return Stream.of(RopePairing.values())
        .flatMap(
            pairing ->
                Stream.of(
                    shape(2, 16, pairing, false),
                    shape(4, 16, pairing, true),
                    shape(1, 32, pairing, false),
                    shape(2, 8, pairing, true)));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void logitsAreNearThoseOfFloatingPoint(LlamaShape shape) {
    SyntheticLlama model = SyntheticLlama.random(shape, 5);
    UnaryOperator<float[][]> last = rows -> new float[][] {rows[TOKENS.length - 1]};
    float[][] exact = exactLogits(model.gguf(TensorType.F16));
    float[][] actual = logits(model.gguf(TensorType.F16));
    assertThat(distance(actual, exact)).isLessThan(Q8_ERROR);
    assertThat(distance(last.apply(actual), last.apply(exact))).isLessThan(Q8_ERROR);
  }
}
