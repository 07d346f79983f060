package dev.heddle.testbench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Runs programs that build something, and ends them with all that they started. */
public final class ExternalProgram {
  private static final int LINES_OF_LOG = 12;
  private static final long SECONDS_TO_END = 3;

  private ExternalProgram() {}

  /**
   * Finds a program.
   *
   * @param searchPath folders, separated as in PATH
   */
  public static Optional<Path> find(String name, String searchPath) {
    return Arrays.stream(searchPath.split(File.pathSeparator, -1))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, name))
        .filter(candidate -> Files.isExecutable(candidate) && !Files.isDirectory(candidate))
        .findFirst();
  }

  /**
   * Runs a command in a folder, which also takes its temporary files, with its output in a log
   * file.
   *
   * @throws BuildException with the first lines of the log if it fails
   */
  public static void run(String what, List<String> command, Path folder, Path log)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    // A compiler that is ended in the wrong moment leaves files: they go with the folder.
    builder.environment().put("TMPDIR", folder.toAbsolutePath().toString());
    Process process = builder.start();
    try {
      process.getOutputStream().close();
      int exit = process.waitFor();
      if (exit != 0) {
        throw new BuildException(
            "%s failed with exit code %d:%n%s%nThe whole log is in %s"
                .formatted(what, exit, excerpt(log), log));
      }
    } finally {
      end(process);
    }
  }

  /**
   * Ends a program with all that it started. The driver of a compiler is asked first: killed, it
   * would leave its passes running and their files behind.
   */
  private static void end(Process process) {
    if (!process.isAlive()) {
      return;
    }
    List<ProcessHandle> all =
        Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
    all.forEach(ProcessHandle::destroy);
    try {
      CompletableFuture.allOf(
              all.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new))
          .get(SECONDS_TO_END, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // Killed below.
    } finally {
      all.forEach(ProcessHandle::destroyForcibly);
    }
  }

  /** The first error of a log and what follows it. */
  private static String excerpt(Path log) throws IOException {
    List<String> lines = Files.readString(log, StandardCharsets.UTF_8).lines().toList();
    int first = 0;
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).toLowerCase(Locale.ROOT).contains("error")) {
        first = i;
        break;
      }
    }
    return String.join(
        System.lineSeparator(), lines.subList(first, Math.min(lines.size(), first + LINES_OF_LOG)));
  }
}
