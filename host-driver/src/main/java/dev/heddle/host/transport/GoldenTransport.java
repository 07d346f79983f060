package dev.heddle.host.transport;

import dev.heddle.accel.Configuration;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;

/**
 * A machine in Java: the golden model behind the registers and the card memory of the hardware.
 *
 * <p>A list runs when its doorbell rings. A list that is malformed or deadlocked sets the error bit
 * of STATUS and raises the interrupt; the next {@link #awaitInterrupt} says why. Only a reset makes
 * the machine usable again.
 */
public final class GoldenTransport implements Transport {
  private final Configuration configuration;
  private final ByteBuffer memory;
  private final GoldenMachine machine;
  private final int[] registers = new int[Register.values().length];
  private boolean closed;
  private boolean interrupt;
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
    reset();
  }

  @Override
  public int read32(int offset) {
    requireOpen();
    return switch (register(offset)) {
      case MAGIC -> Register.MAGIC_VALUE;
      case VERSION -> Register.INTERFACE_VERSION;
      case CONFIG_HASH -> Register.hash(configuration);
      case STATUS ->
          registers[Register.STATUS.ordinal()] | (machine.saturated() ? Register.SATURATED : 0);
      default -> registers[register(offset).ordinal()];
    };
  }

  @Override
  public void write32(int offset, int value) {
    requireOpen();
    Register register = register(offset);
    switch (register) {
      case MAGIC, VERSION, CONFIG_HASH, STATUS -> {} // read-only in hardware too
      case DOORBELL -> {
        if ((value & 1) != 0) {
          run();
        }
      }
      case INTERRUPT_ACKNOWLEDGE -> interrupt &= (value & 1) == 0;
      default -> registers[register.ordinal()] = value;
    }
  }

  private static Register register(int offset) {
    for (Register register : Register.values()) {
      if (register.offset() == offset) {
        return register;
      }
    }
    throw new TransportException("there is no register at 0x%x".formatted(offset));
  }

  private void run() {
    int status = Register.ERROR;
    if (fault == null) {
      try {
        machine.run(
            address(Register.LIST_LOW, Register.LIST_HIGH),
            address(Register.RECORDS_LOW, Register.RECORDS_HIGH));
        status = Register.DONE;
      } catch (TransportException e) {
        fault = e;
      }
    }
    registers[Register.STATUS.ordinal()] = status;
    interrupt = true;
  }

  private long address(Register low, Register high) {
    return Integer.toUnsignedLong(registers[low.ordinal()])
        | (long) registers[high.ordinal()] << Integer.SIZE;
  }

  @Override
  public void readBlock(long address, ByteBuffer target) {
    requireOpen();
    requireRange(address, target.remaining());
    target.put(memory.slice((int) address, target.remaining()));
  }

  @Override
  public void writeBlock(long address, ByteBuffer source) {
    requireOpen();
    int bytes = source.remaining();
    requireRange(address, bytes);
    memory.slice((int) address, bytes).put(source);
    machine.written(address, address + bytes);
  }

  private void requireRange(long address, int bytes) {
    if (address < 0 || address > memory.capacity() - bytes) {
      throw new TransportException(
          "%d bytes at 0x%x do not lie in card memory, which has %d bytes"
              .formatted(bytes, address, memory.capacity()));
    }
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
    return interrupt && (registers[Register.INTERRUPT_ENABLE.ordinal()] & 1) != 0;
  }

  @Override
  public void reset() {
    requireOpen();
    Arrays.fill(registers, 0);
    interrupt = false;
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
