package dev.heddle.host.device;

/** Hears how far a long upload has come. */
@FunctionalInterface
public interface UploadProgress {
  /** Tells nobody. */
  UploadProgress NONE = (done, skipped, total) -> {};

  /**
   * Called after each piece.
   *
   * @param done bytes that are in card memory or on their way
   * @param skipped those of them that were there before
   * @param total bytes in all
   */
  void update(long done, long skipped, long total);
}
