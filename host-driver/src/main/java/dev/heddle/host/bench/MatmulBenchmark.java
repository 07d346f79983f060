package dev.heddle.host.bench;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.Machine;
import dev.heddle.accel.format.GoldenMatmul;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.isa.CompletionRecord;
import dev.heddle.hdl.verilog.VerilogWriter;
import dev.heddle.testbench.BuildProgress;
import dev.heddle.testbench.CardMemory;
import dev.heddle.testbench.LibraryOptions;
import dev.heddle.testbench.MemoryModel;
import dev.heddle.testbench.SimulatedMachine;
import dev.heddle.testbench.VerilatedLibrary;
import dev.heddle.testbench.matmul.BareMachine;
import dev.heddle.testbench.matmul.MatrixProduct;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Measures one MATMUL descriptor on a simulated machine, from the cycle in which the engine could
 * take it: the wait for its activations, the latency of the first weights, the drain of the last
 * results and their arrival in card memory all count. Every result is compared with the golden
 * model.
 */
public final class MatmulBenchmark implements Benchmark {
  /** A shape of a layer: outputs and inputs. */
  public record Shape(int rows, int columns) {}

  private record Measurement(String workload, SyntheticLayer layer, MemoryModel memory) {}

  private final String name;
  private final String metric;
  private final Configuration configuration;
  private final BuildProgress progress;
  private final int tokens;
  private final List<Measurement> measurements = new ArrayList<>();

  private MatmulBenchmark(
      String name, String metric, Configuration configuration, int tokens, BuildProgress progress) {
    this.name = name;
    this.metric = metric;
    this.configuration = configuration;
    this.tokens = tokens;
    this.progress = progress;
  }

  /**
   * One token: {@code payload_share}, the bytes of codes, scales and minimums of the matrix as a
   * share of what the ports could deliver in all cycles of the descriptor.
   */
  public static MatmulBenchmark gemv(
      Configuration configuration, List<Shape> shapes, BuildProgress progress) {
    MatmulBenchmark bench =
        new MatmulBenchmark("gemv", "payload_share", configuration, 1, progress);
    for (BenchMemory memory : BenchMemory.ALL) {
      for (SyntheticLayer layer : layers(shapes)) {
        bench.measurements.add(new Measurement(layer + "/" + memory.name(), layer, memory.model()));
      }
    }
    return bench;
  }

  /**
   * As many tokens as the configuration takes: {@code mac_share}, the cycles in which the
   * multipliers work as a share of all cycles of the descriptor; on DDR4-2400.
   */
  public static MatmulBenchmark gemm(
      Configuration configuration, List<Shape> shapes, BuildProgress progress) {
    int tokens = configuration.maxTokens();
    MatmulBenchmark bench =
        new MatmulBenchmark("gemm", "mac_share", configuration, tokens, progress);
    for (SyntheticLayer layer : layers(shapes)) {
      bench.measurements.add(
          new Measurement(layer + "/T" + tokens, layer, BenchMemory.DDR4.model()));
    }
    return bench;
  }

  private static List<SyntheticLayer> layers(List<Shape> shapes) {
    return shapes.stream()
        .flatMap(
            shape ->
                Arrays.stream(WeightFormat.values())
                    .map(format -> new SyntheticLayer(shape.rows(), shape.columns(), format)))
        .toList();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Stream<BenchResult> run(Predicate<String> wanted) {
    return measurements.stream()
        .filter(measurement -> wanted.test(measurement.workload()))
        .map(this::measure);
  }

  private BenchResult measure(Measurement measurement) {
    MatrixProduct product = measurement.layer().product(tokens, configuration);
    try (VerilatedLibrary library =
            VerilatedLibrary.of(
                VerilogWriter.write(new Machine(configuration)), LibraryOptions.FAST, progress);
        SimulatedMachine machine =
            new SimulatedMachine(library, board(product, measurement.memory()))) {
      product.store(machine.memory());
      CompletionRecord record = new BareMachine(configuration, machine).run(product);
      requireGolden(product, machine.memory());
      double share =
          tokens == 1
              ? (double) product.layout().payloadBytes()
                  / configuration.beatBytes()
                  / configuration.ports()
                  / record.cycles()
              : (double) record.busy() / record.cycles();
      return new BenchResult(
          name,
          measurement.workload(),
          metric,
          share,
          Optional.of(configuration.name()),
          Optional.of(measurement.memory().label()));
    }
  }

  /** A board with just enough card memory. */
  static SimulatedMachine.Board board(MatrixProduct product, MemoryModel memory) {
    long pages = (product.end() + CardMemory.PAGE - 1) / CardMemory.PAGE;
    return SimulatedMachine.Board.of(
        pages * CardMemory.PAGE, product.layout().configuration().clockHz(), memory);
  }

  /** Refuses results that are not those of the golden model. */
  static void requireGolden(MatrixProduct product, CardMemory memory) {
    float[][] results = product.results(memory);
    for (int i = 0; i < results.length; i++) {
      float[] golden = GoldenMatmul.multiply(product.matrix(), product.vectors().get(i));
      if (!Arrays.equals(results[i], golden)) {
        throw new BenchmarkException(
            "the simulated machine computed %s wrong at vector %d; no figure is given"
                .formatted(product, i));
      }
    }
  }
}
