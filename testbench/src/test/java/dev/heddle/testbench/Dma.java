package dev.heddle.testbench;

import dev.heddle.hdl.verilog.VerilogDesign;

/** The hand-written DMA engine of the machine tests, and its registers. */
final class Dma {
  static final int START = 0x00;
  static final int SOURCE = 0x04;
  static final int TARGET = 0x08;
  static final int BEATS = 0x0c;
  static final int FAULT = 0x10;
  static final int DONE = 0x14;
  static final int SUM = 0x18;
  static final int CYCLES = 0x1c;

  static final int COPY = 1;
  static final int ADD = 2;
  static final int STOP = 0x80;

  private Dma() {}

  /** The engine with a port of 32 to 512 bits. */
  static VerilogDesign design(int bits) {
    return Designs.ofText(
        Designs.text("dma")
            .replace("DATA_MSB", Integer.toString(bits - 1))
            .replace("STROBE_MSB", Integer.toString(bits / 8 - 1))
            .replace("SIZE", Integer.toString(Integer.numberOfTrailingZeros(bits / 8))));
  }

  /** Starts a transfer and waits for its interrupt; returns the cycles it took. */
  static long transfer(SimulatedMachine machine, int how, long source, long target, long beats) {
    machine.writeRegister(SOURCE, source);
    machine.writeRegister(TARGET, target);
    machine.writeRegister(BEATS, beats);
    machine.writeRegister(START, how);
    SimulatedMachine.Run run = machine.runUntilInterrupt(10_000_000);
    if (run.end() != SimulatedMachine.End.INTERRUPT) {
      throw new AssertionError("the transfer did not end");
    }
    machine.writeRegister(DONE, 1);
    return machine.readRegister(CYCLES);
  }
}
