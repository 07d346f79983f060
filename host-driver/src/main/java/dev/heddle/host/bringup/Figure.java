package dev.heddle.host.bringup;

/**
 * A number that a step has measured.
 *
 * @param name what it is, unique in its step
 * @param better which way it is better, when two bring-ups are compared
 */
public record Figure(String name, double value, String unit, Better better) {
  /** Which of two values is better. */
  public enum Better {
    /** The higher one. */
    HIGHER,
    /** The lower one. */
    LOWER,
    /** Neither: it is for the reader only. */
    NEITHER
  }
}
