package dev.heddle.host.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.GoldenMatmul;
import dev.heddle.accel.format.QuantisedMatrix;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.format.X8Vector;
import dev.heddle.host.transport.GoldenTransport;
import dev.heddle.host.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DeviceTest {
  private static final long MEMORY = 8 << 20;

  private static QuantisedMatrix matrix(Random random, WeightFormat format, int rows, int columns) {
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return QuantisedMatrix.quantise(format, values, rows, columns);
  }

  private static List<X8Vector> vectors(Random random, int count, int length) {
    List<X8Vector> vectors = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] values = new float[length];
      for (int j = 0; j < length; j++) {
        values[j] = (float) (random.nextGaussian() * Math.exp(random.nextInt(9)));
      }
      vectors.add(X8Vector.quantise(values));
    }
    return vectors;
  }

  private static float[][] expected(QuantisedMatrix matrix, List<X8Vector> vectors) {
    return vectors.stream()
        .map(vector -> GoldenMatmul.multiply(matrix, vector))
        .toArray(float[][]::new);
  }

  private static Device golden(Configuration configuration) {
    return Device.open(new GoldenTransport(configuration, MEMORY), configuration);
  }

  @Property(tries = 60)
  void productsAreTheGoldenOnesWhateverTheShapes(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 70) int rows,
      @ForAll @IntRange(min = 1, max = 300) int columns,
      @ForAll @IntRange(min = 1, max = 40) int count,
      @ForAll WeightFormat format) {
    Random random = new Random(seed);
    for (Configuration configuration : Configuration.shipped()) {
      try (Device device = golden(configuration)) {
        List<QuantisedMatrix> matrices =
            List.of(
                matrix(random, format, rows, columns),
                matrix(random, WeightFormat.Q8_0, rows + 3, columns));
        List<DeviceMatrix> uploaded = matrices.stream().map(device::upload).toList();
        for (int round = 0; round < 2; round++) {
          List<X8Vector> vectors = vectors(random, round == 0 ? 1 : count, columns);
          List<float[][]> products = device.multiply(uploaded, vectors);
          for (int i = 0; i < matrices.size(); i++) {
            assertThat(products.get(i)).isDeepEqualTo(expected(matrices.get(i), vectors));
          }
        }
        assertThat(device.saturated()).isFalse();
      }
    }
  }

  @Test
  void aListIsWrittenOnceAndCountersAddUp() {
    Random random = new Random(5);
    try (Device device = golden(Configuration.SMALL)) {
      QuantisedMatrix matrix = matrix(random, WeightFormat.Q4_1, 10, 70);
      DeviceMatrix uploaded = device.upload(matrix);
      for (int i = 0; i < 5; i++) {
        List<X8Vector> vectors = vectors(random, 20, 70);
        assertThat(device.multiply(uploaded, vectors)).isDeepEqualTo(expected(matrix, vectors));
      }
      Counters counters = device.counters();
      assertThat(counters.lists()).isEqualTo(5);
      assertThat(counters.products()).isEqualTo(5 * 20 * 10 * 70);
      // 20 vectors are three passes of up to 8; a row is three blocks of 20 bytes.
      assertThat(counters.payloadBytes()).isEqualTo(5 * 3 * 10 * 3 * 20);
      assertThat(counters.cycles()).isZero();
      assertThat(counters.payloadShare(Configuration.SMALL)).isZero();
    }
  }

  @Test
  void sharesFollowFromTheCycles() {
    Counters counters = new Counters(1, 1000, 16_000, 64_000, 0, 0, 0, 0, 0, 0, Map.of());
    assertThat(counters.payloadShare(Configuration.DEFAULT)).isEqualTo(0.5);
    assertThat(counters.multiplierShare(Configuration.DEFAULT)).isEqualTo(0.5);
    assertThat(counters.minus(Counters.ZERO)).isEqualTo(counters);
    assertThat(counters.minus(counters)).isEqualTo(Counters.ZERO);
  }

  @Test
  void anotherConfigurationIsRefusedByName() {
    Transport nano = new GoldenTransport(Configuration.NANO, MEMORY);
    assertThatThrownBy(() -> Device.open(nano, Configuration.DEFAULT))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("the machine has configuration nano")
        .hasMessageContaining("the host expects configuration default");
    assertThatThrownBy(() -> nano.read32(0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void rowsThatAreTooLongNameAConfigurationThatTakesThem() {
    QuantisedMatrix wide = matrix(new Random(1), WeightFormat.Q8_0, 1, 129 * 32);
    try (Device device = golden(Configuration.NANO)) {
      assertThatThrownBy(() -> device.upload(wide))
          .isInstanceOf(DeviceException.class)
          .hasMessageContaining("rows of 129 blocks")
          .hasMessageContaining("nano takes at most 128")
          .hasMessageContaining("use configuration small");
    }
  }

  @Test
  void aFullCardMemorySaysWhatDidNotFit() {
    QuantisedMatrix matrix = matrix(new Random(1), WeightFormat.Q8_0, 64, 64);
    Transport tiny = new GoldenTransport(Configuration.NANO, 1024);
    try (Device device = Device.open(tiny, Configuration.NANO)) {
      assertThatThrownBy(() -> device.upload(matrix))
          .isInstanceOf(DeviceException.class)
          .hasMessageContaining("card memory is full: Q8_0 matrix of 64 x 64 takes");
    }
  }

  @Test
  void matricesOfDifferentRowLengthCannotShareVectors() {
    Random random = new Random(1);
    try (Device device = golden(Configuration.NANO)) {
      List<DeviceMatrix> matrices =
          List.of(
              device.upload(matrix(random, WeightFormat.Q8_0, 2, 32)),
              device.upload(matrix(random, WeightFormat.Q8_0, 2, 64)));
      assertThatThrownBy(() -> device.multiply(matrices, vectors(random, 1, 32)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("cannot share");
      assertThatThrownBy(() -> device.multiply(matrices.get(0), vectors(random, 1, 64)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("a vector of 2 blocks");
    }
  }
}
