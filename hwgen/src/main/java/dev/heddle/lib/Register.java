package dev.heddle.lib;

import java.util.List;
import java.util.regex.Pattern;

/**
 * One register: 32 bits, or 64 bits in two words, the low one first.
 *
 * @param name upper case, such as {@code STATUS}
 * @param offset byte address in the map, a multiple of its bytes
 * @param bits 32 or 64
 * @param description one sentence
 * @param fields the lowest first
 */
public record Register(
    String name, int offset, int bits, String description, List<RegisterField> fields) {
  private static final Pattern NAME = Pattern.compile("[A-Z][A-Z0-9_]*");

  public Register {
    fields = List.copyOf(fields);
    check(NAME.matcher(name).matches(), "register name %s; it is written like BUSY_COUNT", name);
    check(!description.isBlank(), "register %s has no description", name);
    check(bits == 32 || bits == 64, "register %s has %d bits; it must be 32 or 64", name, bits);
    check(
        offset >= 0 && offset % (bits / 8) == 0,
        "register %s: offset 0x%x is not a multiple of %d",
        name,
        offset,
        bits / 8);
    check(!fields.isEmpty(), "register %s has no fields", name);
    int next = 0;
    for (RegisterField field : fields) {
      check(
          field.lsb() >= next,
          "register %s: field %s overlaps the one before it or is out of order",
          name,
          field.name());
      check(
          field.msb() < bits, "register %s: field %s ends beyond bit %d", name, field.name(), bits);
      next = field.msb() + 1;
    }
    long names = fields.stream().map(RegisterField::name).distinct().count();
    check(names == fields.size(), "register %s has two fields of one name", name);
  }

  /** Words of 32 bits. */
  public int words() {
    return bits / RegisterMap.WORD_BITS;
  }

  /** Bytes. */
  public int bytes() {
    return bits / 8;
  }

  /** What it holds after reset; fields that hardware drives count as zero. */
  public long reset() {
    return fields.stream().mapToLong(field -> field.value() << field.lsb()).sum();
  }

  /**
   * Whether hardware changes it, so that the words of 64 bits have to be read at one time: reading
   * the low word keeps the high word until that is read.
   */
  public boolean isLatched() {
    return bits == 64
        && fields.stream()
            .anyMatch(
                field ->
                    field.access() == FieldAccess.READ_ONLY || field.access() == FieldAccess.EVENT);
  }

  /** The bits that keep what software writes. */
  public long storedMask() {
    return fields.stream()
        .filter(field -> field.access() == FieldAccess.READ_WRITE)
        .mapToLong(RegisterField::mask)
        .reduce(0, (a, b) -> a | b);
  }

  /**
   * The field of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public RegisterField field(String fieldName) {
    return fields.stream()
        .filter(field -> field.name().equals(fieldName))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "register %s has no field %s; it has %s"
                        .formatted(
                            name, fieldName, fields.stream().map(RegisterField::name).toList())));
  }

  private static void check(boolean holds, String message, Object... arguments) {
    if (!holds) {
      throw new IllegalArgumentException(message.formatted(arguments));
    }
  }
}
