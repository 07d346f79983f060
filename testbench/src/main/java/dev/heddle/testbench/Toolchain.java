package dev.heddle.testbench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * The programs that build a simulator library: Verilator and a C++ compiler, found on a search
 * path.
 */
public final class Toolchain {
  private static final int LINES_OF_LOG = 12;
  private static final long VERSION_SECONDS = 60;
  private static final long SECONDS_TO_END = 3;

  private final Path verilator;
  private final Path compiler;
  private final String verilatorVersion;
  private final String compilerVersion;
  private final Path verilatorRoot;

  private Toolchain(Path verilator, Path compiler) {
    this.verilator = verilator;
    this.compiler = compiler;
    this.verilatorVersion = firstLine(verilator, "--version");
    this.compilerVersion = firstLine(compiler, "--version");
    this.verilatorRoot = Path.of(firstLine(verilator, "--getenv", "VERILATOR_ROOT"));
  }

  /** The tools on the search path of this process. */
  public static Toolchain system() {
    return find(System.getenv().getOrDefault("PATH", ""));
  }

  /**
   * The tools on the given search path.
   *
   * @throws BuildException if one is missing; says how to install it
   */
  public static Toolchain find(String searchPath) {
    return new Toolchain(
        program("verilator", searchPath, "verilator"), program("g++", searchPath, "g++"));
  }

  private static Path program(String name, String searchPath, String debianPackage) {
    for (String folder : searchPath.split(File.pathSeparator, -1)) {
      if (folder.isEmpty()) {
        continue;
      }
      Path candidate = Path.of(folder, name);
      if (Files.isExecutable(candidate) && !Files.isDirectory(candidate)) {
        return candidate;
      }
    }
    throw new BuildException(
        "%s was not found on the search path; install it: sudo apt-get install -y %s"
            .formatted(name, debianPackage));
  }

  private static String firstLine(Path program, String... arguments) {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (!process.waitFor(VERSION_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new BuildException(
            "%s does not work: %s".formatted(String.join(" ", command), output));
      }
      return output.lines().findFirst().orElse("");
    } catch (IOException e) {
      throw new BuildException("%s cannot be started: %s".formatted(program, e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BuildException("interrupted while asking for the version of " + program, e);
    }
  }

  /** First line of {@code verilator --version}. */
  public String verilatorVersion() {
    return verilatorVersion;
  }

  /** First line of {@code g++ --version}. */
  public String compilerVersion() {
    return compilerVersion;
  }

  Path verilator() {
    return verilator;
  }

  Path compiler() {
    return compiler;
  }

  /** Folder of the C++ sources that come with Verilator. */
  Path verilatorInclude() {
    return verilatorRoot.resolve("include");
  }

  /**
   * Runs a command in a folder, which also takes its temporary files, with its output in a log
   * file.
   *
   * @throws BuildException with the first lines of the log if it fails
   */
  static void run(String what, List<String> command, Path folder, Path log)
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
