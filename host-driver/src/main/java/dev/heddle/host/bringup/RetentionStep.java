package dev.heddle.host.bringup;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Leaves card memory alone for longer than a dynamic memory keeps its content without being
 * refreshed, and reads it back. Where the host does not know the time of the board, the machine
 * counts the cycles of the wait.
 */
final class RetentionStep implements BringUpStep {
  private static final int BLOCK_BYTES = 256;

  /**
   * Most cells outlast the 64 ms of their data sheets by far, so that a real board waits longer.
   */
  private static final double SECONDS = 5;

  private static final double SIMULATED_SECONDS = 0.08;
  private static final double NANOS_OF_A_SECOND = 1e9;

  @Override
  public String name() {
    return "retention";
  }

  @Override
  public String purpose() {
    return "Card memory keeps its content while nobody uses it.";
  }

  @Override
  public StepResult run(TestedBoard board) {
    boolean model = board.link().isEmpty() && !board.clock().measures();
    if (model || board.clock().kind() == BoardClock.Kind.NONE) {
      return StepResult.skipped("the card memory of a model needs no refresh");
    }
    long last = board.memoryBytes() - BLOCK_BYTES;
    long[] addresses = {0, last / 2 / BLOCK_BYTES * BLOCK_BYTES, last};
    byte[] block = new byte[BLOCK_BYTES];
    new SplittableRandom(1).nextBytes(block);
    for (long address : addresses) {
      board.write(address, block);
      if (changed(board, address, block) > 0) {
        return StepResult.failed("0x%08x does not hold what is written at all".formatted(address));
      }
    }
    double seconds = board.clock().slow() ? SIMULATED_SECONDS : SECONDS;
    if (!waits(board, seconds)) {
      return StepResult.failed("the list that measures the wait does not run, or does not end");
    }
    List<String> lost = new ArrayList<>();
    for (long address : addresses) {
      int bytes = changed(board, address, block);
      if (bytes > 0) {
        lost.add("0x%08x: %d of %d bytes changed".formatted(address, bytes, BLOCK_BYTES));
      }
    }
    if (!lost.isEmpty()) {
      return StepResult.failed(
          "card memory forgets within %.2f s; check that it is refreshed".formatted(seconds), lost);
    }
    return StepResult.passed(
        "%d blocks of %d bytes lasted %.2f s".formatted(addresses.length, BLOCK_BYTES, seconds));
  }

  private static int changed(TestedBoard board, long address, byte[] block) {
    byte[] found = board.read(address, BLOCK_BYTES);
    return (int) IntStream.range(0, BLOCK_BYTES).filter(at -> block[at] != found[at]).count();
  }

  /** Whether the wait was as it should be. */
  private static boolean waits(TestedBoard board, double seconds) {
    return board.clock().measures() ? waitsForTime(board, seconds) : waitsForCycles(board, seconds);
  }

  private static boolean waitsForTime(TestedBoard board, double seconds) {
    long end = board.clock().nanoTime().getAsLong() + Math.round(seconds * NANOS_OF_A_SECOND);
    while (board.clock().nanoTime().getAsLong() < end) {
      if (Thread.currentThread().isInterrupted()) {
        return false;
      }
      board.identity("MAGIC");
    }
    return true;
  }

  private static boolean waitsForCycles(TestedBoard board, double seconds) {
    CircularList list = CircularList.start(board);
    long cycles = Math.round(seconds * board.configuration().clockHz());
    while (list.cycles() < cycles) {
      if (!list.runs() || Thread.currentThread().isInterrupted()) {
        return false;
      }
    }
    return list.ends();
  }
}
