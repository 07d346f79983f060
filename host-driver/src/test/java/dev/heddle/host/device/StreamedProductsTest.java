package dev.heddle.host.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.GoldenMatmul;
import dev.heddle.accel.format.QuantisedMatrix;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.format.WeightLayout;
import dev.heddle.accel.format.X8Vector;
import dev.heddle.host.link.LineFaults;
import dev.heddle.host.link.LinkTransport;
import dev.heddle.host.link.ModelledPort;
import dev.heddle.host.transport.GoldenTransport;
import dev.heddle.host.transport.MachineTarget;
import dev.heddle.lib.UartPeriod;
import dev.heddle.lib.link.LinkDescription;
import dev.heddle.lib.link.LinkModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Weights that pass through a window of card memory. */
class StreamedProductsTest {
  private static final int MEMORY_BYTES = 1 << 20;

  private static QuantisedMatrix matrix(Random random, WeightFormat format, int rows, int columns) {
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return QuantisedMatrix.quantise(format, values, rows, columns);
  }

  private static List<X8Vector> vectors(Random random, int count, int length) {
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              float[] values = new float[length];
              for (int j = 0; j < length; j++) {
                values[j] = (float) random.nextGaussian();
              }
              return X8Vector.quantise(values);
            })
        .toList();
  }

  private static void assertGolden(
      List<float[][]> products, List<QuantisedMatrix> matrices, List<X8Vector> vectors) {
    for (int i = 0; i < matrices.size(); i++) {
      QuantisedMatrix matrix = matrices.get(i);
      assertThat(products.get(i))
          .isDeepEqualTo(
              vectors.stream()
                  .map(vector -> GoldenMatmul.multiply(matrix, vector))
                  .toArray(float[][]::new));
    }
  }

  private static Device golden(Configuration configuration) {
    return Device.open(new GoldenTransport(configuration, MEMORY_BYTES), configuration);
  }

  private static WeightLayout layout(QuantisedMatrix matrix, Configuration configuration) {
    return new WeightLayout(matrix.format(), matrix.rows(), matrix.columns(), configuration);
  }

  @Property(tries = 60)
  void productsAreTheGoldenOnesWhateverStaysAndHoweverSmallTheWindow(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 150) int rows,
      @ForAll @IntRange(min = 1, max = 300) int columns,
      @ForAll @IntRange(min = 1, max = 40) int count,
      @ForAll @IntRange(min = 0, max = 20_000) int more,
      @ForAll WeightFormat format) {
    Random random = new Random(seed);
    for (Configuration configuration : Configuration.shipped()) {
      List<QuantisedMatrix> matrices =
          List.of(
              matrix(random, format, rows, columns),
              matrix(random, WeightFormat.Q8_0, 1 + rows / 2, columns),
              matrix(random, format, rows + 3, columns));
      try (Device device = golden(configuration)) {
        List<DeviceMatrix> placed = new ArrayList<>();
        long window = 0;
        long streamed = 0;
        for (QuantisedMatrix matrix : matrices) {
          WeightLayout layout = layout(matrix, configuration);
          boolean stays = random.nextBoolean();
          placed.add(stays ? device.upload(matrix) : device.stream(matrix));
          WeightLayout least = stays ? layout : layout.tiles(0, 1);
          window = Math.max(window, ProductPass.bytes(least, !stays, 1));
          streamed += stays ? 0 : layout.streamBytes();
        }
        device.openWindow(window + more);
        for (int vectors : List.of(1, count)) {
          List<X8Vector> all = vectors(random, vectors, columns);
          assertGolden(device.multiply(placed, all), matrices, all);
        }
        assertThat(device.counters().streamedBytes()).isEqualTo(2 * streamed);
      }
    }
  }

  @Test
  void weightsAreSentOnceForAllVectorsOfAProduct() {
    Random random = new Random(3);
    QuantisedMatrix matrix = matrix(random, WeightFormat.Q4_0, 100, 128);
    try (Device device = golden(Configuration.NANO)) {
      DeviceMatrix streamed = device.stream(matrix);
      device.openWindow(8192);
      List<X8Vector> vectors = vectors(random, 50, 128);
      assertGolden(device.multiply(List.of(streamed), vectors), List.of(matrix), vectors);
      assertThat(device.counters().streamedBytes()).isEqualTo(100 * 4 * 18);
      assertThat(device.counters().products()).isEqualTo(50 * 100 * 128);
    }
  }

  @Test
  void overALineWithFaultsTheProductsAreTheSame() {
    Random random = new Random(4);
    int baud = 3_000_000;
    int clock = 24_000_000;
    LinkDescription description =
        new LinkDescription(512, 32, 0, clock, UartPeriod.of(clock, baud), 1 << 14);
    GoldenTransport machine = new GoldenTransport(Configuration.NANO, 1 << 14);
    LinkModel board = new LinkModel(description, new MachineTarget(machine));
    LineFaults faults = new LineFaults(1e-5, 1e-4, 1e-4, 1e-5, 1e-5);
    LinkTransport link =
        new LinkTransport(
            new ModelledPort(board, baud, 1_000_000, faults, new SplittableRandom(1)));
    QuantisedMatrix matrix = matrix(random, WeightFormat.Q8_0, 700, 256);
    try (Device device = Device.open(link, Configuration.NANO)) {
      DeviceMatrix streamed = device.stream(matrix);
      device.openWindow(device.freeBytes());
      List<X8Vector> vectors = vectors(random, 9, 256);
      assertGolden(device.multiply(List.of(streamed), vectors), List.of(matrix), vectors);
      assertThat(link.statistics().repeated()).isPositive();
      assertThat(link.statistics().reconnects()).isPositive();
    }
  }

  @Test
  void aStreamedMatrixNeedsAWindowThatHoldsARowTile() {
    Random random = new Random(5);
    List<X8Vector> vector = vectors(random, 1, 128);
    try (Device device = golden(Configuration.NANO)) {
      DeviceMatrix streamed = device.stream(matrix(random, WeightFormat.Q8_0, 10, 128));
      assertThatThrownBy(() -> device.multiply(streamed, vector))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("a streamed matrix needs a window; open one");
      device.openWindow(640);
      assertThatThrownBy(() -> device.multiply(streamed, vector))
          .isInstanceOf(DeviceException.class)
          .hasMessage(
              "a window of 640 bytes is too small for 2 rows of 4 blocks, which take 768; use a device with more memory");
      device.openWindow(768);
      assertThat(device.multiply(streamed, vector)).hasDimensions(1, 10);
    }
  }
}
