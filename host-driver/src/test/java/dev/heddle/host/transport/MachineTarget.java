package dev.heddle.host.transport;

import dev.heddle.accel.Configuration;
import dev.heddle.lib.link.LinkTarget;
import java.nio.ByteBuffer;
import java.time.Duration;

/** A golden machine as what a link leads to. */
public record MachineTarget(Transport machine) implements LinkTarget {
  /** A machine of a configuration. */
  public MachineTarget(Configuration configuration, long memoryBytes) {
    this(new GoldenTransport(configuration, memoryBytes));
  }

  @Override
  public int readRegister(int offset) {
    try {
      return machine.read32(offset);
    } catch (TransportException e) {
      throw new BusError(offset);
    }
  }

  @Override
  public void writeRegister(int offset, int value) {
    try {
      machine.write32(offset, value);
    } catch (TransportException e) {
      throw new BusError(offset);
    }
  }

  @Override
  public void readMemory(long address, ByteBuffer target) {
    try {
      machine.readBlock(address, target);
    } catch (TransportException e) {
      throw new BusError((int) address);
    }
  }

  @Override
  public void writeMemory(long address, ByteBuffer source) {
    try {
      machine.writeBlock(address, source);
    } catch (TransportException e) {
      throw new BusError((int) address);
    }
  }

  @Override
  public boolean interrupt() {
    boolean interrupted = Thread.interrupted();
    try {
      return machine.awaitInterrupt(Duration.ZERO);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void reset() {
    machine.reset();
  }
}
