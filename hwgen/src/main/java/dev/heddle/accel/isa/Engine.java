package dev.heddle.accel.isa;

/**
 * A unit that executes descriptors in order, beside the other units. The constant's position is its
 * bit in the wait and release masks of a descriptor.
 */
public enum Engine {
  /** Copies activation vectors from card memory into the activation buffer. */
  LOADER,
  /**
   * Multiplies a matrix that streams from card memory with the vectors in the activation buffer.
   */
  MATMUL,
  /** Computes attention of query rows over keys and values in card memory. */
  ATTENTION,
  /** Chooses the blocks of keys that queries see, and summarises blocks for it. */
  ROUTER,
  /** Appends keys and values to caches in card memory, and copies them there. */
  CACHE;

  /** The engine's bit in a mask. */
  public int mask() {
    return 1 << ordinal();
  }
}
