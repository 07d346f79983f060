package dev.heddle.host.bringup;

import dev.heddle.host.link.LinkStatistics;
import dev.heddle.host.link.LinkTransport;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Sends words and blocks to the board and back, and counts the frames that had to be repeated. A
 * link repeats what is lost, so that nothing above it notices; a good one need not.
 */
final class LinkStep implements BringUpStep {
  private static final int ROUND_TRIPS = 200;
  private static final int BLOCK_BYTES = 1 << 15;
  private static final double MOST_REPEATED = 0.02;

  @Override
  public String name() {
    return "link";
  }

  @Override
  public String purpose() {
    return "Frames cross the link and come back, next to none is repeated.";
  }

  @Override
  public StepResult run(TestedBoard board) {
    if (board.link().isEmpty()) {
      return StepResult.skipped("there is no link of frames to this device");
    }
    LinkTransport link = board.link().get();
    LinkStatistics before = link.statistics();
    long[] nanos = new long[ROUND_TRIPS];
    for (int i = 0; i < ROUND_TRIPS; i++) {
      long start = board.clock().nanoTime().getAsLong();
      board.identity("MAGIC");
      nanos[i] = board.clock().nanoTime().getAsLong() - start;
    }
    byte[] block = new byte[(int) Math.min(BLOCK_BYTES, board.memoryBytes())];
    new SplittableRandom(1).nextBytes(block);
    // What comes back tells of card memory, not of the link, whose frames have checksums.
    board.write(0, block);
    board.read(0, block.length);
    LinkStatistics after = link.statistics();
    long sent = after.sent() - before.sent();
    long repeated = after.repeated() - before.repeated();
    long damaged = after.damaged() - before.damaged();
    String frames =
        "%,d frames sent, %,d repeated, %,d damaged on the way back"
            .formatted(sent, repeated, damaged);
    if (after.reconnects() > before.reconnects()) {
      return StepResult.failed("the line was lost and found again: " + frames);
    }
    if (repeated + damaged > MOST_REPEATED * sent) {
      return StepResult.failed(
          frames + ": more than 2 %; check cable, ground and levels, or take a lower --baud");
    }
    Arrays.sort(nanos);
    return StepResult.passed(
        "%s; round trip %.2f ms, 99 %% below %.2f ms"
            .formatted(frames, nanos[ROUND_TRIPS / 2] / 1e6, nanos[ROUND_TRIPS * 99 / 100] / 1e6),
        new Figure("round trip", nanos[ROUND_TRIPS / 2] / 1e6, "ms", Figure.Better.LOWER));
  }
}
