package dev.heddle.host.bringup;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks for addresses that are one place: those with a single bit set, address 0, and for two
 * suspects the one with both bits. What is written at one of them must not appear at another.
 *
 * <pre>
 *   0 and 2^n are one place, 2^m is another      address bit n is stuck
 *   2^m and 2^n are one place, 0 is another      bits m and n are shorted: one pulls the other up
 *   0, 2^m and 2^n are one place, 2^m + 2^n not  bits m and n are shorted: one pulls the other down
 * </pre>
 */
final class AddressBusStep implements BringUpStep {
  private static final int LOWEST_BIT = 2;
  private static final int MARK = 0x5a5a_5a5a;

  @Override
  public String name() {
    return "address bus";
  }

  @Override
  public String purpose() {
    return "No address bit of card memory is stuck or shorted with another.";
  }

  @Override
  public StepResult run(TestedBoard board) {
    int end = Long.SIZE - Long.numberOfLeadingZeros(board.memoryBytes() - 1);
    List<String> wrong = new ArrayList<>();
    boolean[] told = new boolean[end];
    for (int bit = LOWEST_BIT; bit < end; bit++) {
      if (told[bit]) {
        continue;
      }
      boolean withZero = alias(board, 0, 1L << bit);
      int partner = partner(board, bit, end, withZero);
      if (partner >= 0) {
        told[partner] = true;
        wrong.add(
            "address bits %d and %d are shorted: 0x%x and 0x%x are one place"
                .formatted(bit, partner, 1L << bit, 1L << partner));
      } else if (withZero) {
        wrong.add("address bit %d is stuck: 0x0 and 0x%x are one place".formatted(bit, 1L << bit));
      }
    }
    if (!wrong.isEmpty()) {
      return StepResult.failed(wrong.get(0), wrong.subList(1, wrong.size()));
    }
    return StepResult.passed("address bits %d to %d are distinct".formatted(LOWEST_BIT, end - 1));
  }

  /** The bit that is shorted with {@code bit}; -1 for none. */
  private static int partner(TestedBoard board, int bit, int end, boolean withZero) {
    for (int other = bit + 1; other < end; other++) {
      long both = 1L << bit | 1L << other;
      boolean one = alias(board, 1L << bit, 1L << other);
      if (one && (!withZero || both < board.memoryBytes() && !alias(board, 0, both))) {
        return other;
      }
    }
    return -1;
  }

  private static boolean alias(TestedBoard board, long first, long second) {
    write(board, first, 0);
    write(board, second, 0);
    write(board, first, MARK);
    int seen = word(board, second);
    write(board, first, ~MARK);
    return seen == MARK && word(board, second) == ~MARK;
  }

  private static void write(TestedBoard board, long address, int word) {
    board.write(address, ByteBuffer.allocate(Integer.BYTES).putInt(word).array());
  }

  private static int word(TestedBoard board, long address) {
    return ByteBuffer.wrap(board.read(address, Integer.BYTES)).getInt();
  }
}
