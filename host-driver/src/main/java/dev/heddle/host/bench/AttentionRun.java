package dev.heddle.host.bench;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.Machine;
import dev.heddle.accel.golden.HeadCheck;
import dev.heddle.accel.isa.CompletionRecord;
import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.Engine;
import dev.heddle.accel.isa.Operation;
import dev.heddle.hdl.verilog.VerilogWriter;
import dev.heddle.host.device.AttendGroups;
import dev.heddle.testbench.BuildProgress;
import dev.heddle.testbench.CardMemory;
import dev.heddle.testbench.LibraryOptions;
import dev.heddle.testbench.MemoryModel;
import dev.heddle.testbench.PortStatistics;
import dev.heddle.testbench.SimulatedMachine;
import dev.heddle.testbench.VerilatedLibrary;
import dev.heddle.testbench.attention.AttentionWork;
import dev.heddle.testbench.attention.RouterWork;
import dev.heddle.testbench.matmul.BareMachine;
import java.util.ArrayList;
import java.util.List;

/**
 * Attention on a simulated machine, its outputs compared with the golden model.
 *
 * @param cycles from the cycle in which an engine could take the first descriptor to the arrival of
 *     the last output
 * @param bytes bytes of all read and written beats on all ports, descriptors included
 */
record AttentionRun(long cycles, long bytes) {

  /** Whole pages of card memory for {@code bytes} bytes of work. */
  static int memoryFor(long bytes) {
    long pages = (BareMachine.DATA + bytes + CardMemory.PAGE - 1) / CardMemory.PAGE;
    return Math.toIntExact(pages * CardMemory.PAGE);
  }

  /**
   * Runs {@code work} as one ATTEND on a machine of a configuration.
   *
   * @param progress hears about the build of the simulator library
   * @throws IllegalArgumentException when the machine cannot take the work
   * @throws BenchmarkException when a bit of the outputs is not that of the golden model
   */
  static AttentionRun of(
      Configuration configuration, AttentionWork work, MemoryModel memory, BuildProgress progress) {
    Descriptor attend = work.attend();
    return run(configuration, work, List.of(), List.of(attend), () -> {}, memory, progress);
  }

  /**
   * Runs {@code work} whose pages the machine chooses: attention of an entry while the router
   * chooses for the next ones. The summaries are there before.
   *
   * @param progress hears about the build of the simulator library
   * @throws IllegalArgumentException when the machine cannot take the work
   * @throws BenchmarkException when a bit of the lists or outputs is not that of the golden model
   */
  static AttentionRun routed(
      Configuration configuration,
      AttentionWork work,
      RouterWork choice,
      MemoryModel memory,
      BuildProgress progress) {
    List<Integer> groups = AttendGroups.of(work.entries().size());
    List<Descriptor> routes = choice.route(groups);
    List<Descriptor> attends = work.attend(groups);
    List<Descriptor> measured = new ArrayList<>();
    for (int group = 0; group < groups.size(); group++) {
      measured.add(routes.get(group).release(Engine.ATTENTION));
      measured.add(attends.get(group).await(Engine.ROUTER));
    }
    return run(
        configuration,
        work,
        List.of(choice.summarise()),
        measured,
        () -> choice.runGolden(configuration),
        memory,
        progress);
  }

  private static AttentionRun run(
      Configuration configuration,
      AttentionWork work,
      List<Descriptor> before,
      List<Descriptor> measured,
      Runnable goldenChoice,
      MemoryModel memory,
      BuildProgress progress) {
    AttentionShape shape = configuration.attention().orElseThrow();
    work.entries().forEach(entry -> HeadCheck.require(shape, entry, work.image()));
    SimulatedMachine.Board board =
        SimulatedMachine.Board.of(work.image().capacity(), configuration.clockHz(), memory);
    try (VerilatedLibrary library =
            VerilatedLibrary.of(
                VerilogWriter.write(new Machine(configuration)), LibraryOptions.FAST, progress);
        SimulatedMachine machine = new SimulatedMachine(library, board)) {
      work.store(machine.memory());
      BareMachine bare = new BareMachine(configuration, machine);
      if (!before.isEmpty()) {
        bare.run(ended(before));
      }
      long bytesBefore = movedBytes(configuration, machine);
      List<CompletionRecord> records = bare.run(ended(measured));
      goldenChoice.run();
      work.runGolden(shape.lanes());
      long difference = work.firstDifference(machine.memory());
      if (difference >= 0) {
        throw new BenchmarkException(
            ("the simulated machine computed attention wrong: card memory differs at 0x%x;"
                    + " no figure is given")
                .formatted(difference));
      }
      return new AttentionRun(cycles(records), movedBytes(configuration, machine) - bytesBefore);
    }
  }

  private static List<Descriptor> ended(List<Descriptor> descriptors) {
    List<Descriptor> list = new ArrayList<>(descriptors);
    list.add(Descriptor.of(Operation.END));
    return list;
  }

  /** Attention without a break, and the first choice where there is one, which it waits for. */
  private static long cycles(List<CompletionRecord> records) {
    List<CompletionRecord> attention =
        records.stream().filter(record -> record.engine() == Engine.ATTENTION).toList();
    long cycles = attention.stream().mapToLong(CompletionRecord::cycles).sum();
    CompletionRecord first = records.get(0);
    return first.engine() == Engine.ATTENTION
        ? cycles
        : cycles + first.cycles() - attention.get(0).stalledTokens();
  }

  private static long movedBytes(Configuration configuration, SimulatedMachine machine) {
    long beats = 0;
    for (int port = 0; port < configuration.ports(); port++) {
      PortStatistics statistics = machine.statistics(port);
      beats += statistics.readBeats() + statistics.writeBeats();
    }
    return beats * configuration.beatBytes();
  }
}
