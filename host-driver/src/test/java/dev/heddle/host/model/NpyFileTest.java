package dev.heddle.host.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.format.Fp16;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyFileTest {
  private static final long SEED = 7;

  @TempDir private Path folder;

  private NpyFile read(byte[] bytes) throws IOException {
    return NpyFile.read(Files.write(folder.resolve("mask.npy"), bytes));
  }

  private void assertRefused(byte[] bytes, String problem, String advice) {
    assertThatThrownBy(() -> read(bytes))
        .isInstanceOf(ModelFileException.class)
        .hasMessageStartingWith(folder.resolve("mask.npy").toString())
        .hasMessageContaining(problem)
        .hasMessageContaining(advice);
  }

  private static byte[] elements(NpyFile.ElementType type, double... values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (double value : values) {
      switch (type) {
        case BOOL, UINT8 -> bytes.put((byte) value);
        case FLOAT16 -> bytes.putShort((short) Fp16.fromFloat((float) value));
        case FLOAT32 -> bytes.putFloat((float) value);
        case FLOAT64 -> bytes.putDouble(value);
      }
    }
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void everyElementTypeIsRead(int version) throws IOException {
    for (NpyFile.ElementType type : NpyFile.ElementType.values()) {
      String header = NpyWriter.header(type.descriptor(), "(2, 3)");
      double[] values = {0, 1, 0, 255, 0, 128};
      NpyFile file = read(NpyWriter.bytes(version, header, elements(type, values)));
      assertThat(file.type()).isEqualTo(type);
      assertThat(file.shape()).containsExactly(2, 3);
      assertThat(file.elements()).isEqualTo(6);
      for (int i = 0; i < 6; i++) {
        assertThat(file.value(i)).as("%s, element %d", type, i).isEqualTo(values[i]);
      }
    }
  }

  @Test
  void doublesAreReadWithAllTheirBits() throws IOException {
    String header = NpyWriter.header("<f8", "(3,)");
    NpyFile file =
        read(
            NpyWriter.bytes(
                1, header, elements(NpyFile.ElementType.FLOAT64, Double.MIN_VALUE, -0.0, -2)));
    assertThat(file.value(0)).isEqualTo(Double.MIN_VALUE);
    assertThat(file.value(1)).isEqualTo(-0.0);
    assertThat(file.value(2)).isEqualTo(-2);
    assertThatThrownBy(() -> file.value(3)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void theOrderAndSpacingOfTheHeaderMayVary() throws IOException {
    String header = "{\"shape\":(2,),\"fortran_order\" : False,'descr':\"|u1\"}";
    assertThat(read(NpyWriter.bytes(1, header, new byte[2])).shape()).containsExactly(2);
    String scalar = NpyWriter.header("|b1", "()");
    assertThat(read(NpyWriter.bytes(1, scalar, new byte[1])).shape()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "'descr': '>f8', 'fortran_order': False, 'shape': (4,)"
            + "; the element type 'descr' is >f8, not one of |b1, |u1, <f2, <f4, <f8"
            + "; np.save(file, x.astype(bool))",
        "'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (4,)"
            + "; the element type 'descr' is [('x', '<f4')], not one of"
            + "; np.save(file, x.astype(bool))",
        "'descr': '|b1', 'fortran_order': True, 'shape': (4,)"
            + "; Fortran order ; np.ascontiguousarray",
        "'descr': '|b1', 'fortran_order': False, 'shape': (5,)"
            + "; takes 5 bytes from byte 128 on, but there are 4 ; fetch or convert it anew",
        "'descr': '|b1', 'fortran_order': False, 'shape': (3,)"
            + "; takes 3 bytes from byte 128 on, but there are 4 ; fetch or convert it anew",
        "'descr': '|b1', 'fortran_order': False, 'shape': (65536, 65536)"
            + "; shape (65536 x 65536) of type |b1 takes more than 2^31 - 1 bytes ; split the array",
        "'descr': '|b1', 'fortran_order': False, 'shape': (4294967296, 4294967296)"
            + "; has 4294967296 elements, more than 2^31 - 1 ; split the array",
        "'descr': '|b1', 'fortran_order': False, 'shape': (99999999999999999999,)"
            + "; has 99999999999999999999 elements ; split the array",
        "'descr': '|b1', 'fortran_order': False, 'shape': (-4,)"
            + "; character 51 of the header: expected a size ; fetch or convert it anew",
        "'descr': '|b1', 'fortran_order': 0, 'shape': (4,)"
            + "; expected True or False ; fetch or convert it anew",
        "'descr': '|b1', 'shape': (4,) ; there is no key 'fortran_order' ; fetch",
        "'descr': '|b1', 'descr': '|b1' ; key 'descr' occurs twice ; fetch",
        "'colour': 'red' ; key 'colour' is unknown ; fetch",
        "'descr': 'b1 ; expected a string ; fetch",
      })
  void aHeaderThatCannotBeUsedIsExplained(String fields, String problem, String advice) {
    byte[] file = NpyWriter.bytes(1, "{" + fields + "}", new byte[4]);
    assertRefused(file, problem, advice);
  }

  @Test
  void anotherKindOfFileIsRefused() throws IOException {
    assertRefused(
        "PK\3\4 a zip".getBytes(StandardCharsets.ISO_8859_1),
        "byte 0 is 0x50 instead of 0x93, so it is no NPY file",
        "np.save");
    assertRefused(new byte[0], "ends at byte 0, inside the magic number", "fetch");
    byte[] version3 = NpyWriter.bytes(2, NpyWriter.header("|b1", "(4,)"), new byte[4]);
    version3[6] = 3;
    assertRefused(version3, "NPY version 3.0 at byte 6 is not supported", "version 1.0 or 2.0");
    assertThatThrownBy(() -> NpyFile.read(folder.resolve("absent.npy")))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("no such file");
  }

  @Test
  void aHeaderLengthBeyondTheFileIsRefusedBeforeAnythingIsAllocated() {
    byte[] file = NpyWriter.bytes(2, NpyWriter.header("|b1", "(4,)"), new byte[4]);
    Arrays.fill(file, 8, 12, (byte) 0xFF);
    assertRefused(file, "the header at byte 12 has length 4294967295, but at most", "fetch");
  }

  @Test
  void notANumberAndInfinityAreRefused() {
    for (double value : new double[] {Double.NaN, Double.NEGATIVE_INFINITY}) {
      byte[] file =
          NpyWriter.bytes(
              1, NpyWriter.header("<f4", "(2,)"), elements(NpyFile.ElementType.FLOAT32, 1, value));
      assertRefused(file, "element 1, at byte 132, is not a finite number", "without NaN");
    }
    byte[] half = NpyWriter.bytes(1, NpyWriter.header("<f2", "(1,)"), new byte[] {0, 0x7C});
    assertRefused(half, "element 0, at byte 128, is not a finite number", "without NaN");
  }

  @Test
  void whatIsWrittenIsReadAndLiesAsNumPyWouldLayIt() throws IOException {
    float[] elements = {0, -1.5f, Float.MIN_VALUE, Float.MAX_VALUE, 3, -0f};
    Path path = folder.resolve("written.npy");
    for (List<Integer> shape : List.of(List.of(6), List.of(2, 3), List.of(1, 2, 1, 3))) {
      NpyFile.write(path, shape, elements);
      NpyFile file = NpyFile.read(path);
      assertThat(file.type()).isEqualTo(NpyFile.ElementType.FLOAT32);
      assertThat(file.shape()).isEqualTo(shape);
      for (int i = 0; i < elements.length; i++) {
        assertThat(file.value(i)).isEqualTo(elements[i]);
      }
      assertThat((Files.size(path) - elements.length * Float.BYTES) % 64).isZero();
    }
    assertThatThrownBy(() -> NpyFile.write(folder, List.of(6), elements))
        .isInstanceOf(IOException.class);
  }

  @Test
  void everyByteMayBeWrongAndTheFileMayEndAnywhere() throws IOException {
    byte[] good = NpyWriter.bytes(1, NpyWriter.header("|b1", "(2, 3, 5)"), new byte[30]);
    Random random = new Random(SEED);
    int refused = 0;
    for (int round = 0; round < 1_500; round++) {
      byte[] bad = good.clone();
      for (int i = 0; i <= random.nextInt(3); i++) {
        int at = round < good.length && i == 0 ? round : random.nextInt(128);
        bad[at] = (byte) random.nextInt(256);
      }
      refused += isRefused(bad, "seed " + SEED + ", round " + round) ? 1 : 0;
    }
    assertThat(refused).isBetween(500, 1_499);
    for (int length = 0; length < good.length; length++) {
      assertThat(isRefused(Arrays.copyOf(good, length), "length " + length)).isTrue();
    }
  }

  private boolean isRefused(byte[] bytes, String damage) throws IOException {
    try {
      NpyFile file = read(bytes);
      assertThat(file.elements()).as(damage).isLessThanOrEqualTo(bytes.length);
      return false;
    } catch (ModelFileException e) {
      return true;
    } catch (RuntimeException | Error e) {
      throw new AssertionError(damage + " was not refused properly", e);
    }
  }
}
