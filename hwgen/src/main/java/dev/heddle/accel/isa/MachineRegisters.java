package dev.heddle.accel.isa;

import static dev.heddle.lib.RegisterField.constant;
import static dev.heddle.lib.RegisterField.event;
import static dev.heddle.lib.RegisterField.pulse;
import static dev.heddle.lib.RegisterField.readOnly;
import static dev.heddle.lib.RegisterField.readWrite;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.CardMemory;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.RouterShape;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.lib.RegisterField;
import dev.heddle.lib.RegisterMap;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;
import java.util.zip.CRC32C;

/** The registers of the machine: identity, geometry, the doorbell, status and counters. */
public final class MachineRegisters {
  /** What {@code MAGIC} reads: "HEDD". */
  public static final int MAGIC = 0x48454444;

  /** Version of the interface between host and machine: registers, descriptors, images. */
  public static final int INTERFACE_VERSION = 2;

  /** Version of the generator: major, minor and patch in a byte each. */
  public static final int GENERATOR_VERSION = 0x000100;

  /** {@link #GENERATOR_VERSION} as text, such as 0.1.0. */
  public static final String GENERATOR_VERSION_TEXT =
      (GENERATOR_VERSION >> 16 & 0xff)
          + "."
          + (GENERATOR_VERSION >> 8 & 0xff)
          + "."
          + (GENERATOR_VERSION & 0xff);

  /** Bits of an address in a register. */
  private static final int ADDRESS_BITS = 64;

  /** The field of an {@link AttentionCounter}. */
  public static final String COUNT = "count";

  /** At 48 MHz such a counter wraps after 6 hours. */
  private static final int COMPACT_COUNTER_BITS = 40;

  private static final int ATTENTION_COUNTERS = 0x88;

  private MachineRegisters() {}

  /** The registers of a machine of {@code configuration}. */
  public static RegisterMap of(Configuration configuration) {
    RegisterMap.Builder map = machine(configuration);
    configuration.attention().ifPresent(shape -> attention(map, shape));
    configuration.router().ifPresent(shape -> router(map, shape));
    return map.build();
  }

  private static void router(RegisterMap.Builder map, RouterShape shape) {
    map.register(
        "ROUTER",
        ATTENTION_COUNTERS + Long.BYTES * AttentionCounter.values().length,
        "Size of the router.",
        constant("count", 0, 16, shape.count(), "Most blocks that a token sees."),
        constant("blocks", 16, 8, shape.blockBits(), "Logarithm of the blocks to choose from."),
        constant("rows", 24, 8, shape.rows(), "Most queries that choose together."));
  }

  private static void attention(RegisterMap.Builder map, AttentionShape shape) {
    map.register(
        "ATTENTION",
        0x80,
        "Size of the attention engine.",
        constant("lanes", 0, 8, shape.lanes(), "Pairs of lanes."),
        constant("banks", 8, 8, shape.banks(), "Banks of keys, and of values."),
        constant("key_dimension", 16, 8, shape.keyDimension(), "Longest key."),
        constant("value_dimension", 24, 8, shape.valueDimension(), "Longest value."));
    map.register(
        "ATTENTION_CAPACITY",
        0x84,
        "What the attention engine holds; powers of two.",
        constant("keys", 0, 8, shape.placeBits(), "Logarithm of the keys on chip."),
        constant(
            "scores",
            8,
            8,
            Integer.numberOfTrailingZeros(shape.scores()),
            "Logarithm of the steps between lanes."),
        constant("rows", 16, 8, shape.rowBits(), "Logarithm of the rows of an entry."),
        constant("normalisers", 24, 8, shape.normalisers(), "Output elements a cycle."));
    for (AttentionCounter counted : AttentionCounter.values()) {
      map.wide(
          counted.register(),
          ATTENTION_COUNTERS + Long.BYTES * counted.ordinal(),
          counted.description(),
          readOnly(COUNT, 0, Long.SIZE, "Since reset."));
    }
  }

