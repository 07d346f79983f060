package dev.heddle.host.transport;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.isa.MachineRegisters;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;

/**
 * A machine in Java: the golden model behind the registers and the card memory of the hardware.
 *
 * <p>A list runs when its doorbell rings. A list that is malformed or deadlocked ends with an error
 * bit in STATUS, and {@link #awaitInterrupt} says why until the machine is reset. It has no clock:
 * all counters stay zero.
 */
public final class GoldenTransport implements Transport {
  private final Configuration configuration;
  private final ByteBuffer memory;
  private final GoldenMachine machine;
  private final GoldenRegisters registers;
  private boolean closed;
  private TransportException fault;

  /**
   * A golden machine.
   *
   * @param memoryBytes bytes of card memory, at most 2^31 - 1
   */
  public GoldenTransport(Configuration configuration, long memoryBytes) {
    if (memoryBytes < 1 || memoryBytes > Integer.MAX_VALUE) {
      throw new TransportException(
          "the golden device has at most 2 GiB of card memory, but %d bytes are asked for; use a smaller model"
              .formatted(memoryBytes));
    }
    this.configuration = configuration;
    this.memory = ByteBuffer.allocateDirect((int) memoryBytes).order(ByteOrder.LITTLE_ENDIAN);
    this.machine = new GoldenMachine(configuration, memory);
    this.registers = new GoldenRegisters(MachineRegisters.of(configuration));
  }

  @Override
  public int read32(int offset) {
    requireOpen();
    return registers.read(offset);
  }

  @Override
  public void write32(int offset, int value) {
    requireOpen();
    long pulses = registers.write(offset, value);
    if (pulses != 0 && registers.at(offset).name().equals("DOORBELL")) {
      run();
    }
  }

  private void run() {
    if (fault == null) {
      try {
        machine.run(registers.value("LIST", "address"), registers.value("RECORDS", "address"));
      } catch (TransportException e) {
        fault = e;
      }
    }
    registers.drive("STATUS", "unknown_operation", fault == null ? 0 : 1);
    registers.drive("STATUS", "saturated", machine.saturated() ? 1 : 0);
    registers.drive("EVENTS", "done", 1);
  }

  @Override
  public void readBlock(long address, ByteBuffer target) {
    requireOpen();
    CardRange.require(address, target.remaining(), memory.capacity());
    target.put(memory.slice((int) address, target.remaining()));
  }

  @Override
  public void writeBlock(long address, ByteBuffer source) {
    requireOpen();
    int bytes = source.remaining();
    CardRange.require(address, bytes, memory.capacity());
    memory.slice((int) address, bytes).put(source);
    machine.written(address, address + bytes);
  }

  @Override
  public boolean awaitInterrupt(Duration timeout) {
    requireOpen();
    if (Thread.currentThread().isInterrupted()) {
      throw new TransportException("the wait for the machine was interrupted");
    }
    if (fault != null) {
      throw new TransportException(fault.getMessage(), fault);
    }
    return (registers.value("EVENTS", "done") & registers.value("INTERRUPT_ENABLE", "done")) != 0;
  }

  @Override
  public void reset() {
    requireOpen();
    registers.reset();
    fault = null;
    machine.reset();
  }

  @Override
  public TransportDescription describe() {
    requireOpen();
    return new TransportDescription(
        "golden", "Java model of configuration " + configuration.name(), memory.capacity());
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the golden device is closed");
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
