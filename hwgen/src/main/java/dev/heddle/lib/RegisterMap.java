package dev.heddle.lib;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The registers of a device: the one declaration from which the hardware ({@link RegisterFile}),
 * the host's access ({@link Registers}), the documentation ({@link RegisterMarkdown}), the
 * CMSIS-SVD file ({@link RegisterSvd}) and the C header ({@link RegisterHeader}) follow.
 *
 * <pre>{@code
 * RegisterMap map =
 *     RegisterMap.named("timer", "Counts cycles.")
 *         .register("ID", 0x00, "Identity.", constant("magic", 0, 32, 0x54494d45, "Always TIME."))
 *         .register("CONTROL", 0x04, "Control.",
 *             readWrite("enable", 0, 1, 0, "Counts while one."),
 *             pulse("clear", 8, 1, "Sets the count to zero."))
 *         .register("EVENTS", 0x08, "Events.", event("overflow", 0, 1, "The count began again."))
 *         .wide("COUNT", 0x10, "Cycles.", readOnly("cycles", 0, 64, "Cycles so far."))
 *         .build();
 * }</pre>
 *
 * @param name lower case, such as {@code timer}; the prefix of names in C
 * @param description one sentence
 * @param registers in the order of their offsets
 */
public record RegisterMap(String name, String description, List<Register> registers) {
  /** Bits of a word, the unit of access. */
  public static final int WORD_BITS = 32;

  /** Bytes of a word. */
  public static final int WORD_BYTES = WORD_BITS / 8;

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*");

  public RegisterMap {
    registers = List.copyOf(registers);
    check(NAME.matcher(name).matches(), "map name %s; it is written like page_timer", name);
    check(!description.isBlank(), "map %s has no description", name);
    check(!registers.isEmpty(), "map %s has no registers", name);
    Set<String> names = new HashSet<>();
    int next = 0;
    for (Register register : registers) {
      check(
          register.offset() >= next,
          "register %s at 0x%x overlaps the one before it or is out of order",
          register.name(),
          register.offset());
      check(names.add(register.name()), "there are two registers %s", register.name());
      next = register.offset() + register.bytes();
    }
  }

  /** Begins a map. */
  public static Builder named(String name, String description) {
    return new Builder(name, description);
  }

  /** Bytes from the start of the map to the end of the last register. */
  public int bytes() {
    Register last = registers.get(registers.size() - 1);
    return last.offset() + last.bytes();
  }

  /** Bits of the byte addresses of the map, at least 3. */
  public int addressBits() {
    return Math.max(3, Integer.SIZE - Integer.numberOfLeadingZeros(bytes() - 1));
  }

  /**
   * The register of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Register register(String registerName) {
    return registers.stream()
        .filter(register -> register.name().equals(registerName))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "map %s has no register %s; it has %s"
                        .formatted(
                            name, registerName, registers.stream().map(Register::name).toList())));
  }

  private static void check(boolean holds, String message, Object... arguments) {
    if (!holds) {
      throw new IllegalArgumentException(message.formatted(arguments));
    }
  }

  /** Collects the registers of a map in the order of their offsets. */
  public static final class Builder {
    private final String name;
    private final String description;
    private final List<Register> registers = new ArrayList<>();

    private Builder(String name, String description) {
      this.name = name;
      this.description = description;
    }

    /** Adds a register of 32 bits. */
    public Builder register(String register, int offset, String text, RegisterField... fields) {
      registers.add(new Register(register, offset, 32, text, List.of(fields)));
      return this;
    }

    /** Adds a register of 64 bits. */
    public Builder wide(String register, int offset, String text, RegisterField... fields) {
      registers.add(new Register(register, offset, 64, text, List.of(fields)));
      return this;
    }

    /**
     * The map.
     *
     * @throws IllegalArgumentException if registers overlap or share a name
     */
    public RegisterMap build() {
      return new RegisterMap(name, description, registers);
    }
  }
}
