package dev.heddle.accel.export;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.accel.CardMemory;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.isa.CompletionRecord;
import dev.heddle.accel.isa.MachineRegisters;
import dev.heddle.accel.isa.MemoryField;
import dev.heddle.accel.isa.Operation;
import dev.heddle.hdl.ir.Definition;
import dev.heddle.hdl.ir.Instance;
import dev.heddle.hdl.ir.Memory;
import dev.heddle.hdl.verilog.VerilogLibrary;
import dev.heddle.lib.Register;
import dev.heddle.lib.RegisterField;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/** Describes a machine and its files in JSON, for programs that build or drive it. */
final class MachineDescription {
  /** Leaves out what is optional. */
  @JsonIgnoreProperties({"attention", "router"})
  private interface Parameters {}

  private static final ObjectMapper MAPPER =
      new ObjectMapper().addMixIn(Configuration.class, Parameters.class);
  private static final String FILES = "files";

  private MachineDescription() {}

  /** The description, with names in lower case and units in them. */
  static String write(
      Configuration configuration, Definition top, VerilogLibrary verilog, List<String> files) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("generator", "heddle " + MachineRegisters.GENERATOR_VERSION_TEXT);
    root.put("interface_version", MachineRegisters.INTERFACE_VERSION);
    ObjectNode parameters = MAPPER.valueToTree(configuration);
    configuration
        .attention()
        .ifPresent(shape -> parameters.set("attention", MAPPER.valueToTree(shape)));
    configuration.router().ifPresent(shape -> parameters.set("router", MAPPER.valueToTree(shape)));
    root.set("configuration", parameters);
    root.put("configuration_hash", "0x%08X".formatted(MachineRegisters.hash(configuration)));
    figures(root.putObject("figures"), configuration, top);
    root.put("top", verilog.top());
    ports(root.putArray("ports"), verilog);
    memoryPorts(root.putArray("memory_ports"), configuration);
    registers(root.putArray("registers"), configuration);
    ObjectNode descriptor = root.putObject("descriptor");
    descriptor.put("bytes", Operation.BYTES);
    fields(descriptor.putArray("header"), Operation.HEADER);
    operations(descriptor.putArray("operations"));
    ObjectNode completion = root.putObject("completion_record");
    completion.put("bytes", CompletionRecord.BYTES);
    fields(completion.putArray("fields"), CompletionRecord.FIELDS);
    ArrayNode names = root.putArray(FILES);
    new TreeSet<>(files).forEach(names::add);
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter().withObjectIndenter(indenter).withArrayIndenter(indenter);
    try {
      return MAPPER.writer(printer).writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The files that a description names; none when it is not a description. */
  static List<String> files(String description) {
    try {
      JsonNode names = MAPPER.readTree(description).path(FILES);
      return names.valueStream().map(JsonNode::asText).toList();
    } catch (JsonProcessingException e) {
      return List.of();
    }
  }

  private static void figures(ObjectNode figures, Configuration configuration, Definition top) {
    int bytesPerCycle = configuration.ports() * configuration.beatBytes();
    long clock = configuration.clockHz();
    figures.put("multipliers", configuration.multipliers());
    figures.put("row_tile_rows", configuration.rows());
    figures.put("memory_bytes_per_cycle", bytesPerCycle);
    figures.put("peak_mac_per_second", configuration.multipliers() * clock);
    figures.put("peak_memory_bytes_per_second", bytesPerCycle * clock);
    figures.put("on_chip_memory_bits", memoryBits(top));
  }

  /** Bits of all memories of a module and of those placed in it; registers do not count. */
  private static long memoryBits(Definition module) {
    long bits = 0;
    for (Memory memory : module.memories()) {
      bits += (long) memory.width() * memory.depth();
    }
    for (Instance instance : module.instances()) {
      bits += memoryBits(instance.definition());
    }
    return bits;
  }

  private static void ports(ArrayNode ports, VerilogLibrary verilog) {
    verilog
        .ports()
        .forEach(
            port ->
                ports
                    .addObject()
                    .put("name", port.name())
                    .put("direction", port.input() ? "input" : "output")
                    .put("width", port.width()));
  }

  private static void memoryPorts(ArrayNode ports, Configuration configuration) {
    for (int port = 0; port < configuration.ports(); port++) {
      ports
          .addObject()
          .put("name", "m_axi_mem" + port)
          .put("protocol", "AXI4")
          .put("access", port == 0 ? "read-write" : "read-only")
          .put("address_bits", CardMemory.ADDRESS_BITS)
          .put("data_bits", configuration.portBits())
          .put("longest_burst_beats", CardMemory.BURST_BEATS);
    }
  }

  private static void registers(ArrayNode registers, Configuration configuration) {
    for (Register register : MachineRegisters.of(configuration).registers()) {
      ObjectNode entry = registers.addObject();
      entry.put("name", register.name());
      entry.put("offset", register.offset());
      entry.put("bits", register.bits());
      entry.put("description", register.description());
      ArrayNode fields = entry.putArray("fields");
      for (RegisterField field : register.fields()) {
        fields
            .addObject()
            .put("name", field.name())
            .put("lsb", field.lsb())
            .put("width", field.width())
            .put("access", field.access().name().toLowerCase(Locale.ROOT))
            .put("value", field.value())
            .put("description", field.description());
      }
    }
  }

  private static void operations(ArrayNode operations) {
    for (Operation operation : Operation.values()) {
      ObjectNode entry = operations.addObject();
      entry.put("name", operation.name());
      entry.put("code", operation.code());
      entry.put("engine", operation.engine() == null ? null : operation.engine().name());
      entry.put("description", operation.purpose());
      fields(entry.putArray("operands"), operation.operands());
    }
  }

  private static void fields(ArrayNode fields, List<MemoryField> layout) {
    for (MemoryField field : layout) {
      fields
          .addObject()
          .put("name", field.name())
          .put("offset", field.offset())
          .put("bytes", field.bytes())
          .put("signed", field.signed())
          .put("description", field.documentation());
    }
  }
}
