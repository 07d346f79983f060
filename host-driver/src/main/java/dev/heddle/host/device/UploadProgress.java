package dev.heddle.host.device;

/** Hears how far a long upload has come. */
@FunctionalInterface
public interface UploadProgress {
  /** Tells nobody. */
  UploadProgress NONE = (done, total) -> {};

  /**
   * Called after each piece.
   *
   * @param done bytes that are in card memory
   * @param total bytes in all
   */
  void update(long done, long total);
}
