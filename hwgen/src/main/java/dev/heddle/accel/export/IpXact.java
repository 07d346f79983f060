package dev.heddle.accel.export;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.isa.MachineRegisters;
import dev.heddle.hdl.verilog.VerilogDesign.Port;
import dev.heddle.hdl.verilog.VerilogLibrary;
import dev.heddle.lib.FieldAccess;
import dev.heddle.lib.Register;
import dev.heddle.lib.RegisterField;
import dev.heddle.lib.RegisterMap;
import dev.heddle.lib.XmlText;
import java.util.List;
import java.util.SortedMap;

/**
 * Writes a machine as an IP-XACT component (IEEE 1685-2014): its AXI interfaces, clock, reset and
 * interrupt, its register map, its ports and its files.
 */
final class IpXact {
  private static final String MAP = "registers";
  private static final String FILES = "rtl";

  private final XmlText xml = new XmlText();

  private IpXact() {}

  /**
   * The component.
   *
   * @param sources Verilog files in the order of compilation
   */
  static String write(
      Configuration configuration,
      VerilogLibrary library,
      List<String> sources,
      SortedMap<Integer, RegisterMap> registers) {
    IpXact component = new IpXact();
    component.component(configuration, library, sources, registers);
    return component.xml.toString();
  }

  private void component(
      Configuration configuration,
      VerilogLibrary library,
      List<String> sources,
      SortedMap<Integer, RegisterMap> registers) {
    xml.open(
        "ipxact:component xmlns:ipxact=\"http://www.accellera.org/XMLSchema/IPXACT/1685-2014\"");
    identify("heddle.dev", "accelerator", library.top(), MachineRegisters.GENERATOR_VERSION_TEXT);
    CoreInterfaces interfaces = CoreInterfaces.of(library);
    xml.open("ipxact:busInterfaces");
    interfaces.buses().forEach(this::bus);
    signal(CoreInterfaces.CLOCK, "clock", "CLK", "slave");
    signal(CoreInterfaces.RESET, "reset", "RST", "slave");
    signal(CoreInterfaces.INTERRUPT, "interrupt", "INTERRUPT", "master");
    xml.close("ipxact:busInterfaces");
    addressSpaces(interfaces);
    registers(registers);
    model(library);
    fileSets(sources);
    text("description", "Heddle accelerator, configuration %s".formatted(configuration.name()));
    xml.close("ipxact:component");
  }

  private void identify(String vendor, String library, String name, String version) {
    text("vendor", vendor);
    text("library", library);
    text("name", name);
    text("version", version);
  }

  private void text(String element, String content) {
    xml.element("ipxact:" + element, content);
  }

  /** A type of the standard interfaces that Vivado brings along. */
  private void reference(String element, String library, String name) {
    xml.empty(
        "ipxact:%s vendor=\"xilinx.com\" library=\"%s\" name=\"%s\" version=\"1.0\""
            .formatted(element, library, name));
  }

  private void bus(CoreInterfaces.Bus bus) {
    open(bus.name(), "interface", "aximm");
    bus.ports().forEach((name, port) -> portMap(CoreInterfaces.Bus.logical(name), port.name()));
    closePortMaps();
    if (bus.isMaster()) {
      xml.open("ipxact:master");
      xml.empty("ipxact:addressSpaceRef addressSpaceRef=\"%s\"".formatted(bus.name()));
      xml.close("ipxact:master");
    } else {
      xml.open("ipxact:slave");
      xml.empty("ipxact:memoryMapRef memoryMapRef=\"%s\"".formatted(MAP));
      xml.close("ipxact:slave");
    }
    xml.close("ipxact:busInterface");
  }

  private void signal(String port, String type, String logical, String role) {
    open(port, "signal", type);
    portMap(logical, port);
    closePortMaps();
    xml.empty("ipxact:" + role);
    xml.close("ipxact:busInterface");
  }

  /** Begins an interface, up to the maps of its ports. */
  private void open(String name, String library, String type) {
    xml.open("ipxact:busInterface");
    text("name", name);
    reference("busType", library, type);
    xml.open("ipxact:abstractionTypes");
    xml.open("ipxact:abstractionType");
    reference("abstractionRef", library, type + "_rtl");
    xml.open("ipxact:portMaps");
  }

  private void closePortMaps() {
    xml.close("ipxact:portMaps");
    xml.close("ipxact:abstractionType");
    xml.close("ipxact:abstractionTypes");
  }

