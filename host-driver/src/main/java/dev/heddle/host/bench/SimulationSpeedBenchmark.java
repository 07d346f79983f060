package dev.heddle.host.bench;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.Machine;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.isa.MachineRegisters;
import dev.heddle.hdl.verilog.VerilogDesign;
import dev.heddle.hdl.verilog.VerilogWriter;
import dev.heddle.lib.RegisterBus;
import dev.heddle.lib.Registers;
import dev.heddle.testbench.BuildProgress;
import dev.heddle.testbench.LibraryOptions;
import dev.heddle.testbench.MemoryModel;
import dev.heddle.testbench.SimulatedMachine;
import dev.heddle.testbench.StandaloneSimulator;
import dev.heddle.testbench.VerilatedLibrary;
import dev.heddle.testbench.matmul.BareMachine;
import dev.heddle.testbench.matmul.MatrixProduct;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The same product simulated through JNA and by a plain C++ program around the same model, in
 * turns: {@code ratio} of their cycles a second, the {@code cycles_per_s} through JNA, and {@code
 * macs_per_s}, the multiplications a second that keep the multipliers busy. Medians of {@value
 * #ROUNDS} turns; the wall-clock time of the run loops alone.
 */
public final class SimulationSpeedBenchmark implements Benchmark {
  /** Turns of each. */
  public static final int ROUNDS = 7;

  private static final MemoryModel MEMORY = MemoryModel.Ddr.DDR4_2400;
  private static final double NANOSECONDS_PER_SECOND = 1e9;
  private static final long MOST_CYCLES = 1L << 40;

  private final Configuration configuration;
  private final SyntheticLayer layer;
  private final BuildProgress progress;

  /** Simulates a layer of the given shape with Q4_0 weights and the most tokens. */
  public SimulationSpeedBenchmark(
      Configuration configuration, MatmulBenchmark.Shape shape, BuildProgress progress) {
    this.configuration = configuration;
    this.layer = new SyntheticLayer(shape.rows(), shape.columns(), WeightFormat.Q4_0);
    this.progress = progress;
  }

  @Override
  public String name() {
    return "simspeed";
  }

  @Override
  public Stream<BenchResult> run(Predicate<String> wanted) {
    String workload = layer + "/T" + configuration.maxTokens();
    return Stream.of(workload).filter(wanted).flatMap(this::measure);
  }

  private Stream<BenchResult> measure(String workload) {
    MatrixProduct product = layer.product(configuration.maxTokens(), configuration);
    SimulatedMachine.Board board = MatmulBenchmark.board(product, MEMORY);
    VerilogDesign design = VerilogWriter.write(new Machine(configuration));
    Path folder = null;
    try (VerilatedLibrary library = VerilatedLibrary.of(design, LibraryOptions.FAST, progress);
        SimulatedMachine machine = new SimulatedMachine(library, board)) {
      folder = Files.createTempDirectory("heddle-simspeed");
      product.store(machine.memory());
      machine.memory().write(BareMachine.LIST, BareMachine.encode(BareMachine.list(product)));
      Path image = folder.resolve("card-memory");
      Files.write(image, machine.memory().read(0, Math.toIntExact(product.end())));
      StandaloneSimulator plain =
          new StandaloneSimulator(
                  design, LibraryOptions.FAST, board, configuration.ports(), progress)
              .load(0, image);
      BareMachine.start(scripted(plain), BareMachine.LIST);
      plain.run(MOST_CYCLES);
      return alternate(workload, product, machine, plain, folder);
    } catch (IOException e) {
      throw new BenchmarkException("the simulation speed cannot be measured: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkException("interrupted", e);
    } finally {
      delete(folder);
    }
  }

  /** Registers whose accesses become lines of the script. */
  private Registers scripted(StandaloneSimulator plain) {
    return new Registers(
        MachineRegisters.of(configuration),
        new RegisterBus() {
          @Override
          public long read(int address) {
            return 0;
          }

          @Override
          public void write(int address, long value) {
            plain.write(address, value);
          }
        },
        0);
  }

  private Stream<BenchResult> alternate(
      String workload,
      MatrixProduct product,
      SimulatedMachine machine,
      StandaloneSimulator plain,
      Path folder)
      throws IOException, InterruptedException {
    BareMachine bare = new BareMachine(configuration, machine);
    double[] throughJna = new double[ROUNDS];
    double[] ratios = new double[ROUNDS];
    double[] multiplications = new double[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
      BareMachine.start(bare.registers(), BareMachine.LIST);
      long before = System.nanoTime();
      long cycles = bare.finish();
      double seconds = (System.nanoTime() - before) / NANOSECONDS_PER_SECOND;
      throughJna[i] = cycles / seconds;
      multiplications[i] = bare.records(2).get(1).multiplications() / seconds;
      ratios[i] = throughJna[i] / plain.execute(folder).runs().get(0).cyclesPerSecond();
    }
    MatmulBenchmark.requireGolden(product, machine.memory());
    return Stream.of(
        result(workload, "ratio", ratios),
        result(workload, "cycles_per_s", throughJna),
        result(workload, "macs_per_s", multiplications));
  }

  private BenchResult result(String workload, String metric, double[] values) {
    return new BenchResult(
        name(),
        workload,
        metric,
        ElaborateBenchmark.median(values),
        Optional.of(configuration.name()),
        Optional.of(MEMORY.label()));
  }

  private static void delete(Path folder) {
    if (folder == null) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw new BenchmarkException("cannot delete " + folder, e);
    }
  }
}
