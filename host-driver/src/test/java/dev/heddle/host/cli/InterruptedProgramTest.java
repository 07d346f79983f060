package dev.heddle.host.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.Configuration;
import dev.heddle.host.serial.BoardOnTerminal;
import dev.heddle.host.transport.GoldenTransport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ctrl-C, as the signal that a terminal sends, ends the program wherever it is. */
class InterruptedProgramTest {
  private static final Duration LONGEST_START = Duration.ofSeconds(120);
  private static final Duration LONGEST_END = Duration.ofSeconds(15);

  /** A signal that the parent ignores is ignored by its children; this undoes it. */
  private static final List<String> HEEDING =
      List.of("perl", "-e", "$SIG{INT} = 'DEFAULT'; exec @ARGV or die");

  @TempDir private Path folder;

  private Process program;

  @AfterEach
  void end() {
    if (program != null) {
      program.descendants().forEach(ProcessHandle::destroyForcibly);
      program.destroyForcibly();
    }
  }

  private Path out() {
    return folder.resolve("out");
  }

  private Path err() {
    return folder.resolve("err");
  }

  private Path temporary() {
    return folder.resolve("temporary");
  }

  private Path cache() {
    return folder.resolve("cache");
  }

  /** Starts the program in a process of its own, with an empty folder for temporary files. */
  private void start(boolean emptyCache, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(HEEDING);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-ea", "-Djava.io.tmpdir=" + Files.createDirectory(temporary())));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("TMPDIR", temporary().toString());
    if (emptyCache) {
      builder.environment().put("HEDDLE_CACHE", cache().toString());
    }
    program = builder.redirectOutput(out().toFile()).redirectError(err().toFile()).start();
  }

  private void await(Path output, String text) throws Exception {
    long deadline = System.nanoTime() + LONGEST_START.toNanos();
    while (!Files.readString(output).contains(text)) {
      assertThat(program.isAlive()).as(Files.readString(err())).isTrue();
      assertThat(System.nanoTime()).as("no \"%s\" in %s", text, output).isLessThan(deadline);
      Thread.sleep(20);
    }
  }

  /** Sends the signal to the Java process alone and waits for its end. */
  private void interrupt() throws Exception {
    interrupt(130);
  }

  private void interrupt(int exitCode) throws Exception {
    List<ProcessHandle> children = program.descendants().toList();
    new ProcessBuilder("bash", "-c", "kill -INT " + program.pid()).start().waitFor();
    assertThat(program.waitFor(LONGEST_END.toSeconds(), TimeUnit.SECONDS))
        .as("the end within %s", LONGEST_END)
        .isTrue();
    assertThat(program.exitValue()).isEqualTo(exitCode);
    assertThat(Files.readString(err()))
        .endsWith("Interrupted.\n")
        .doesNotContain("Exception", "\tat ");
    for (ProcessHandle child : children) {
      assertThat(child.isAlive()).as("%s lives", child.info()).isFalse();
    }
    assertThat(names(temporary())).isEmpty();
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"golden", "sim"})
  void aStoryEndsWithWhatItSaidAndItsTable(String device) throws Exception {
    start(
        false,
        "run",
        "--device",
        device,
        "--config",
        "nano",
        "--temperature",
        "0",
        "--tokens",
        "240");
    await(out(), "Once upon a time, there was");
    interrupt();
    assertThat(Files.readString(out()))
        .startsWith("Once upon a time, there was")
        .contains("  device                  " + device)
        .contains("  wall time  ");
  }

  @Test
  void aStoryOnABoardEndsWithWhatItSaidAndItsTable() throws Exception {
    try (BoardOnTerminal board =
        BoardOnTerminal.of(new GoldenTransport(Configuration.NANO, 8 << 20))) {
      String device = "uart:" + board.port();
      start(false, "run", "--device", device, "--temperature", "0", "--tokens", "240");
      await(out(), "Once upon a time, there was");
      interrupt();
      assertThat(Files.readString(out()))
          .startsWith("Once upon a time, there was")
          .contains("  device                  " + device)
          .contains("  wall time  ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "bench"})
  void aBuildEndsWithItsCompilersAndFiles(String command) throws Exception {
    start(true, command, "--config", "nano");
    await(err(), "compiling heddle_nano (1 of");
    while (program.descendants().findAny().isEmpty()) {
      Thread.onSpinWait();
    }
    interrupt();
    assertThat(names(cache().resolve("verilated"))).allMatch(name -> name.endsWith(".lock"));
  }

  @Test
  void aBringUpEndsWithItsOwnCode() throws Exception {
    start(true, "bringup", "--device", "sim:nano");
    await(err(), "compiling heddle_nano (1 of");
    interrupt(4);
  }

  @Test
  void aBenchmarkThatComputesEnds() throws Exception {
    start(false, "bench", "elaborate");
    await(out(), "memory model");
    interrupt();
  }
}
