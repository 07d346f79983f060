package dev.heddle.host.transport;

import dev.heddle.lib.FieldAccess;
import dev.heddle.lib.Register;
import dev.heddle.lib.RegisterField;
import dev.heddle.lib.RegisterMap;
import java.util.HashMap;
import java.util.Map;

/** A register map in Java that answers the bus as the register file in hardware does. */
final class GoldenRegisters {
  private static final long WORD_MASK = (1L << RegisterMap.WORD_BITS) - 1;

  private final RegisterMap map;
  private final Map<Register, Long> contents = new HashMap<>();

  /** The registers of a map, as after a reset. */
  GoldenRegisters(RegisterMap map) {
    this.map = map;
    reset();
  }

  /** Gives every register its first contents. */
  void reset() {
    map.registers().forEach(register -> contents.put(register, register.reset()));
  }

  /** The contents of a field. */
  long value(String register, String field) {
    Register r = map.register(register);
    return r.field(field).decode(contents.get(r));
  }

  /** Drives a field from the side of the hardware. */
  void drive(String register, String field, long value) {
    Register r = map.register(register);
    RegisterField f = r.field(field);
    contents.put(r, contents.get(r) & ~f.mask() | f.encode(value));
  }

  /** Reads the word at a byte offset. */
  int read(int offset) {
    Register register = at(offset);
    return (int) (contents.get(register) >>> shift(register, offset));
  }

  /**
   * Writes the word at a byte offset.
   *
   * @return the pulses that this gives, as bits of the register
   */
  long write(int offset, int word) {
    Register register = at(offset);
    int shift = shift(register, offset);
    long written = (word & WORD_MASK) << shift;
    long lanes = WORD_MASK << shift;
    long stored = contents.get(register);
    long pulses = 0;
    for (RegisterField field : register.fields()) {
      long mask = field.mask() & lanes;
      if (field.access() == FieldAccess.READ_WRITE) {
        stored = stored & ~mask | written & mask;
      } else if (field.access() == FieldAccess.EVENT) {
        stored &= ~(written & mask);
      } else if (field.access() == FieldAccess.PULSE) {
        pulses |= written & mask;
      }
    }
    contents.put(register, stored);
    return pulses;
  }

  /** The register that has a word at a byte offset. */
  Register at(int offset) {
    for (Register register : map.registers()) {
      if (offset % RegisterMap.WORD_BYTES == 0
          && offset >= register.offset()
          && offset < register.offset() + register.bytes()) {
        return register;
      }
    }
    throw new TransportException("there is no register at 0x%x".formatted(offset));
  }

  private static int shift(Register register, int offset) {
    return (offset - register.offset()) * Byte.SIZE;
  }
}
