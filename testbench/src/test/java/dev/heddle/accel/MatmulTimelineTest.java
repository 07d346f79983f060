package dev.heddle.accel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.MatmulTimeline.Event;
import dev.heddle.accel.MatmulTimeline.Row;
import dev.heddle.accel.MatmulTimeline.Span;
import dev.heddle.accel.export.ShelledDesign;
import dev.heddle.accel.format.ActivationImage;
import dev.heddle.accel.format.QuantisedMatrix;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.Operation;
import dev.heddle.lib.Registers;
import dev.heddle.testbench.LibraryOptions;
import dev.heddle.testbench.MemoryModel;
import dev.heddle.testbench.PortStatistics;
import dev.heddle.testbench.SimulatedMachine;
import dev.heddle.testbench.VerilatedLibrary;
import dev.heddle.testbench.matmul.BareMachine;
import dev.heddle.testbench.matmul.MatrixProduct;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The cycles of {@link MatmulTimeline}, which the page of a machine shows, are those in which the
 * ports of the simulated machine move.
 */
class MatmulTimelineTest {
  private static final int MOST_MULTIPLIERS = 32;
  private static final int MEMORY_BYTES = 1 << 24;
  private static final int PAGE = 4096;
  private static final List<Integer> MEMORY_LATENCIES = List.of(1, 8, 40);

  /** The smallest machines, and one with several ports and an attention engine. */
  static Stream<Configuration> machines() {
    return Stream.concat(
        Configuration.shipped().stream()
            .filter(configuration -> !configuration.compact())
            .filter(configuration -> configuration.portBits() == Integer.SIZE)
            .filter(configuration -> configuration.multipliers() <= MOST_MULTIPLIERS),
        Stream.of(
            Configuration.DEFAULT, TestMachine.NARROW, TestMachine.BROAD, TestMachine.SINGLE));
  }

  @ParameterizedTest
  @MethodSource("machines")
  void aMachineKeepsToItsTimeline(Configuration configuration) {
    try (VerilatedLibrary library = TestMachine.library(configuration)) {
      for (int memoryLatency : MEMORY_LATENCIES) {
        check(new MachineLatency(configuration, false), memoryLatency, library);
      }
    }
  }

  @Test
  void aMachineWithAShellKeepsToItsTimeline() {
    Configuration configuration = Configuration.NANO;
    ShelledDesign design = new ShelledDesign(configuration, MEMORY_BYTES, "");
    try (VerilatedLibrary library = VerilatedLibrary.of(design.design(), LibraryOptions.CHECKED)) {
      for (int memoryLatency : MEMORY_LATENCIES) {
        check(new MachineLatency(configuration, true), memoryLatency, library);
      }
    }
  }

  private static void check(MachineLatency latency, int memoryLatency, VerilatedLibrary library) {
    MatmulTimeline timeline = new MatmulTimeline(latency, memoryLatency);
    Configuration configuration = latency.configuration();
    MemoryModel memory = new MemoryModel.Ideal(memoryLatency);
    try (SimulatedMachine machine =
        new SimulatedMachine(
            library, SimulatedMachine.Board.of(MEMORY_BYTES, configuration.clockHz(), memory))) {
      BareMachine bare = new BareMachine(configuration, machine);
      prepare(configuration, machine, bare);
      assertThat(moves(configuration, machine, bare))
          .as("%s, memory latency %d", configuration.name(), memoryLatency)
          .isEqualTo(expected(timeline));
      Span steps = timeline.row("multipliers", "").spans().get(0);
      assertThat(stepsBefore(steps.first(), machine, bare)).isZero();
      assertThat(stepsBefore(steps.first() + 1, machine, bare)).isOne();
      assertThat(stepsBefore(steps.last(), machine, bare)).isEqualTo(steps.cycles() - 1);
      assertThat(stepsBefore(steps.last() + 1, machine, bare)).isEqualTo(steps.cycles());
    }
  }

