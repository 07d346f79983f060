package dev.heddle.accel;

import dev.heddle.accel.attention.AttentionEngine;
import dev.heddle.accel.command.CommandFetch;
import dev.heddle.accel.command.EngineControl;
import dev.heddle.accel.matmul.MatmulEngine;
import dev.heddle.accel.matmul.ResultWriter;
import dev.heddle.accel.matmul.Unpacker;
import dev.heddle.accel.routing.RouterEngine;
import dev.heddle.lib.AxiReader;
import dev.heddle.lib.AxiWriteArbiter;
import dev.heddle.lib.AxiWriter;
import dev.heddle.lib.RegisterFile;
import dev.heddle.lib.Stream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The cycles that a machine takes from what happens at its ports to what it does there: sums of the
 * latencies that its parts declare.
 *
 * @param configuration the machine, not a compact one
 * @param shelled whether it has a shell, which adds its base to addresses
 */
public record MachineLatency(Configuration configuration, boolean shelled) {
  /**
   * A part on the way.
   *
   * @param name what it is
   * @param cycles that it takes
   */
  public record Stage(String name, int cycles) {}

  /**
   * A way through the machine.
   *
   * @param from what happens
   * @param to what follows
   * @param stages parts on the way, in order
   */
  public record Interval(String from, String to, List<Stage> stages) {
    public Interval {
      stages = List.copyOf(stages);
    }

    /** Cycles from the one to the other. */
    public int cycles() {
      return stages.stream().mapToInt(Stage::cycles).sum();
    }
  }

  public MachineLatency {
    if (configuration.compact()) {
      throw new IllegalArgumentException(
          "configuration %s is compact: its parts are others".formatted(configuration.name()));
    }
  }

  /** All intervals, in the order in which a list passes them. */
  public List<Interval> intervals() {
    List<Interval> intervals = new ArrayList<>(List.of(listAddress(), nextAddress()));
    for (int port = 0; port < configuration.ports(); port++) {
      intervals.add(weightsAddress(port));
    }
    intervals.addAll(
        List.of(firstStep(), resultAddress(), resultBeat(), recordAddress(), interrupt()));
    return intervals;
  }

  /** To the address of the first descriptor. */
  public Interval listAddress() {
    List<Stage> stages = new ArrayList<>();
    stages.add(new Stage("register", RegisterFile.WRITE_LATENCY));
    stages.add(new Stage("command fetch", CommandFetch.REQUEST_LATENCY));
    return read("`DOORBELL` is written", "address of the list", stages, true);
  }

  /** To the address of the descriptor after one. */
  public Interval nextAddress() {
    List<Stage> stages = new ArrayList<>();
    stages.add(new Stage("buffer", AxiReader.BEAT_LATENCY));
    stages.add(new Stage("command fetch", CommandFetch.REQUEST_LATENCY));
    return read("last beat of a descriptor", "address of the next descriptor", stages, true);
  }

  /** To the address of a port's weights. */
  public Interval weightsAddress(int port) {
    List<Stage> stages = new ArrayList<>();
    stages.add(new Stage("buffer", AxiReader.BEAT_LATENCY));
    stages.add(new Stage("queue", EngineControl.COMMAND_LATENCY));
    stages.add(new Stage("engine", MatmulEngine.REQUEST_LATENCY));
    if (port > 0) {
      stages.add(new Stage("ports before", port));
    }
    return read(
        "last beat of a `MATMUL` that need not wait",
        "address of weights, port " + port,
        stages,
        isShared(port));
  }

  /** To the first step of a block whose weights are there. */
  public Interval firstStep() {
    return new Interval(
        "last beat of a block of weights",
        "its first step in the multipliers",
        List.of(
            new Stage("buffer", AxiReader.BEAT_LATENCY), new Stage("unpacker", Unpacker.LATENCY)));
  }

  /** To the address of a row tile's results. */
  public Interval resultAddress() {
    return write("last step of a row tile", "address of its results", sums());
  }

  /** To the first beat of a row tile's results. */
  public Interval resultBeat() {
    List<Stage> stages = sums();
    stages.add(new Stage("conversion to fp32", ResultWriter.beatLatency(configuration)));
    return new Interval("last step of a row tile", "first beat of its results", stages);
  }

  /** To the address of a completion record. */
  public Interval recordAddress() {
    List<Stage> stages = new ArrayList<>();
    stages.add(new Stage("writer", AxiWriter.IDLE_LATENCY));
    stages.add(new Stage("control of the engine", EngineControl.RECORD_LATENCY));
    return write("response to the last results", "address of the completion record", stages);
  }

  /** To the interrupt. */
  public Interval interrupt() {
    return new Interval(
        "response to the last completion record",
        "`irq`",
        List.of(
            new Stage("writer", AxiWriter.IDLE_LATENCY),
            new Stage("end of the list", Machine.END_LATENCY)));
  }

  private List<Stage> sums() {
    List<Stage> stages = new ArrayList<>();
    stages.add(new Stage("products and sums", MatmulEngine.sumLatency(configuration)));
    stages.add(new Stage("result writer", ResultWriter.REQUEST_LATENCY));
    return stages;
  }

  /** Whether others read from a port than the one that reads weights. */
  private boolean isShared(int port) {
    return port == 0
        || configuration.attention().stream()
            .flatMap(shape -> AttentionEngine.readersOf(shape).stream())
            .anyMatch(reader -> reader.port(configuration) == port)
        || configuration.router().isPresent()
            && Arrays.stream(RouterEngine.Reader.values())
                .anyMatch(reader -> reader.port(configuration) == port);
  }

  private Interval read(String from, String to, List<Stage> stages, boolean shared) {
    stages.add(new Stage("reader", AxiReader.ADDRESS_LATENCY));
    if (shared && configuration.shortPaths()) {
      stages.add(new Stage("register before the arbiter", Stream.SLICE_LATENCY));
    }
    return placed(from, to, stages);
  }

  private Interval write(String from, String to, List<Stage> stages) {
    stages.add(new Stage("writer", AxiWriter.ADDRESS_LATENCY));
    stages.add(new Stage("arbiter", AxiWriteArbiter.ADDRESS_LATENCY));
    return placed(from, to, stages);
  }

  private Interval placed(String from, String to, List<Stage> stages) {
    if (shelled) {
      stages.add(new Stage("shell", Stream.SLICE_LATENCY));
    }
    return new Interval(from, to, stages);
  }
}
