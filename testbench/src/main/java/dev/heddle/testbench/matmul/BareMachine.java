package dev.heddle.testbench.matmul;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.isa.CompletionRecord;
import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.Engine;
import dev.heddle.accel.isa.MachineRegisters;
import dev.heddle.accel.isa.Operation;
import dev.heddle.lib.RegisterBus;
import dev.heddle.lib.Registers;
import dev.heddle.testbench.SimulatedMachine;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Runs descriptor lists on a simulated machine with no driver in between. */
public final class BareMachine {
  /** Address of the list that {@link #run} writes. */
  public static final long LIST = 0x1000;

  /** Address of the completion records. */
  public static final long RECORDS = 0x2000;

  /** First address that is free for data. */
  public static final long DATA = 0x10000;

  private static final long MOST_CYCLES = 2_000_000_000;

  private final SimulatedMachine machine;
  private final Registers registers;

  /** The machine of {@code configuration} in {@code machine}. */
  public BareMachine(Configuration configuration, SimulatedMachine machine) {
    this.machine = machine;
    registers =
        new Registers(
            MachineRegisters.of(configuration),
            new RegisterBus() {
              @Override
              public long read(int address) {
                return machine.readRegister(address);
              }

              @Override
              public void write(int address, long value) {
                machine.writeRegister(address, value);
              }
            },
            0);
  }

  /** The machine's registers. */
  public Registers registers() {
    return registers;
  }

  /** The list that loads the vectors of {@code product}, multiplies and ends. */
  public static List<Descriptor> list(MatrixProduct product) {
    return List.of(
        product.load(0).tag(1).release(Engine.MATMUL),
        product.multiply(0).tag(2).await(Engine.LOADER),
        Descriptor.of(Operation.END));
  }

  /** The bytes of a list in card memory. */
  public static ByteBuffer encode(List<Descriptor> list) {
    ByteBuffer bytes = ByteBuffer.allocate(list.size() * Operation.BYTES);
    for (int i = 0; i < list.size(); i++) {
      list.get(i).encode(bytes, i * Operation.BYTES);
    }
    return bytes;
  }

  /** Runs the product, whose operands are in card memory: the record of its MATMUL. */
  public CompletionRecord run(MatrixProduct product) {
    return run(list(product)).get(1);
  }

  /** Writes a list to {@link #LIST} and runs it: a record for each descriptor of an engine. */
  public List<CompletionRecord> run(List<Descriptor> list) {
    machine.memory().write(LIST, encode(list));
    run(LIST);
    int count = (int) list.stream().filter(d -> d.operation().engine() != null).count();
    return records(count);
  }

  /** The first {@code count} records of the list that ran last. */
  public List<CompletionRecord> records(int count) {
    ByteBuffer bytes =
        ByteBuffer.wrap(machine.memory().read(RECORDS, count * CompletionRecord.BYTES));
    List<CompletionRecord> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      records.add(CompletionRecord.decode(bytes, i * CompletionRecord.BYTES));
    }
    return records;
  }

  /** Runs the list at {@code address} to its end; returns the cycles it took. */
  public long run(long address) {
    start(registers, address);
    return finish();
  }

  /** Starts the list at {@code address} of a machine with the given registers. */
  public static void start(Registers registers, long address) {
    registers.write("LIST", address);
    registers.write("RECORDS", RECORDS);
    registers.write("INTERRUPT_ENABLE", 1);
    registers.trigger("DOORBELL", "start");
  }

  /** Runs until the list that was started has ended; returns the cycles it took. */
  public long finish() {
    SimulatedMachine.Run run = machine.runUntilInterrupt(MOST_CYCLES);
    if (run.end() != SimulatedMachine.End.INTERRUPT) {
      throw new IllegalStateException("no interrupt after " + run.cycles() + " cycles");
    }
    registers.clear("EVENTS", "done", 1);
    return run.cycles();
  }
}
