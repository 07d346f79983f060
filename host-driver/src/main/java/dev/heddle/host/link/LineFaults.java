package dev.heddle.host.link;

/**
 * What a line does to the bytes that pass it, each with a probability for every bit or byte.
 *
 * @param flippedBits a bit arrives inverted
 * @param droppedBytes a byte never arrives
 * @param doubledBytes a byte arrives twice
 * @param stalls the line stands still after a byte, for {@link #STALL_NANOS}
 * @param losses the line is gone after a byte, with all that is on it
 */
public record LineFaults(
    double flippedBits, double droppedBytes, double doubledBytes, double stalls, double losses) {
  /** How long a line stands still. */
  public static final long STALL_NANOS = 200_000_000;

  /** A line without faults. */
  public static final LineFaults NONE = new LineFaults(0, 0, 0, 0, 0);

  /** Only bits that flip. */
  public static LineFaults flips(double probability) {
    return new LineFaults(probability, 0, 0, 0, 0);
  }
}
