package dev.heddle.lib;

import static dev.heddle.lib.RegisterMap.WORD_BITS;
import static dev.heddle.lib.RegisterMap.WORD_BYTES;

/**
 * The registers of one device, by name.
 *
 * <pre>{@code
 * Registers timer = new Registers(map, bus, 0);
 * timer.write("CONTROL", "enable", 1);
 * timer.trigger("CONTROL", "clear");
 * long cycles = timer.read("COUNT", "cycles");
 * }</pre>
 *
 * Numbers are unsigned. One thread at a time passes through a {@code Registers}; two objects over
 * one device must not be used at once, because a 64-bit read and the change of a field are two
 * accesses.
 */
public final class Registers {
  private static final long WORD_MASK = (1L << WORD_BITS) - 1;

  private final RegisterMap map;
  private final RegisterBus bus;
  private final int base;

  /**
   * The registers behind {@code bus}.
   *
   * @param base byte address of the map
   */
  public Registers(RegisterMap map, RegisterBus bus, int base) {
    this.map = map;
    this.bus = bus;
    this.base = base;
  }

  /** What they are. */
  public RegisterMap map() {
    return map;
  }

  /** Reads a register; the two words of a 64-bit register belong to one moment. */
  public synchronized long read(String register) {
    Register r = map.register(register);
    long low = bus.read(base + r.offset());
    return r.words() == 1 ? low : low | bus.read(base + r.offset() + WORD_BYTES) << WORD_BITS;
  }

  /** Writes a register; a 64-bit register low word first. */
  public synchronized void write(String register, long value) {
    Register r = map.register(register);
    if (r.words() == 1 && (value & ~WORD_MASK) != 0) {
      throw new IllegalArgumentException(
          "%s does not fit register %s, which has 32 bits"
              .formatted(Long.toUnsignedString(value), register));
    }
    bus.write(base + r.offset(), value & WORD_MASK);
    if (r.words() == 2) {
      bus.write(base + r.offset() + WORD_BYTES, value >>> WORD_BITS);
    }
  }

  /** Reads a field. */
  public long read(String register, String field) {
    RegisterField f = map.register(register).field(field);
    if (!f.access().isReadable()) {
      throw new IllegalArgumentException("%s.%s cannot be read back".formatted(register, field));
    }
    return f.decode(read(register));
  }

  /** Writes a field that is stored, and leaves all others as they are. */
  public synchronized void write(String register, String field, long value) {
    Register r = map.register(register);
    RegisterField f = field(r, field, FieldAccess.READ_WRITE, "written");
    long others = r.storedMask() & ~f.mask();
    long kept = others == 0 ? 0 : read(register) & others;
    write(register, kept | f.encode(value));
  }

  /** Gives a pulse on all bits of a field, and leaves all others as they are. */
  public synchronized void trigger(String register, String field) {
    Register r = map.register(register);
    RegisterField f = field(r, field, FieldAccess.PULSE, "triggered");
    write(register, stored(r) | f.mask());
  }

  /** Clears the bits of an event field that are one in {@code events}. */
  public synchronized void clear(String register, String field, long events) {
    Register r = map.register(register);
    RegisterField f = field(r, field, FieldAccess.EVENT, "cleared");
    write(register, stored(r) | f.encode(events));
  }

  private long stored(Register register) {
    long mask = register.storedMask();
    return mask == 0 ? 0 : read(register.name()) & mask;
  }

  private static RegisterField field(
      Register register, String name, FieldAccess wanted, String action) {
    RegisterField field = register.field(name);
    if (field.access() != wanted) {
      throw new IllegalArgumentException(
          "%s.%s is %s; it cannot be %s"
              .formatted(register.name(), name, field.access().mark(), action));
    }
    return field;
  }
}
