package dev.heddle.lib;

/** Writes a register map as a Markdown page. */
public final class RegisterMarkdown {
  private RegisterMarkdown() {}

  /** The page. */
  public static String write(RegisterMap map) {
    StringBuilder out = new StringBuilder();
    line(out, "# Registers of `%s`", map.name());
    line(out, "");
    line(out, "%s", map.description());
    line(out, "");
    line(
        out,
        "AXI4-Lite, 32-bit words, little-endian, %d bytes. Other addresses read as zero and answer "
            + "SLVERR. A 64-bit register is two words, the low one first.",
        map.bytes());
    line(out, "");
    line(out, "| offset | register | bits | description |");
    line(out, "|---|---|---|---|");
    for (Register register : map.registers()) {
      line(
          out,
          "| 0x%03X | [%s](#%s) | %d | %s |",
          register.offset(),
          register.name(),
          register.name().toLowerCase(java.util.Locale.ROOT),
          register.bits(),
          cell(register.description()));
    }
    for (Register register : map.registers()) {
      line(out, "");
      line(out, "## %s", register.name());
      line(out, "");
      line(
          out,
          "Offset 0x%03X, %d bits. %s",
          register.offset(),
          register.bits(),
          register.description());
      if (register.isLatched()) {
        line(out, "Read the low word first: it keeps the high word until that is read.");
      }
      line(out, "");
      line(out, "| bits | field | access | reset | description |");
      line(out, "|---|---|---|---|---|");
      for (RegisterField field : register.fields()) {
        line(
            out,
            "| %s | %s | %s | %s | %s |",
            field.width() == 1 ? "" + field.lsb() : field.msb() + ":" + field.lsb(),
            field.name(),
            field.access().mark(),
            field.access() == FieldAccess.READ_ONLY
                ? ""
                : "0x" + Long.toHexString(field.value()).toUpperCase(java.util.Locale.ROOT),
            cell(field.description()));
      }
    }
    line(out, "");
    line(out, "Access: RW written and read back; RO driven by the hardware; const never changes;");
    line(
        out, "W1C set by the hardware, cleared by writing one; pulse one for a cycle when written");
    line(out, "as one, reads as zero.");
    return out.toString();
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replace('\n', ' ');
  }

  private static void line(StringBuilder out, String format, Object... arguments) {
    out.append(format.formatted(arguments)).append('\n');
  }
}
