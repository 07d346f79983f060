package dev.heddle.testbench;

import dev.heddle.hdl.verilog.VerilogDesign;
import dev.heddle.testbench.SimulatedMachine.Board;
import dev.heddle.testbench.SimulatedMachine.End;
import dev.heddle.testbench.SimulatedMachine.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The simulated machine as a plain C++ program: same model, same memory models, same run loop, no
 * JVM. It measures what {@link SimulatedMachine} costs beyond the simulation itself.
 *
 * <pre>
 *   new StandaloneSimulator(design, options, board)
 *       .load(0, image)
 *       .write(START, 1)
 *       .run(1_000_000)
 *       .execute(folder)
 * </pre>
 */
public final class StandaloneSimulator {
  private final Path program;
  private final List<String> script = new ArrayList<>();

  /**
   * What one {@link #run} of the script took.
   *
   * @param run why it ended, and its cycles
   * @param seconds wall-clock time of the run loop alone
   */
  public record TimedRun(Run run, double seconds) {
    /** Simulated clock cycles a second. */
    public double cyclesPerSecond() {
      return run.cycles() / seconds;
    }
  }

  /**
   * What a script produced.
   *
   * @param runs its runs in order
   * @param registers the values of its register reads in order
   */
  public record Result(List<TimedRun> runs, List<Long> registers) {
    public Result {
      runs = List.copyOf(runs);
      registers = List.copyOf(registers);
    }
  }

  /** Builds the program, or takes it from the user's cache; the script begins with a reset. */
  public StandaloneSimulator(
      VerilogDesign design,
      LibraryOptions options,
      Board board,
      int ports,
      BuildProgress progress) {
    program =
        new LibraryBuild(design, options, true, Toolchain.system(), LibraryCache.ofUser(), progress)
            .file();
    script.add(
        "memory %d %d %d".formatted(board.memoryBytes(), board.clockHz(), board.deadlockCycles()));
    for (int port = 0; port < ports; port++) {
      script.add("model %d %s".formatted(port, board.memoryModel().specification()));
    }
    script.add("reset " + SimulatedMachine.RESET_CYCLES);
  }

  /** The program; it takes a script as its only argument. */
  public Path program() {
    return program;
  }

  /** Loads a file into the card memory. */
  public StandaloneSimulator load(long address, Path file) {
    return add("load %d %s".formatted(address, file.toAbsolutePath()));
  }

  /** Writes a register. */
  public StandaloneSimulator write(long address, long value) {
    return add("write %d %d".formatted(address, value & 0xffff_ffffL));
  }

  /** Reads a register into the result. */
  public StandaloneSimulator read(long address) {
    return add("read %d".formatted(address));
  }

  /** Runs until the interrupt or for a number of cycles. */
  public StandaloneSimulator run(long maxCycles) {
    return add("run %d".formatted(maxCycles));
  }

  /** Writes a part of the card memory to a file. */
  public StandaloneSimulator dump(long address, long bytes, Path file) {
    return add("dump %d %d %s".formatted(address, bytes, file.toAbsolutePath()));
  }

  private StandaloneSimulator add(String command) {
    script.add(command);
    return this;
  }

  /**
   * Executes the script in a new process.
   *
   * @param folder for the script and the program's output
   * @throws BuildException with the program's message if it fails
   */
  public Result execute(Path folder) throws IOException, InterruptedException {
    Path file = Files.write(folder.resolve("script.txt"), script);
    Path output = folder.resolve("output.txt");
    ExternalProgram.run(
        "the standalone simulator", List.of(program.toString(), file.toString()), folder, output);
    List<TimedRun> runs = new ArrayList<>();
    List<Long> registers = new ArrayList<>();
    for (String line : Files.readAllLines(output)) {
      String[] words = line.split(" ", -1);
      if (words[0].equals("run")) {
        End end = words[3].equals("1") ? End.INTERRUPT : End.CYCLE_LIMIT;
        runs.add(
            new TimedRun(new Run(end, Long.parseLong(words[1])), Double.parseDouble(words[2])));
      } else if (words[0].equals("read")) {
        registers.add(Long.parseLong(words[2]));
      }
    }
    return new Result(runs, registers);
  }
}
