package dev.heddle.testbench;

import dev.heddle.hdl.verilog.VerilogDesign;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

  private static final Pattern PORT =
      Pattern.compile("(input|output) (?:reg )?((?:\\[[^\\]]+\\] )?)(\\w+)");

  private Dma() {}

  /** The engine with a port of 32 to 512 bits. */
  static VerilogDesign design(int bits) {
    return Designs.ofText(
        Designs.text("dma")
            .replace("DATA_MSB", Integer.toString(bits - 1))
            .replace("STROBE_MSB", Integer.toString(bits / 8 - 1))
            .replace("SIZE", Integer.toString(Integer.numberOfTrailingZeros(bits / 8))));
  }

  /**
   * Two engines with the same registers, each with a memory port, whose interrupt comes with the
   * last. The reads of the second have the given priority, those of the first 0.
   */
  static VerilogDesign pair(int bits, int priority) {
    String engine = design(bits).text();
    String header = engine.substring(engine.indexOf("module dma("), engine.indexOf(");"));
    String body = "";
    List<String> ports = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      List<String> connections = new ArrayList<>();
      Matcher port = PORT.matcher(header);
      while (port.find()) {
        boolean input = port.group(1).equals("input");
        boolean own = port.group(3).startsWith("m_axi_mem0_");
        String name = own ? port.group(3).replace("mem0", "mem" + i) : port.group(3);
        boolean result = port.group(3).equals("irq");
        if (!result && (own || i == 0)) {
          ports.add(port.group(1) + " " + port.group(2) + name);
        }
        boolean connected = own || input || i == 0;
        connections.add(
            ".%s(%s)".formatted(port.group(3), result ? "done" + i : connected ? name : ""));
      }
      body += "  dma engine%d(%s);\n".formatted(i, String.join(", ", connections));
    }
    return Designs.ofText(
        """
        %s
        module pair(output irq, output [3:0] m_axi_mem1_arqos, %s);
          wire done0, done1;
          assign m_axi_mem1_arqos = 4'd%d;
        %s  assign irq = done0 && done1;
        endmodule
        """
            .formatted(engine, String.join(", ", ports), priority, body));
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
