package dev.heddle.host.bringup;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Measures the way from the host to card memory, both directions, and compares every byte. A write
 * ends when its last bytes have been read back, since it may be posted.
 */
final class BandwidthStep implements BringUpStep {
  private static final List<Integer> SIZES = List.of(1 << 12, 1 << 16, 1 << 18);

  /** The largest block for a simulated board behind a link. */
  private static final int SIMULATED_BYTES = SIZES.get(0);

  @Override
  public String name() {
    return "bandwidth";
  }

  @Override
  public String purpose() {
    return "Blocks of several sizes cross the link unchanged; how fast is measured.";
  }

  @Override
  public StepResult run(TestedBoard board) {
    boolean measures = board.clock().measures();
    SplittableRandom random = new SplittableRandom(1);
    List<Figure> figures = new ArrayList<>();
    int largest = 0;
    long most = board.hasSlowLine() ? SIMULATED_BYTES : board.memoryBytes();
    for (int size : SIZES) {
      if (size > most) {
        break;
      }
      largest = figures.size();
      byte[] block = new byte[size];
      random.nextBytes(block);
      long start = now(board);
      board.write(0, block);
      byte[] end = board.read(size - Integer.BYTES, Integer.BYTES);
      long written = now(board);
      byte[] back = board.read(0, size);
      long read = now(board);
      int wrong = Arrays.mismatch(block, back);
      if (wrong >= 0 || !Arrays.equals(end, Arrays.copyOfRange(block, size - 4, size))) {
        int at = wrong >= 0 ? wrong : size - Integer.BYTES;
        return StepResult.failed(
            "a block of %d bytes came back changed, first at byte %d: expected 0x%02x, read 0x%02x"
                .formatted(size, at, block[at], back[at]));
      }
      if (measures) {
        figures.add(figure("write", size, written - start));
        figures.add(figure("read", size, read - written));
      }
    }
    if (!measures) {
      return StepResult.passed(
          "all blocks came back; not measured: the host's time says nothing about this device");
    }
    return StepResult.passed(
        "write %.3f MB/s, read %.3f MB/s"
            .formatted(figures.get(largest).value(), figures.get(largest + 1).value()),
        figures.toArray(Figure[]::new));
  }

  private static long now(TestedBoard board) {
    return board.clock().nanoTime().getAsLong();
  }

  private static Figure figure(String direction, int size, long nanos) {
    return new Figure(
        "%s %d KiB".formatted(direction, size >> 10),
        size * 1e3 / Math.max(1, nanos),
        "MB/s",
        Figure.Better.HIGHER);
  }
}
