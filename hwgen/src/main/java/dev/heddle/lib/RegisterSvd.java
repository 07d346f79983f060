package dev.heddle.lib;

/**
 * Writes a register map as a CMSIS-SVD device with one peripheral, for debuggers and code
 * generators (CMSIS-SVD schema 1.3; the elements stand in the order of its sequences).
 */
public final class RegisterSvd {
  private final StringBuilder out = new StringBuilder();
  private int depth;

  private RegisterSvd() {}

  /**
   * The device description.
   *
   * @param version version of the device
   * @param baseAddress where the host sees the map
   */
  public static String write(RegisterMap map, String version, long baseAddress) {
    RegisterSvd svd = new RegisterSvd();
    svd.device(map, version, baseAddress);
    return svd.out.toString();
  }

  private void device(RegisterMap map, String version, long baseAddress) {
    out.append("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    open(
        "device schemaVersion=\"1.3\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema-instance\""
            + " xs:noNamespaceSchemaLocation=\"CMSIS-SVD.xsd\"");
    element("name", map.name());
    element("version", version);
    element("description", map.description());
    element("addressUnitBits", "8");
    element("width", "" + RegisterMap.WORD_BITS);
    element("size", "" + RegisterMap.WORD_BITS);
    element("access", "read-write");
    element("resetValue", "0x0");
    element("resetMask", "0xFFFFFFFF");
    open("peripherals");
    open("peripheral");
    element("name", map.name());
    element("description", map.description());
    element("baseAddress", hex(baseAddress));
    open("addressBlock");
    element("offset", "0x0");
    element("size", hex(map.bytes()));
    element("usage", "registers");
    close("addressBlock");
    open("registers");
    map.registers().forEach(this::register);
    close("registers");
    close("peripheral");
    close("peripherals");
    close("device");
  }

  private void register(Register register) {
    open("register");
    element("name", register.name());
    String order =
        register.isLatched() ? " Read the low word first: it keeps the high word until then." : "";
    element("description", register.description() + order);
    element("addressOffset", hex(register.offset()));
    element("size", "" + register.bits());
    element("access", access(register));
    element("resetValue", hex(register.reset()));
    element("resetMask", hex(resetMask(register)));
    open("fields");
    for (RegisterField field : register.fields()) {
      open("field");
      element("name", field.name());
      element("description", field.description());
      element("bitOffset", "" + field.lsb());
      element("bitWidth", "" + field.width());
      element("access", access(field.access()));
      if (field.access() == FieldAccess.EVENT) {
        element("modifiedWriteValues", "oneToClear");
      }
      close("field");
    }
    close("fields");
    close("register");
  }

  private static String access(Register register) {
    boolean readable = register.fields().stream().anyMatch(f -> f.access().isReadable());
    boolean writable = register.fields().stream().anyMatch(f -> f.access().isWritable());
    return readable && writable ? "read-write" : readable ? "read-only" : "write-only";
  }

  private static String access(FieldAccess access) {
    return access.isReadable() && access.isWritable()
        ? "read-write"
        : access.isReadable() ? "read-only" : "write-only";
  }

  /** Bits whose value after reset is known: all but those that hardware drives. */
  private static long resetMask(Register register) {
    long driven =
        register.fields().stream()
            .filter(field -> field.access() == FieldAccess.READ_ONLY)
            .mapToLong(RegisterField::mask)
            .sum();
    return ~driven & -1L >>> Long.SIZE - register.bits();
  }

  private void open(String tag) {
    indent();
    out.append('<').append(tag).append(">\n");
    depth++;
  }

  private void close(String tag) {
    depth--;
    indent();
    out.append("</").append(tag).append(">\n");
  }

  private void element(String tag, String text) {
    indent();
    out.append('<').append(tag).append('>').append(escape(text));
    out.append("</").append(tag).append(">\n");
  }

  private void indent() {
    out.append("  ".repeat(depth));
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static String hex(long value) {
    return "0x%X".formatted(value);
  }
}
