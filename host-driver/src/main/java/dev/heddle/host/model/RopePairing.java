package dev.heddle.host.model;

/**
 * Which two elements of a head a rotary position embedding turns together; d is the head dimension.
 */
public enum RopePairing {
  /**
   * Elements 2i and 2i + 1. GGUF files of architecture {@code llama} (whose converters permute the
   * rows of Q and K to that end) and llama2.c checkpoints.
   */
  INTERLEAVED,

  /** Elements i and i + d/2. GGUF files of architecture {@code exaone}. */
  HALF_SPLIT
}