  /** Loads a vector into the machine and writes the list of the product to card memory. */
  private static void prepare(
      Configuration configuration, SimulatedMachine machine, BareMachine bare) {
    RandomProducts random = new RandomProducts(1, RandomProducts.Magnitude.ANY);
    QuantisedMatrix matrix =
        random.matrix(WeightFormat.Q8_0, configuration.rows(), WeightFormat.BLOCK);
    // Before a page, so that the weights behind the vector begin with it.
    int vectorBytes = new ActivationImage(1).size();
    MatrixProduct product =
        new MatrixProduct(
            matrix,
            random.vectors(1, WeightFormat.BLOCK),
            configuration,
            BareMachine.DATA + PAGE - vectorBytes);
    product.store(machine.memory());
    Descriptor end = Descriptor.of(Operation.END);
    bare.run(List.of(product.load(0), end));
    Descriptor multiply = product.multiply(0).with("output", BareMachine.DATA + 2 * PAGE);
    machine.memory().write(BareMachine.LIST, BareMachine.encode(List.of(multiply, end)));
  }

  /** Rings; gives the cycle in which the machine takes it. */
  private static long ring(SimulatedMachine machine, BareMachine bare) {
    Registers registers = bare.registers();
    registers.write("LIST", BareMachine.LIST);
    registers.write("RECORDS", BareMachine.RECORDS);
    registers.write("INTERRUPT_ENABLE", 1);
    long bell = machine.cycle();
    registers.trigger("DOORBELL", "start");
    return bell;
  }

  /** The cycles in which each channel moves, from the bell to the interrupt. */
  private static Map<String, List<Integer>> moves(
      Configuration configuration, SimulatedMachine machine, BareMachine bare) {
    Map<String, List<Integer>> moves = new LinkedHashMap<>();
    long bell = ring(machine, bare);
    List<PortStatistics> before = statistics(configuration, machine);
    boolean ended = false;
    while (!ended) {
      int cycle = (int) (machine.cycle() - bell);
      // The memory always takes addresses; what it drives shows once the cycle has run.
      note(moves, "m_axi_mem0 aw", cycle, pin(machine, "m_axi_mem0_awvalid"));
      ended = pin(machine, "irq");
      note(moves, "irq", cycle, ended);
      machine.run(1);
      note(moves, "m_axi_mem0 b", cycle, pin(machine, "m_axi_mem0_bvalid"));
      List<PortStatistics> after = statistics(configuration, machine);
      for (int port = 0; port < after.size(); port++) {
        PortStatistics then = before.get(port);
        PortStatistics now = after.get(port);
        String bus = "m_axi_mem" + port;
        note(moves, bus + " ar", cycle, now.readBursts() > then.readBursts());
        note(moves, bus + " r", cycle, now.readBeats() > then.readBeats());
        note(moves, bus + " w", cycle, now.writeBeats() > then.writeBeats());
      }
      before = after;
    }
    bare.registers().clear("EVENTS", "done", 1);
    return moves;
  }

  private static void note(
      Map<String, List<Integer>> moves, String channel, int cycle, boolean moved) {
    if (moved) {
      moves.computeIfAbsent(channel, key -> new ArrayList<>()).add(cycle);
    }
  }

  private static boolean pin(SimulatedMachine machine, String port) {
    return machine.port(port).orElseThrow() != 0;
  }

  private static List<PortStatistics> statistics(
      Configuration configuration, SimulatedMachine machine) {
    return IntStream.range(0, configuration.ports()).mapToObj(machine::statistics).toList();
  }

  private static Map<String, List<Integer>> expected(MatmulTimeline timeline) {
    Map<String, List<Integer>> moves = new LinkedHashMap<>();
    for (Row row : timeline.rows()) {
      for (Span span : row.spans()) {
        // The steps show in a counter, and the bell is what the cycles are counted from.
        if (span.event() != Event.BELL && span.event() != Event.STEP) {
          String channel = row.channel().isEmpty() ? row.bus() : row.bus() + " " + row.channel();
          IntStream.rangeClosed(span.first(), span.last())
              .forEach(cycle -> note(moves, channel, cycle, true));
        }
      }
    }
    return moves;
  }

  /** Steps of the multipliers before a cycle, as the counter tells in that cycle. */
  private static long stepsBefore(int cycle, SimulatedMachine machine, BareMachine bare) {
    long before = bare.registers().read("BUSY");
    long bell = ring(machine, bare);
    machine.run(bell + cycle - machine.cycle());
    long steps = bare.registers().read("BUSY") - before;
    bare.finish();
    return steps;
  }
}
