package dev.heddle.host.bringup;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Walks a one and a zero over all data bits of one beat of card memory. At one address only, so
 * that what is wrong is the data bus and not an address.
 */
final class DataBusStep implements BringUpStep {
  @Override
  public String name() {
    return "data bus";
  }

  @Override
  public String purpose() {
    return "No data bit of card memory is stuck or shorted with another.";
  }

  @Override
  public StepResult run(TestedBoard board) {
    int bytes = board.configuration().beatBytes();
    int width = bytes * Byte.SIZE;
    BitErrors errors = new BitErrors(width);
    for (int bit = 0; bit < width; bit++) {
      for (boolean one : new boolean[] {true, false}) {
        BitSet word = new BitSet(width);
        word.set(0, width, !one);
        word.set(bit, one);
        board.write(TestedBoard.LIST, bytes(word, bytes));
        errors.compareWalk(bit, word, BitSet.valueOf(board.read(TestedBoard.LIST, bytes)));
      }
    }
    if (errors.found()) {
      List<String> wrong = errors.describe("data bit");
      return StepResult.failed(wrong.get(0), wrong.subList(1, wrong.size()));
    }
    return StepResult.passed("a one and a zero walked over %d data bits".formatted(width));
  }

  private static byte[] bytes(BitSet word, int bytes) {
    return Arrays.copyOf(word.toByteArray(), bytes);
  }
}
