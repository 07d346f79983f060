package dev.heddle.lib;

import java.util.Locale;

/**
 * Writes a register map as a C99 header: for each register its offset and reset value, for each
 * field its shift, its mask in place, and macros that take it out of a register and put it in.
 */
public final class RegisterHeader {
  private RegisterHeader() {}

  /** The header. */
  public static String write(RegisterMap map) {
    String prefix = map.name().toUpperCase(Locale.ROOT);
    String guard = prefix + "_REGISTERS_H";
    StringBuilder out = new StringBuilder();
    line(out, "/* %s */", comment(map.description()));
    line(out, "#ifndef %s", guard);
    line(out, "#define %s", guard);
    line(out, "");
    line(out, "#include <stdint.h>");
    line(out, "");
    line(out, "#define %s_BYTES 0x%XU", prefix, map.bytes());
    for (Register register : map.registers()) {
      String name = prefix + "_" + register.name();
      line(out, "");
      line(out, "/* %s */", comment(register.description()));
      if (register.isLatched()) {
        line(out, "/* Read the low word first: it keeps the high word until that is read. */");
      }
      line(out, "#define %s_OFFSET 0x%XU", name, register.offset());
      line(out, "#define %s_RESET %s", name, number(register.reset(), register));
      for (RegisterField field : register.fields()) {
        String member = name + "_" + field.name().toUpperCase(Locale.ROOT);
        String type = "uint" + register.bits() + "_t";
        line(
            out,
            "/* %s, %s: %s */",
            field.name(),
            field.access().mark(),
            comment(field.description()));
        line(out, "#define %s_SHIFT %d", member, field.lsb());
        line(out, "#define %s_MASK %s", member, number(field.mask(), register));
        if (field.access() == FieldAccess.CONSTANT) {
          line(out, "#define %s_VALUE %s", member, number(field.value(), register));
        }
        line(
            out,
            "#define %s_GET(word) (((%s)(word) & %s_MASK) >> %s_SHIFT)",
            member,
            type,
            member,
            member);
        if (field.access().isWritable()) {
          line(
              out,
              "#define %s_SET(value) (((%s)(value) << %s_SHIFT) & %s_MASK)",
              member,
              type,
              member,
              member);
        }
      }
    }
    line(out, "");
    line(out, "#endif");
    return out.toString();
  }

  private static String number(long value, Register register) {
    return "UINT%d_C(0x%X)".formatted(register.bits(), value);
  }

  private static String comment(String text) {
    return text.replace("*/", "* /").replace("/*", "/ *").replace('\n', ' ');
  }

  private static void line(StringBuilder out, String format, Object... arguments) {
    out.append(format.formatted(arguments)).append('\n');
  }
}
