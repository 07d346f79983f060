package dev.heddle.accel.attention;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.format.KvVector;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.verilog.VerilogDesign;
import dev.heddle.hdl.verilog.VerilogWriter;
import dev.heddle.testbench.Simulation;
import java.math.BigInteger;
import java.util.Random;

/** A module of the attention engine by itself, clocked, and reset if it can be. */
final class LaneBench implements AutoCloseable {
  private final Simulation simulation;

  LaneBench(Component module) {
    VerilogDesign design = VerilogWriter.write(module);
    simulation = Simulation.of(design);
    simulation.clock("clk");
    if (design.ports().stream().anyMatch(port -> port.name().equals("reset"))) {
      simulation.reset(3);
    }
  }

  /** A small engine with rows of up to {@code scores} keys. */
  static AttentionShape shape(int dimension, int scores, int normalisers, boolean blocks) {
    AttentionShape shape =
        new AttentionShape(1, dimension, dimension, 2, 64, scores, normalisers, 64);
    return blocks ? shape.withBlocks() : shape;
  }

  void set(String port, long value) {
    simulation.set(port, value);
  }

  void set(String port, boolean value) {
    simulation.set(port, value ? 1 : 0);
  }

  /** Drives a port with codes, the first in the lowest bits. */
  void set(String port, byte[] codes) {
    set(port, packed(codes));
  }

  void set(String port, BigInteger value) {
    simulation.set(port, value);
  }

  /** Codes side by side, the first in the lowest bits. */
  static BigInteger packed(byte[] codes) {
    byte[] big = new byte[codes.length];
    for (int i = 0; i < codes.length; i++) {
      big[codes.length - 1 - i] = codes[i];
    }
    return new BigInteger(1, big);
  }

  /** The codes of a vector side by side, element 0 in the lowest bits. */
  static BigInteger packed(KvVector vector) {
    byte[] codes = new byte[vector.length()];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = vector.code(i);
    }
    return packed(codes);
  }

  /** Words of {@code bits} bits side by side, the first in the lowest bits. */
  static BigInteger packed(int bits, long[] words) {
    BigInteger packed = BigInteger.ZERO;
    for (int i = words.length - 1; i >= 0; i--) {
      packed = packed.shiftLeft(bits).or(BigInteger.valueOf(words[i]));
    }
    return packed;
  }

  /** Lets the outputs follow the inputs of this cycle. */
  void settle() {
    simulation.eval();
  }

  /** Ends the cycle. */
  void step() {
    simulation.step();
  }

  boolean bit(String port) {
    return simulation.value(port) != 0;
  }

  long unsigned(String port) {
    return simulation.value(port);
  }

  /** A port of {@code bits} bits as a signed number. */
  long signed(String port, int bits) {
    return simulation.value(port) << (Long.SIZE - bits) >> (Long.SIZE - bits);
  }

  BigInteger wide(String port) {
    return simulation.wideValue(port);
  }

  /** What the module's checks have said. */
  String log() {
    return simulation.log();
  }

  /** Codes of several kinds: any, all of one extreme, few that are not zero. */
  static byte[] codes(Random random, int length) {
    int kind = random.nextInt(5);
    byte[] codes = new byte[length];
    for (int i = 0; i < length; i++) {
      int any = random.nextInt(255) - 127;
      codes[i] =
          (byte)
              switch (kind) {
                case 0 -> 127;
                case 1 -> -127;
                case 2 -> random.nextInt(length) == 0 ? any : 0;
                default -> any;
              };
    }
    return codes;
  }

  @Override
  public void close() {
    simulation.close();
  }
}
