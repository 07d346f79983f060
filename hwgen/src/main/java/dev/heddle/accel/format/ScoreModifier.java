package dev.heddle.accel.format;

/**
 * What becomes of the scaled scores of a row: their cap, and behind it what grows from key to key.
 */
@FunctionalInterface
public interface ScoreModifier {
  /** Leaves scores as they are. */
  ScoreModifier NONE = (score, key) -> score;

  /**
   * The score of a key as softmax takes it, before it saturates.
   *
   * @param score the scaled product with the query
   * @param key the place of the key in its list
   */
  long modified(int score, int key);
}
