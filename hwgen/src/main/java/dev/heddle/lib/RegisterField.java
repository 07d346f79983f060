package dev.heddle.lib;

import java.util.regex.Pattern;

/**
 * Adjacent bits of a register that mean one thing.
 *
 * @param name lower case, such as {@code busy}
 * @param access who reads and writes it
 * @param lsb number of its lowest bit in the register
 * @param width bits, 1 to 64
 * @param value value of a constant; value after reset otherwise, zero unless {@code READ_WRITE}
 * @param description one sentence
 */
public record RegisterField(
    String name, FieldAccess access, int lsb, int width, long value, String description) {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*");

  public RegisterField {
    check(NAME.matcher(name).matches(), "field name %s; it is written like busy_count", name);
    check(!description.isBlank(), "field %s has no description", name);
    check(
        lsb >= 0 && width >= 1 && lsb + width <= Long.SIZE,
        "field %s: bits %d to %d are not inside 0 to 63",
        name,
        lsb,
        lsb + width - 1);
    check(
        (value & ~mask(width)) == 0,
        "field %s: %s does not fit %d bits",
        name,
        Long.toUnsignedString(value),
        width);
    check(
        value == 0 || access == FieldAccess.CONSTANT || access == FieldAccess.READ_WRITE,
        "field %s: only constants and read-write fields have a value",
        name);
    check(
        value >= 0 || access == FieldAccess.CONSTANT,
        "field %s: a reset value has at most 63 bits",
        name);
  }

  /** A field that software writes and reads back. */
  public static RegisterField readWrite(
      String name, int lsb, int width, long reset, String description) {
    return new RegisterField(name, FieldAccess.READ_WRITE, lsb, width, reset, description);
  }

  /** A field that hardware drives. */
  public static RegisterField readOnly(String name, int lsb, int width, String description) {
    return new RegisterField(name, FieldAccess.READ_ONLY, lsb, width, 0, description);
  }

  /** A number that never changes. */
  public static RegisterField constant(
      String name, int lsb, int width, long value, String description) {
    return new RegisterField(name, FieldAccess.CONSTANT, lsb, width, value, description);
  }

  /** Bits that hardware sets and software clears by writing ones. */
  public static RegisterField event(String name, int lsb, int width, String description) {
    return new RegisterField(name, FieldAccess.EVENT, lsb, width, 0, description);
  }

  /** Bits that are one for a cycle when software writes them as one. */
  public static RegisterField pulse(String name, int lsb, int width, String description) {
    return new RegisterField(name, FieldAccess.PULSE, lsb, width, 0, description);
  }

  /** Number of its highest bit in the register. */
  public int msb() {
    return lsb + width - 1;
  }

  /** Ones where the field is in the register. */
  public long mask() {
    return mask(width) << lsb;
  }

  /** The field in a register that holds {@code bits}, an unsigned number. */
  public long decode(long bits) {
    return bits >>> lsb & mask(width);
  }

  /**
   * A register that holds {@code number} in this field and zero elsewhere.
   *
   * @throws IllegalArgumentException if the unsigned number does not fit
   */
  public long encode(long number) {
    check(
        (number & ~mask(width)) == 0,
        "%s does not fit field %s, which has %d bits",
        Long.toUnsignedString(number),
        name,
        width);
    return number << lsb;
  }

  private static long mask(int width) {
    return -1L >>> Long.SIZE - width;
  }

  private static void check(boolean holds, String message, Object... arguments) {
    if (!holds) {
      throw new IllegalArgumentException(message.formatted(arguments));
    }
  }
}
