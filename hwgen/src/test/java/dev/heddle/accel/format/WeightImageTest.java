package dev.heddle.accel.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.Configuration;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class WeightImageTest {
  @Property(tries = 400)
  void unpackingGivesThePackedMatrixForEveryConfiguration(
      @ForAll WeightFormat format,
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 70) int rows,
      @ForAll @IntRange(min = 1, max = 300) int columns) {
    Random random = new Random(seed);
    QuantisedMatrix matrix = random(random, format, rows, columns);
    List<Configuration> configurations = new ArrayList<>(Configuration.shipped());
    configurations.add(randomConfiguration(random));
    for (Configuration configuration : configurations) {
      WeightImage image = WeightImage.pack(matrix, configuration);
      assertThat(image.unpack()).as(configuration.toString()).isEqualTo(matrix);
      WeightLayout layout = image.layout();
      assertThat(image.bytes().capacity()).isEqualTo((int) layout.size());
      assertThat(layout.portStride() % 64).isZero();
      assertThat(layout.beats() * configuration.beatBytes())
          .isGreaterThanOrEqualTo(layout.payloadBytes())
          .isLessThanOrEqualTo(layout.size());
    }
  }

  @Property(tries = 200)
  void everyCodeAndScaleLiesAtItsDocumentedBit(
      @ForAll WeightFormat format,
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 40) int rows,
      @ForAll @IntRange(min = 1, max = 12) int blocks) {
    Random random = new Random(seed);
    QuantisedMatrix matrix = random(random, format, rows, 32 * blocks);
    Configuration c = randomConfiguration(random);
    WeightImage image = WeightImage.pack(matrix, c);
    int perScaleBeat = c.blocksPerScaleBeat();
    int codeBits = format.codeBits();
    for (int port = 0; port < c.ports(); port++) {
      long bit = 8L * port * image.layout().portStride();
      for (int tile = 0; tile < image.layout().tiles(); tile++) {
        for (int first = 0; first < blocks; first += perScaleBeat) {
          int present = Math.min(perScaleBeat, blocks - first);
          for (int s = 0; s < format.scalesPerBlock(); s++) {
            for (int b = 0; b < perScaleBeat; b++) {
              for (int lane = 0; lane < c.lanes(); lane++) {
                int row = tile * c.rows() + port * c.lanes() + lane;
                int expected = 0;
                if (row < rows && b < present) {
                  expected =
                      s == 0 ? matrix.scaleBits(row, first + b) : matrix.minBits(row, first + b);
                }
                assertThat(bits(image, bit + 16L * (b * c.lanes() + lane), 16)).isEqualTo(expected);
              }
            }
            bit += c.portBits();
          }
          for (int b = first; b < first + present; b++) {
            for (int p = 0; p < 32 / c.columns(); p++) {
              for (int lane = 0; lane < c.lanes(); lane++) {
                int row = tile * c.rows() + port * c.lanes() + lane;
                for (int column = 0; column < c.columns(); column++) {
                  int code = row < rows ? matrix.code(row, 32 * b + p * c.columns() + column) : 0;
                  assertThat(bits(image, bit, codeBits)).isEqualTo(code & ((1 << codeBits) - 1));
                  bit += codeBits;
                }
              }
              assertThat(bit % c.portBits()).isZero();
            }
          }
        }
      }
      long used =
          8L * port * image.layout().portStride() + image.layout().portBeats() * c.portBits();
      assertThat(bit).isEqualTo(used);
    }
  }

  private static int bits(WeightImage image, long bit, int count) {
    int value = 0;
    for (int i = 0; i < count; i++) {
      long at = bit + i;
      value |= (image.bytes().get((int) (at / 8)) >> (at % 8) & 1) << i;
    }
    return value;
  }

  @Test
  void anImageIsWrittenInPlaceWithItsFill() {
    QuantisedMatrix matrix = random(new Random(5), WeightFormat.Q4_1, 9, 100);
    WeightImage image = WeightImage.pack(matrix, Configuration.NANO);
    int size = (int) image.layout().size();
    ByteBuffer memory = ByteBuffer.allocate(size + 128);
    for (int i = 0; i < memory.capacity(); i++) {
      memory.put(i, (byte) 0x5a);
    }
    WeightImage.write(matrix, image.layout(), memory, 64);
    assertThat(memory.slice(64, size)).isEqualTo(image.bytes());
    assertThat(memory.get(63)).isEqualTo((byte) 0x5a);
    assertThat(memory.get(64 + size)).isEqualTo((byte) 0x5a);
    assertThat(WeightImage.read(image.layout(), memory, 64)).isEqualTo(matrix);
  }

  @Test
  void theShapeOfAKnownImageIsAsDocumented() {
    WeightLayout layout = new WeightLayout(WeightFormat.Q4_0, 4096, 4096, Configuration.DEFAULT);
    assertThat(layout.tiles()).isEqualTo(512);
    assertThat(layout.blocks()).isEqualTo(128);
    assertThat(layout.groups()).isEqualTo(64); // two blocks of four lanes share a scale beat
    assertThat(layout.codeBeats()).isEqualTo(4);
    assertThat(layout.portBeats()).isEqualTo(512 * (64 + 128 * 4));
    assertThat(layout.payloadBytes()).isEqualTo(4096L * 128 * 18);
    assertThat(layout.beats() * 16).isEqualTo(layout.payloadBytes());
    WeightLayout odd = new WeightLayout(WeightFormat.Q8_0, 9, 33, Configuration.DEFAULT);
    assertThat(odd.tiles()).isEqualTo(2);
    assertThat(odd.portBeats()).isEqualTo(2 * (1 + 2 * 8));
  }

  @Test
  void rowsThatAConfigurationCannotTakeAreRefused() {
    QuantisedMatrix matrix = QuantisedMatrix.quantise(WeightFormat.Q4_0, new float[8192], 1, 8192);
    assertThatThrownBy(() -> WeightImage.pack(matrix, Configuration.NANO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("8192 columns are 256 blocks")
        .hasMessageContaining("nano takes at most 128");
  }

  @Test
  void aLargeMatrixIsPackedWithinSeconds() {
    QuantisedMatrix matrix =
        QuantisedMatrix.quantise(
            WeightFormat.Q4_0, (row, target) -> target[row % 11008] = 1f, 4096, 11008);
    long start = System.nanoTime();
    WeightImage image = WeightImage.pack(matrix, Configuration.DEFAULT);
    double seconds = (System.nanoTime() - start) * 1e-9;
    System.out.printf("4096 x 11008 Q4_0 packed in %.2f s%n", seconds);
    assertThat(image.layout().payloadBytes()).isEqualTo(4096L * 344 * 18);
    assertThat(seconds).isLessThan(10);
  }

  /** A matrix of any codes and finite scales. */
  static QuantisedMatrix random(Random random, WeightFormat format, int rows, int columns) {
    QuantisedMatrix matrix = new QuantisedMatrix(format, rows, columns);
    byte[] codes = matrix.codeArray();
    int rowCodes = 32 * matrix.blocks();
    for (int i = 0; i < codes.length; i++) {
      int code = format.minCode() + random.nextInt(format.maxCode() - format.minCode() + 1);
      codes[i] = i % rowCodes < columns ? (byte) code : 0;
    }
    for (int row = 0; row < rows; row++) {
      for (int block = 0; block < matrix.blocks(); block++) {
        int scale = QuantisedMatrixTest.finiteScale(random);
        int min = format.hasMin() ? QuantisedMatrixTest.finiteScale(random) : 0;
        matrix.setScales(row, block, scale, min);
      }
    }
    return matrix;
  }

  static Configuration randomConfiguration(Random random) {
    while (true) {
      int columns = 8 << random.nextInt(3);
      try {
        return new Configuration(
            "random",
            1 << random.nextInt(4),
            32 << random.nextInt(5),
            1 << random.nextInt(7),
            columns,
            4,
            512,
            8,
            100_000_000,
            Optional.empty());
      } catch (IllegalArgumentException refused) {
        // Lanes, columns and port do not fit one another: draw again.
      }
    }
  }
}
