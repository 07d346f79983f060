package dev.heddle.lib;

/**
 * Writes a register map as a CMSIS-SVD device with one peripheral, for debuggers and code
 * generators (CMSIS-SVD schema 1.3; the elements stand in the order of its sequences).
 */
public final class RegisterSvd {
  private final XmlText xml = new XmlText();

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
    return svd.xml.toString();
  }

  private void device(RegisterMap map, String version, long baseAddress) {
    xml.open(
        "device schemaVersion=\"1.3\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema-instance\""
            + " xs:noNamespaceSchemaLocation=\"CMSIS-SVD.xsd\"");
    xml.element("name", map.name());
    xml.element("version", version);
    xml.element("description", map.description());
    xml.element("addressUnitBits", "8");
    xml.element("width", "" + RegisterMap.WORD_BITS);
    xml.element("size", "" + RegisterMap.WORD_BITS);
    xml.element("access", "read-write");
    xml.element("resetValue", "0x0");
    xml.element("resetMask", "0xFFFFFFFF");
    xml.open("peripherals");
    xml.open("peripheral");
    xml.element("name", map.name());
    xml.element("description", map.description());
    xml.element("baseAddress", hex(baseAddress));
    xml.open("addressBlock");
    xml.element("offset", "0x0");
    xml.element("size", hex(map.bytes()));
    xml.element("usage", "registers");
    xml.close("addressBlock");
    xml.open("registers");
    map.registers().forEach(this::register);
    xml.close("registers");
    xml.close("peripheral");
    xml.close("peripherals");
    xml.close("device");
  }

  private void register(Register register) {
    xml.open("register");
    xml.element("name", register.name());
    String order =
        register.isLatched() ? " Read the low word first: it keeps the high word until then." : "";
    xml.element("description", register.description() + order);
    xml.element("addressOffset", hex(register.offset()));
    xml.element("size", "" + register.bits());
    xml.element("access", access(register));
    xml.element("resetValue", hex(register.reset()));
    xml.element("resetMask", hex(resetMask(register)));
    xml.open("fields");
    for (RegisterField field : register.fields()) {
      xml.open("field");
      xml.element("name", field.name());
      xml.element("description", field.description());
      xml.element("bitOffset", "" + field.lsb());
      xml.element("bitWidth", "" + field.width());
      xml.element("access", field.access().standardName());
      if (field.access() == FieldAccess.EVENT) {
        xml.element("modifiedWriteValues", "oneToClear");
      }
      xml.close("field");
    }
    xml.close("fields");
    xml.close("register");
  }

  private static String access(Register register) {
    boolean readable = register.fields().stream().anyMatch(f -> f.access().isReadable());
    boolean writable = register.fields().stream().anyMatch(f -> f.access().isWritable());
    return FieldAccess.standardName(readable, writable);
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

  private static String hex(long value) {
    return "0x%X".formatted(value);
  }
}
