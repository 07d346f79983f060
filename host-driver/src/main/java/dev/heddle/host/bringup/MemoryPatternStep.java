package dev.heddle.host.bringup;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Fills the begin and the end of card memory with patterns and reads them back: each place its
 * address, a checkerboard, and the inverse of both.
 */
final class MemoryPatternStep implements BringUpStep {
  private static final byte CHECKERBOARD = 0x55;
  private static final int SIMULATED_PART = 16;

  /** What a range of card memory is filled with. */
  @FunctionalInterface
  private interface Pattern {
    byte[] at(long address);
  }

  private final int mostBytes;

  /**
   * A test.
   *
   * @param mostBytes most bytes that are filled, half of them at each end, on a simulated board
   *     behind a link a part of that; a multiple of 2,048
   */
  MemoryPatternStep(int mostBytes) {
    this.mostBytes = mostBytes;
  }

  @Override
  public String name() {
    return "memory patterns";
  }

  @Override
  public String purpose() {
    return "Card memory holds addresses and a checkerboard, and their inverses.";
  }

  @Override
  public StepResult run(TestedBoard board) {
    int most = board.hasSlowLine() ? mostBytes / SIMULATED_PART : mostBytes;
    int half = (int) Math.min(most, board.memoryBytes()) / 2;
    long upper = board.memoryBytes() - half;
    MemoryFaults faults = new MemoryFaults(board.configuration().beatBytes());
    for (boolean inverse : new boolean[] {false, true}) {
      String suffix = inverse ? " inverse" : "";
      test(
          board,
          faults,
          "address" + suffix,
          half,
          new long[] {0, upper},
          address -> addresses(address, half, inverse));
      test(
          board,
          faults,
          "checkerboard" + suffix,
          half,
          new long[] {0, upper},
          address -> checkerboard(half, inverse));
    }
    return faults.result();
  }

  private static void test(
      TestedBoard board,
      MemoryFaults faults,
      String pass,
      int bytes,
      long[] addresses,
      Pattern pattern) {
    for (long address : addresses) {
      board.write(address, pattern.at(address));
    }
    for (long address : addresses) {
      faults.compare(pass, address, pattern.at(address), board.read(address, bytes));
    }
  }

  private static byte[] addresses(long from, int bytes, boolean inverse) {
    ByteBuffer words = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < bytes; at += Integer.BYTES) {
      int address = (int) (from + at);
      words.putInt(inverse ? ~address : address);
    }
    return words.array();
  }

  private static byte[] checkerboard(int bytes, boolean inverse) {
    byte[] pattern = new byte[bytes];
    Arrays.fill(pattern, inverse ? (byte) ~CHECKERBOARD : CHECKERBOARD);
    return pattern;
  }
}
