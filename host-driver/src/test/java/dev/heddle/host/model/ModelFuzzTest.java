package dev.heddle.host.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Opens damaged copies of the shipped model: each either loads and can be used or is a {@link
 * ModelFileException}, without ever allocating much.
 */
class ModelFuzzTest {
  private static final long SEED = 42;
  private static final long MAX_ALLOCATION = 32 << 20;

  @TempDir Path folder;

  private Path file;
  private byte[] good;
  private int headerBytes;

  @BeforeEach
  void copyTheModel() throws IOException {
    file = folder.resolve("fuzzed.gguf");
    try (ModelFile tale = ShippedModel.tale()) {
      Files.copy(tale.path(), file);
      headerBytes = (int) tale.tensor("token_embd.weight").fileOffset();
    }
    good = Files.readAllBytes(file);
  }

  @Test
  void everyByteOfTheHeaderMayBeWrong() throws IOException {
    Random random = new Random(SEED);
    int refused = 0;
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
      for (int at = 0; at < headerBytes; at++) {
        access.seek(at);
        access.write(good[at] ^ 1 + random.nextInt(255));
        refused += isRefused("byte " + at) ? 1 : 0;
        access.seek(at);
        access.write(good[at]);
      }
    }
    // Most bytes are letters of token texts, which may be any.
    assertThat(refused).isBetween(headerBytes / 10, headerBytes - 1);
  }

  @Test
  void severalBytesOfTheHeaderMayBeExtreme() throws IOException {
    Random random = new Random(SEED);
    int[] extremes = {0, 1, 0x7F, 0x80, 0xFF};
    int refused = 0;
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
      for (int round = 0; round < 3_000; round++) {
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < 1 + random.nextInt(3); i++) {
          int start = random.nextInt(headerBytes);
          int value = extremes[random.nextInt(extremes.length)];
          for (int at = start; at < Math.min(start + 1 + random.nextInt(8), headerBytes); at++) {
            places.add(at);
            access.seek(at);
            access.write(value);
          }
        }
        refused += isRefused("seed " + SEED + ", round " + round) ? 1 : 0;
        for (int at : places) {
          access.seek(at);
          access.write(good[at]);
        }
      }
    }
    assertThat(refused).isGreaterThan(1_500);
  }

  @Test
  void theFileMayEndAnywhere() throws IOException {
    Random random = new Random(SEED);
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
      access.setLength(good.length - 1);
      assertThat(isRefused("one byte short")).isTrue();
      int length = good.length;
      while (length > 0) {
        length -= length > headerBytes ? 1 + random.nextInt(20_000) : 1 + random.nextInt(16);
        access.setLength(Math.max(0, length));
        assertThat(isRefused("length " + length)).isTrue();
      }
    }
  }

  private boolean isRefused(String damage) {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    try (ModelFile model = ModelFile.open(file)) {
      int[] ids = model.tokenizer().encode("Once upon a time<|endoftext|>", true);
      assertThat(model.tokenizer().decode(ids)).isNotNull();
      assertThat(model.output().row(511).remaining()).isPositive();
      return false;
    } catch (ModelFileException e) {
      assertThat(e).hasMessageContaining(file.toString());
      return true;
    } catch (RuntimeException | Error e) {
      throw new AssertionError(damage + " was not refused properly", e);
    } finally {
      assertThat(threads.getCurrentThreadAllocatedBytes() - before)
          .as("bytes allocated after damage at " + damage)
          .isLessThan(MAX_ALLOCATION);
    }
  }
}
