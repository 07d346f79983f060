package dev.heddle.host.bench;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.Machine;
import dev.heddle.accel.golden.HeadCheck;
import dev.heddle.accel.isa.CompletionRecord;
import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.Operation;
import dev.heddle.hdl.verilog.VerilogWriter;
import dev.heddle.testbench.BuildProgress;
import dev.heddle.testbench.CardMemory;
import dev.heddle.testbench.LibraryOptions;
import dev.heddle.testbench.MemoryModel;
import dev.heddle.testbench.PortStatistics;
import dev.heddle.testbench.SimulatedMachine;
import dev.heddle.testbench.VerilatedLibrary;
import dev.heddle.testbench.attention.AttentionWork;
import dev.heddle.testbench.matmul.BareMachine;
import java.util.List;

/**
 * One ATTEND descriptor on a simulated machine, its outputs compared with the golden model.
 *
 * @param record what the machine says about it
 * @param bytes bytes of all read and written beats on all ports, descriptors included
 */
record AttentionRun(CompletionRecord record, long bytes) {

  /** Whole pages of card memory for {@code bytes} bytes of work. */
  static int memoryFor(long bytes) {
    long pages = (BareMachine.DATA + bytes + CardMemory.PAGE - 1) / CardMemory.PAGE;
    return Math.toIntExact(pages * CardMemory.PAGE);
  }

  /**
   * Runs {@code work} on a machine of a configuration.
   *
   * @param progress hears about the build of the simulator library
   * @throws IllegalArgumentException when the machine cannot take the work
   * @throws BenchmarkException when a bit of the outputs is not that of the golden model
   */
  static AttentionRun of(
      Configuration configuration, AttentionWork work, MemoryModel memory, BuildProgress progress) {
    AttentionShape shape = configuration.attention().orElseThrow();
    Descriptor attend = work.attend();
    work.entries().forEach(entry -> HeadCheck.require(shape, entry, work.image()));
    List<Descriptor> list = List.of(attend, Descriptor.of(Operation.END));
    SimulatedMachine.Board board =
        SimulatedMachine.Board.of(work.image().capacity(), configuration.clockHz(), memory);
    try (VerilatedLibrary library =
            VerilatedLibrary.of(
                VerilogWriter.write(new Machine(configuration)), LibraryOptions.FAST, progress);
        SimulatedMachine machine = new SimulatedMachine(library, board)) {
      work.store(machine.memory());
      CompletionRecord record = new BareMachine(configuration, machine).run(list).get(0);
      work.runGolden(shape.lanes());
      long difference = work.firstDifference(machine.memory());
      if (difference >= 0) {
        throw new BenchmarkException(
            ("the simulated machine computed attention wrong: card memory differs at 0x%x;"
                    + " no figure is given")
                .formatted(difference));
      }
      return new AttentionRun(record, movedBytes(configuration, machine));
    }
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
