package dev.heddle.host.bringup;

/**
 * Fills card memory with a pseudo-random sequence, and with its inverse, and reads it back: blocks
 * that lie evenly over all of it, or all of it.
 */
final class RandomMemoryStep implements BringUpStep {
  /** Bytes of a block: a multiple of every beat. */
  private static final int BLOCK_BYTES = 1 << 12;

  private static final int BLOCKS_BEHIND_A_LINE = 16;
  private static final int SIMULATED_BLOCKS = 2;

  private final int seed;
  private final long mostBlocks;

  private RandomMemoryStep(int seed, long mostBlocks) {
    this.seed = seed;
    this.mostBlocks = mostBlocks;
  }

  /** A test of so many blocks at most, of fewer behind a serial port. */
  static RandomMemoryStep sampling(int blocks) {
    return new RandomMemoryStep(1, blocks);
  }

  /**
   * A test of all of card memory.
   *
   * @param seed of the sequence
   */
  static RandomMemoryStep ofAll(int seed) {
    return new RandomMemoryStep(seed, Long.MAX_VALUE);
  }

  @Override
  public String name() {
    return "random memory";
  }

  @Override
  public String purpose() {
    return "Card memory holds a pseudo-random sequence and its inverse, wherever it lies.";
  }

  /** Bytes that a run writes and reads. */
  long bytes(TestedBoard board) {
    return 2 * blocks(board) * BLOCK_BYTES;
  }

  private long blocks(TestedBoard board) {
    long all = board.memoryBytes() / BLOCK_BYTES;
    if (mostBlocks == Long.MAX_VALUE || board.link().isEmpty()) {
      return Math.min(all, mostBlocks);
    }
    return Math.min(all, board.hasSlowLine() ? SIMULATED_BLOCKS : BLOCKS_BEHIND_A_LINE);
  }

  @Override
  public StepResult run(TestedBoard board) {
    MemoryFaults faults = new MemoryFaults(board.configuration().beatBytes());
    long blocks = blocks(board);
    long all = board.memoryBytes() / BLOCK_BYTES;
    byte[] block = new byte[BLOCK_BYTES];
    for (boolean inverse : new boolean[] {false, true}) {
      Prbs31 written = new Prbs31(seed, inverse);
      for (long i = 0; i < blocks && !interrupted(); i++) {
        written.fill(block);
        board.write(address(i, blocks, all), block);
      }
      Prbs31 expected = new Prbs31(seed, inverse);
      String pass = inverse ? "sequence inverse" : "sequence";
      for (long i = 0; i < blocks && !interrupted(); i++) {
        long address = address(i, blocks, all);
        expected.fill(block);
        faults.compare(pass, address, block, board.read(address, BLOCK_BYTES));
      }
    }
    return interrupted() ? StepResult.failed("the test was interrupted") : faults.result();
  }

  private static boolean interrupted() {
    return Thread.currentThread().isInterrupted();
  }

  /** The place of a block, the last at the end. */
  private static long address(long block, long blocks, long all) {
    return (blocks == 1 ? 0 : block * (all - 1) / (blocks - 1)) * BLOCK_BYTES;
  }
}