  private void portMap(String logical, String physical) {
    xml.open("ipxact:portMap");
    xml.open("ipxact:logicalPort");
    text("name", logical);
    xml.close("ipxact:logicalPort");
    xml.open("ipxact:physicalPort");
    text("name", physical);
    xml.close("ipxact:physicalPort");
    xml.close("ipxact:portMap");
  }

  private void addressSpaces(CoreInterfaces interfaces) {
    xml.open("ipxact:addressSpaces");
    for (CoreInterfaces.Bus bus : interfaces.buses()) {
      if (bus.isMaster()) {
        xml.open("ipxact:addressSpace");
        text("name", bus.name());
        text("range", hex(1L << bus.width("araddr")));
        text("width", "" + bus.width("rdata"));
        xml.close("ipxact:addressSpace");
      }
    }
    xml.close("ipxact:addressSpaces");
  }

  private void registers(SortedMap<Integer, RegisterMap> maps) {
    xml.open("ipxact:memoryMaps");
    xml.open("ipxact:memoryMap");
    text("name", MAP);
    maps.forEach(this::block);
    text("addressUnitBits", "" + Byte.SIZE);
    xml.close("ipxact:memoryMap");
    xml.close("ipxact:memoryMaps");
  }

  private void block(int offset, RegisterMap map) {
    xml.open("ipxact:addressBlock");
    text("name", map.name());
    text("description", map.description());
    text("baseAddress", hex(offset));
    text("range", hex(1L << map.addressBits()));
    text("width", "" + RegisterMap.WORD_BITS);
    text("usage", "register");
    map.registers().forEach(this::register);
    xml.close("ipxact:addressBlock");
  }

  private void register(Register register) {
    xml.open("ipxact:register");
    text("name", register.name());
    text("description", register.description());
    text("addressOffset", hex(register.offset()));
    text("size", "" + register.bits());
    register.fields().forEach(this::field);
    xml.close("ipxact:register");
  }

  private void field(RegisterField field) {
    xml.open("ipxact:field");
    text("name", field.name());
    text("description", field.description());
    text("bitOffset", "" + field.lsb());
    if (field.access() != FieldAccess.READ_ONLY) {
      xml.open("ipxact:resets");
      xml.open("ipxact:reset");
      text("value", hex(field.value()));
      xml.close("ipxact:reset");
      xml.close("ipxact:resets");
    }
    text("bitWidth", "" + field.width());
    text("volatile", "" + (field.access() == FieldAccess.READ_ONLY));
    text("access", field.access().standardName());
    if (field.access() == FieldAccess.EVENT) {
      text("modifiedWriteValue", "oneToClear");
    }
    xml.close("ipxact:field");
  }

  private void model(VerilogLibrary library) {
    xml.open("ipxact:model");
    xml.open("ipxact:views");
    xml.open("ipxact:view");
    text("name", FILES);
    text("componentInstantiationRef", FILES);
    xml.close("ipxact:view");
    xml.close("ipxact:views");
    xml.open("ipxact:instantiations");
    xml.open("ipxact:componentInstantiation");
    text("name", FILES);
    text("language", "verilog");
    text("moduleName", library.top());
    xml.open("ipxact:fileSetRef");
    text("localName", FILES);
    xml.close("ipxact:fileSetRef");
    xml.close("ipxact:componentInstantiation");
    xml.close("ipxact:instantiations");
    xml.open("ipxact:ports");
    library.ports().forEach(this::port);
    xml.close("ipxact:ports");
    xml.close("ipxact:model");
  }

  private void port(Port port) {
    xml.open("ipxact:port");
    text("name", port.name());
    xml.open("ipxact:wire");
    text("direction", port.input() ? "in" : "out");
    if (port.width() > 1) {
      xml.open("ipxact:vectors");
      xml.open("ipxact:vector");
      text("left", "" + (port.width() - 1));
      text("right", "0");
      xml.close("ipxact:vector");
      xml.close("ipxact:vectors");
    }
    xml.close("ipxact:wire");
    xml.close("ipxact:port");
  }

  private void fileSets(List<String> sources) {
    xml.open("ipxact:fileSets");
    xml.open("ipxact:fileSet");
    text("name", FILES);
    for (String source : sources) {
      xml.open("ipxact:file");
      text("name", source);
      text("fileType", "verilogSource");
      xml.close("ipxact:file");
    }
    xml.close("ipxact:fileSet");
    xml.close("ipxact:fileSets");
  }

  private static String hex(long value) {
    return "'h%X".formatted(value);
  }
}
