package dev.heddle.host.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Memory;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The calls of the system on files and pipes. */
@Timeout(60)
class LinuxFileTest {
  private static final int PAGE = 4096;

  @TempDir private Path folder;

  private Path file(int bytes) throws IOException {
    return Files.write(folder.resolve("file"), new byte[bytes]);
  }

  @Test
  void bytesGoWhereTheyAreSent() throws Exception {
    Path path = file(100);
    try (DeviceFile file = LinuxFile.open(path);
        Memory bytes = new Memory(8)) {
      bytes.setLong(0, 0x0807060504030201L);
      assertThat(file.pwrite(bytes, 8, 50)).isEqualTo(8);
      bytes.clear();
      assertThat(file.pread(bytes, 4, 52)).isEqualTo(4);
      assertThat(bytes.getInt(0)).isEqualTo(0x06050403);
      assertThat(file.pread(bytes, 8, 98)).isEqualTo(2);
      assertThat(file.pread(bytes, 8, 100)).isZero();
      assertThat(file.path()).isEqualTo(path);
    }
    assertThat(Files.readAllBytes(path)[57]).isEqualTo((byte) 8);
  }

  @Test
  void aPipeIsPolledUntilSomethingComes() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    try (DeviceFile file = LinuxFile.open(pipe);
        Memory word = new Memory(4)) {
      long begin = System.nanoTime();
      assertThat(file.poll(30)).isZero();
      assertThat(System.nanoTime() - begin).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(25));
      word.setInt(0, 7);
      assertThat(file.write(word, 4)).isEqualTo(4);
      assertThat(file.poll(0)).isEqualTo(Libc.POLLIN);
      word.clear();
      assertThat(file.read(word, 4)).isEqualTo(4);
      assertThat(word.getInt(0)).isEqualTo(7);
      assertThatThrownBy(() -> file.pread(word, 4, 0))
          .isInstanceOf(SystemCallException.class)
          .hasMessage("error 29, Illegal seek");
    }
  }

  @Test
  void errorsHaveTheirNumbers() throws Exception {
    assertThatThrownBy(() -> LinuxFile.open(folder.resolve("none")))
        .isInstanceOf(SystemCallException.class)
        .extracting(e -> ((SystemCallException) e).number())
        .isEqualTo(Libc.ENOENT);
    assertThat(new SystemCallException(Libc.ERESTARTSYS))
        .hasMessage("error 512, Unknown error 512");
    DeviceFile file = LinuxFile.open(file(10));
    file.close();
    file.close();
    assertThatThrownBy(() -> file.poll(0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aLockKeepsOthersOutUntilItIsClosed() throws Exception {
    Path path = file(10);
    try (DeviceFile second = LinuxFile.open(path)) {
      try (DeviceFile first = LinuxFile.open(path)) {
        first.lock();
        assertThatThrownBy(second::lock)
            .isInstanceOf(SystemCallException.class)
            .extracting(e -> ((SystemCallException) e).number())
            .isEqualTo(Libc.EAGAIN);
      }
      second.lock();
    }
  }

  @Test
  void mappedWordsAndBytesAreThoseOfTheFile() throws Exception {
    Path path = file(2 * PAGE);
    try (DeviceFile file = LinuxFile.open(path)) {
      DeviceMapping mapping = file.map(PAGE, PAGE);
      mapping.setWord(8, 0x01020304);
      mapping.bytes(100, 3).put(new byte[] {5, 6, 7});
      assertThat(mapping.getWord(8)).isEqualTo(0x01020304);
      assertThat(mapping.bytes(8, 1).get()).isEqualTo((byte) 4);
      assertThatThrownBy(() -> mapping.bytes(PAGE - 1, 2))
          .isInstanceOf(IndexOutOfBoundsException.class);
      mapping.close();
      mapping.close();
      assertThatThrownBy(() -> mapping.getWord(0)).isInstanceOf(IllegalStateException.class);
    }
    assertThat(ByteBuffer.wrap(Files.readAllBytes(path), PAGE + 100, 3))
        .isEqualTo(ByteBuffer.wrap(new byte[] {5, 6, 7}));
  }

  @Test
  void aMappingThatVanishesIsAnErrorAndNotTheEndOfTheProgram() throws Exception {
    Process program =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    VanishingMapping.class.getName(),
                    file(2 * PAGE).toString()))
            // Newer versions of Java warn of native code there.
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String printed = new String(program.getInputStream().readAllBytes());
    assertThat(program.waitFor()).as(printed).isZero();
    assertThat(printed).isEqualTo(VanishingMapping.CALLS + " reads and writes refused\n");
  }

  /** A program of its own, in case that it dies: its registers go away while they are in use. */
  static final class VanishingMapping {
    static final int CALLS = 1000;
    private static final int WARM_UP = 50_000;

    private VanishingMapping() {}

    public static void main(String[] arguments) throws IOException {
      Path path = Path.of(arguments[0]);
      try (DeviceFile file = LinuxFile.open(path);
          RandomAccessFile same = new RandomAccessFile(path.toFile(), "rw")) {
        DeviceMapping mapping = file.map(PAGE, PAGE);
        for (int i = 0; i < WARM_UP; i++) {
          mapping.setWord(4, i);
          if (mapping.getWord(4) != i) {
            throw new AssertionError();
          }
        }
        same.setLength(0);
        int refused = 0;
        for (int i = 0; i < CALLS; i++) {
          refused +=
              isRefused(() -> mapping.getWord(4)) && isRefused(() -> mapping.setWord(4, 1)) ? 1 : 0;
        }
        System.out.println(refused + " reads and writes refused");
      }
    }

    private static boolean isRefused(Runnable access) {
      try {
        access.run();
        return false;
      } catch (SystemCallException e) {
        return e.number() == Libc.EFAULT;
      }
    }
  }
}