  private static RegisterMap.Builder machine(Configuration configuration) {
    return RegisterMap.named(
            "heddle",
            "Identity, doorbell, status and counters of the machine %s."
                .formatted(configuration.name()))
        .register(
            "MAGIC",
            0x00,
            "Tells a machine from anything else.",
            constant("magic", 0, 32, MAGIC, "Always 0x48454444, HEDD."))
        .register(
            "VERSION",
            0x04,
            "Version of registers, descriptors and memory images.",
            constant("interface", 0, 32, INTERFACE_VERSION, "Version of the interface."))
        .register(
            "GENERATOR",
            0x08,
            "What made the hardware.",
            constant("generator", 0, 32, GENERATOR_VERSION, "Version, a byte each."))
        .register(
            "CONFIG_HASH",
            0x0c,
            "Which configuration this is.",
            constant(
                "hash", 0, 32, hash(configuration), "CRC-32C of all parameters but the clock."))
        .register(
            "SCRATCH", 0x10, "For tests of the link.", readWrite("scratch", 0, 32, 0, "Anything."))
        .register(
            "CLOCK_HZ",
            0x14,
            "Clock that the design was generated for.",
            constant("hertz", 0, 32, configuration.clockHz(), "Hertz."))
        .register(
            "FEATURES",
            0x18,
            "What the machine can do.",
            constant(
                "formats",
                0,
                16,
                (1 << WeightFormat.values().length) - 1,
                "Weight formats, a bit each."),
            constant(
                "attention",
                16,
                1,
                has(configuration, engine -> true),
                "There is an attention engine."),
            constant(
                "attention_schedule",
                17,
                1,
                has(configuration, AttentionShape::schedule),
                "It takes compiled schedules."),
            constant(
                "attention_x8",
                18,
                1,
                has(configuration, AttentionShape::blocks),
                "It writes X8 codes."),
            constant(
                "attention_pages",
                19,
                1,
                has(configuration, AttentionShape::pages),
                "It takes listed pages."),
            constant(
                "attention_masks",
                20,
                1,
                has(configuration, AttentionShape::masks),
                "It takes masks of rows."),
            constant(
                "attention_states",
                21,
                1,
                has(configuration, AttentionShape::states),
                "It writes and reads states of rows."),
            constant(
                "router", 22, 1, configuration.router().isPresent() ? 1 : 0, "There is a router."),
            constant(
                "attention_alibi",
                23,
                1,
                has(configuration, AttentionShape::alibi),
                "Its scores may grow from key to key."),
            constant(
                "attention_sinks",
                24,
                1,
                has(configuration, AttentionShape::sinks),
                "It takes sinks of rows."),
            constant(
                "attention_caps",
                25,
                1,
                has(configuration, AttentionShape::caps),
                "Its scores may have a cap."),
            constant(
                "append",
                26,
                1,
                configuration.append() ? 1 : 0,
                "Keys and values are appended and copied."))
        .register(
            "GEOMETRY",
            0x1c,
            "Size of the matmul engine.",
            constant("ports", 0, 8, configuration.ports(), "Memory ports."),
            constant("lanes", 8, 8, configuration.lanes(), "Lanes of each port."),
            constant("columns", 16, 8, configuration.columns(), "Multipliers of a lane."),
            constant("tokens", 24, 8, configuration.maxTokens(), "Vectors at a time."))
        .register(
            "CAPACITY",
            0x20,
            "Size of ports and buffers.",
            constant("port_bits", 0, 16, configuration.portBits(), "Data bits of a port."),
            constant("blocks", 16, 16, configuration.maxBlocks(), "Longest row in blocks."))
        .wide(
            "LIST",
            0x28,
            "The next list.",
            readWrite(
                "address", 0, addressBits(configuration), 0, "Address of its first descriptor."))
        .wide(
            "RECORDS",
            0x30,
            "Completion records.",
            readWrite(
                "address", 0, addressBits(configuration), 0, "Address of the first, 0 for none."))
        .register("DOORBELL", 0x38, "Start.", pulse("start", 0, 1, "Starts the list."))
        .register(
            "STATUS",
            0x3c,
            "State of the list.",
            readOnly("busy", 0, 1, "A list runs."),
            readOnly("unknown_operation", 1, 1, "The list stopped at an unknown operation."),
            readOnly("token_overflow", 2, 1, "A token was released to a full counter."),
            readOnly("memory_error", 3, 1, "Card memory has answered with an error."),
            readOnly(
                "saturated",
                4,
                1,
                "A result has been too large for fp32, or a number of a key or value infinite."))
        .register(
            "EVENTS",
            0x40,
            "What has happened; write ones to clear.",
            event("done", 0, 1, "A list has ended."))
        .register(
            "INTERRUPT_ENABLE",
            0x44,
            "What raises the interrupt.",
            readWrite("done", 0, 1, 0, "The end of a list."))
        .wide(
            "POSITION",
            0x48,
            "Where the command fetch is.",
            readOnly(
                "address", 0, addressBits(configuration), "Address of the descriptor read last."))
        .wide(
            "CYCLES",
            0x50,
            "Cycles.",
            counter(configuration, "cycles", "Cycles in which a list ran."))
        .wide(
            "BUSY",
            0x58,
            "Work.",
            counter(configuration, "cycles", "Cycles in which multipliers worked."))
        .wide(
            "STALLED_MEMORY",
            0x60,
            "Stalls for memory.",
            counter(configuration, "cycles", "Cycles of the matmul engine without work, running."))
        .wide(
            "STALLED_TOKENS",
            0x68,
            "Stalls for tokens.",
            counter(
                configuration, "cycles", "Cycles in which the matmul engine waited for tokens."))
        .wide(
            "BEATS",
            0x70,
            "Traffic.",
            counter(configuration, "beats", "Beats of weights and activations."))
        .wide(
            "MULTIPLICATIONS",
            0x78,
            "Products.",
            counter(configuration, "products", "Products of codes, padding included."));
  }

  private static int addressBits(Configuration configuration) {
    return configuration.compact() ? CardMemory.addressBits(configuration) : ADDRESS_BITS;
  }

  /** One when there is an attention engine with a feature. */
  private static int has(Configuration configuration, Predicate<AttentionShape> feature) {
    return configuration.attention().filter(feature).isPresent() ? 1 : 0;
  }

  private static RegisterField counter(
      Configuration configuration, String name, String description) {
    return readOnly(name, 0, counterBits(configuration), description);
  }

  /** Bits of a counter, which wraps. */
  private static int counterBits(Configuration configuration) {
    return configuration.compact() ? COMPACT_COUNTER_BITS : Long.SIZE;
  }

  /** The contents of {@code CONFIG_HASH} in a machine of {@code configuration}. */
  public static long hash(Configuration configuration) {
    CRC32C crc = new CRC32C();
    // The same machine may have another clock on every board, which CLOCK_HZ tells.
    String parameters = configuration.withClock(Configuration.LEAST_CLOCK_HZ).toString();
    crc.update(parameters.getBytes(StandardCharsets.UTF_8));
    return crc.getValue();
  }
}
