package dev.heddle.testbench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The programs that build a simulator library: Verilator and a C++ compiler, found on a search
 * path.
 */
public final class Toolchain {
  private static final long VERSION_SECONDS = 60;

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
    return ExternalProgram.find(name, searchPath)
        .orElseThrow(
            () ->
                new BuildException(
                    "%s was not found on the search path; install it: sudo apt-get install -y %s"
                        .formatted(name, debianPackage)));
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
}
