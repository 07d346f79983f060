package dev.heddle.accel;

/** Refuses a parameter with the nearest value that would do. */
final class ParameterCheck {
  private ParameterCheck() {}

  /** Demands a power of two from {@code least} to {@code most}, which are powers of two. */
  static void powerOfTwo(String parameter, int value, int least, int most, String wanted) {
    int inside = Math.max(least, Math.min(most, value));
    int below = Integer.highestOneBit(inside);
    require(parameter, value, inside - below <= 2 * below - inside ? below : 2 * below, wanted);
  }

  /** Demands a value from {@code least} to {@code most}. */
  static void between(String parameter, long value, long least, long most, String wanted) {
    require(parameter, value, Math.max(least, Math.min(most, value)), wanted);
  }

  private static void require(String parameter, long value, long nearest, String wanted) {
    if (value != nearest) {
      throw new IllegalArgumentException(
          "%s is %d but must be %s; use %s=%d"
              .formatted(parameter, value, wanted, parameter, nearest));
    }
  }
}
