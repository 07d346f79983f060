package dev.heddle.accel;

import static dev.heddle.accel.ParameterCheck.between;
import static dev.heddle.accel.ParameterCheck.powerOfTwo;

import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.isa.Engine;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The parameters of one accelerator; equal configurations give equal hardware, byte for byte.
 *
 * <pre>
 *   port 0 -- beats --> unpacker -- lanes x columns codes --> lane 0 .. lanes-1 --.
 *   port 1 -- beats --> unpacker -- lanes x columns codes --> lane 0 .. lanes-1 --+--> y
 *                                            ^ activations, columns codes a cycle, broadcast
 * </pre>
 *
 * A lane computes one output row; {@code rows() = ports * lanes} rows make a row tile. A block of
 * 32 elements takes {@code steps() = 32 / columns} cycles for each token.
 *
 * @param name short lower-case name, part of module names
 * @param ports memory ports that stream weights, 1, 2, 4 or 8
 * @param portBits data bits of a port: 32, 64, 128, 256 or 512
 * @param lanes rows computed at a time for each port, a power of two
 * @param columns multipliers of a lane: 8, 16 or 32
 * @param maxTokens activation vectors that a weight block can pass, 1 to 64
 * @param maxBlocks longest reduction dimension in blocks of 32
 * @param outstanding read bursts in flight on a port, 1 to 64
 * @param clockHz hertz of the clock that simulated times are quoted at and constraints are for
 * @param attention size of the attention engine; empty for a machine without one
 * @param router size of the router, which needs an attention engine that takes pages; empty for a
 *     machine without one
 * @param append whether keys and values are appended to caches by the machine, which then has an
 *     attention engine
 * @param shortPaths whether registers cut the longest paths, for FPGAs: activations pass one
 *     between their buffer and the multipliers and the sum of every two products is registered, so
 *     that a row tile takes some cycles more, and the addresses of reads pass one before their
 *     arbiter, so that a burst comes a cycle later
 * @param compact whether the machine is the one of fewest look-up tables, for the smallest FPGAs:
 *     one port, up to four lanes, one descriptor at a time, and weights that pass once for each
 *     token
 */
public record Configuration(
    String name,
    int ports,
    int portBits,
    int lanes,
    int columns,
    int maxTokens,
    int maxBlocks,
    int outstanding,
    long clockHz,
    Optional<AttentionShape> attention,
    Optional<RouterShape> router,
    boolean append,
    boolean shortPaths,
    boolean compact) {

  /** The slowest clock that a machine may have. */
  public static final long LEAST_CLOCK_HZ = 1_000_000;

  /** The fastest clock that a machine may have. */
  public static final long MOST_CLOCK_HZ = 4_000_000_000L;

  /** A few lanes behind a 32-bit port, for small FPGAs. */
  public static final Configuration NANO =
      new Configuration("nano", 1, 32, 2, 8, 4, 128, 8, 24_000_000, Optional.empty());

  /** One row of whole blocks behind a 32-bit port, for FPGAs with few look-up tables. */
  public static final Configuration MICRO =
      new Configuration("micro", 1, 32, 1, 32, 4, 64, 8, 48_000_000, Optional.empty())
          .withShortPaths();

  /** Two rows of whole blocks behind a 32-bit port, for FPGAs with some 70 multipliers. */
  public static final Configuration MINI =
      new Configuration("mini", 1, 32, 2, 32, 8, 64, 8, 60_000_000, Optional.empty())
          .withShortPaths();

  /** Four rows of whole blocks behind a 64-bit port, for FPGAs with some 150 multipliers. */
  public static final Configuration MIDI =
      new Configuration("midi", 1, 64, 4, 32, 16, 128, 8, 60_000_000, Optional.empty())
          .withShortPaths();

  /** One 64-bit port. */
  public static final Configuration SMALL =
      new Configuration("small", 1, 64, 4, 8, 8, 256, 8, 100_000_000, Optional.empty());

  /** Two 128-bit ports, 128 multipliers for matrix products and 256 for attention. */
  public static final Configuration DEFAULT =
      new Configuration(
          "default",
          2,
          128,
          4,
          16,
          8,
          512,
          16,
          250_000_000,
          Optional.of(new AttentionShape(2, 64, 64, 2, 2048, 1024, 4, 64)));

  /** Four 512-bit ports, 1,024 multipliers. */
  public static final Configuration LARGE =
      new Configuration("large", 4, 512, 8, 32, 16, 512, 32, 250_000_000, Optional.empty());

  /**
   * Fixed masks of vision transformers: 4 lanes of 128 multipliers for attention, 16 banks, on one
   * memory behind four 512-bit ports; the size of ViTCoD (You et al., HPCA 2023).
   */
  public static final Configuration VISION =
      new Configuration(
          "vision",
          4,
          512,
          8,
          16,
          1,
          64,
          8,
          500_000_000,
          Optional.of(
              new AttentionShape(4, 64, 64, 16, 2048, 256, 64, 1024).withSchedule().withBlocks()));

  /** The smallest: 8 multipliers behind a 32-bit port, for FPGAs of 5,000 look-up tables. */
  public static final Configuration PICO = compact("pico", 32, 1, 8, 4, 32, 24_000_000);

  /** 32 multipliers behind a 128-bit port, for FPGAs of 8,000 look-up tables. */
  public static final Configuration TINY = compact("tiny", 128, 2, 16, 4, 32, 48_000_000);

  /** 64 multipliers behind a 64-bit port, for FPGAs of 20,000 look-up tables. */
  public static final Configuration QUAD = compact("quad", 64, 4, 16, 4, 64, 48_000_000);

  /** The configurations that ship with Heddle. */
  public static List<Configuration> shipped() {
    return List.of(NANO, SMALL, DEFAULT, LARGE, VISION, PICO, TINY, QUAD, MICRO, MINI, MIDI);
  }

  public Configuration {
    if (!name.matches("[a-z][a-z0-9_]*")) {
      throw new IllegalArgumentException(
          "name is %s but must be a lower-case identifier".formatted(name));
    }
    powerOfTwo("ports", ports, 1, 8, "1, 2, 4 or 8");
    powerOfTwo("portBits", portBits, 32, 512, "32, 64, 128, 256 or 512");
    powerOfTwo("columns", columns, 8, 32, "8, 16 or 32");
    powerOfTwo("lanes", lanes, 1, 64, "a power of two up to 64");
    between("maxTokens", maxTokens, 1, 64, "1 to 64");
    between("maxBlocks", maxBlocks, 1, 4096, "1 to 4096");
    between("outstanding", outstanding, 1, 64, "1 to 64");
    between("clockHz", clockHz, LEAST_CLOCK_HZ, MOST_CLOCK_HZ, "1 MHz to 4 GHz");
    if (compact) {
      requireCompact(ports, lanes, columns, shortPaths, attention);
    }
    int narrowest = smallestCodeBits();
    int codes = portBits / narrowest;
    if (lanes * columns < codes) {
      throw new IllegalArgumentException(
          ("%d lanes of %d columns take %d codes a cycle, but a %d-bit port delivers %d codes of %d bits:"
                  + " the port would idle; use %s")
              .formatted(
                  lanes,
                  columns,
                  lanes * columns,
                  portBits,
                  codes,
                  narrowest,
                  compact
                      ? "portBits=" + lanes * columns * narrowest
                      : "lanes=" + codes / columns));
    }
    if (lanes * WeightFormat.SCALE_BITS > portBits) {
      throw new IllegalArgumentException(
          "the scales of %d lanes do not fit a %d-bit beat; use lanes=%d"
              .formatted(lanes, portBits, portBits / WeightFormat.SCALE_BITS));
    }
    if (!compact && ports * lanes * Float.SIZE < portBits) {
      throw new IllegalArgumentException(
          "the results of %d rows do not fill a %d-bit beat; use lanes=%d"
              .formatted(ports * lanes, portBits, portBits / Float.SIZE / ports));
    }
    if (router.isPresent() && attention.filter(AttentionShape::pages).isEmpty()) {
      throw new IllegalArgumentException(
          "a router lists pages, but there is no attention engine that takes them; use attentionPages=true");
    }
    if (append && attention.isEmpty()) {
      throw new IllegalArgumentException(
          "keys and values are appended for an attention engine, but there is none; use attentionLanes=2");
    }
  }

  /** A machine that neither chooses blocks of keys nor appends any. */
  public Configuration(
      String name,
      int ports,
      int portBits,
      int lanes,
      int columns,
      int maxTokens,
      int maxBlocks,
      int outstanding,
      long clockHz,
      Optional<AttentionShape> attention) {
    this(
        name,
        ports,
        portBits,
        lanes,
        columns,
        maxTokens,
        maxBlocks,
        outstanding,
        clockHz,
        attention,
        Optional.empty(),
        false,
        false,
        false);
  }

  private static Configuration compact(
      String name,
      int portBits,
      int lanes,
      int columns,
      int maxTokens,
      int maxBlocks,
      long clockHz) {
    return new Configuration(
        name,
        1,
        portBits,
        lanes,
        columns,
        maxTokens,
        maxBlocks,
        2,
        clockHz,
        Optional.empty(),
        Optional.empty(),
        false,
        false,
        true);
  }

  private static void requireCompact(
      int ports, int lanes, int columns, boolean shortPaths, Optional<AttentionShape> attention) {
    between("ports", ports, 1, 1, "1 in a compact machine");
    between("lanes", lanes, 1, 4, "1, 2 or 4 in a compact machine");
    between("columns", columns, 8, 16, "8 or 16 in a compact machine");
    if (attention.isPresent()) {
      throw new IllegalArgumentException(
          "a compact machine has no attention engine; use compact=false");
    }
    if (shortPaths) {
      throw new IllegalArgumentException(
          "the paths of a compact machine are as short as they get; use shortPaths=false");
    }
  }

  private static int smallestCodeBits() {
    int bits = 8;
    for (WeightFormat format : WeightFormat.values()) {
      bits = Math.min(bits, format.codeBits());
    }
    return bits;
  }

  /** This configuration with another clock. */
  public Configuration withClock(long hertz) {
    return with(hertz, attention, router, append, shortPaths);
  }

  /** This configuration with an attention engine. */
  public Configuration withAttention(AttentionShape shape) {
    return with(clockHz, Optional.of(shape), router, append, shortPaths);
  }

  /** This configuration with a router. */
  public Configuration withRouter(RouterShape shape) {
    return with(clockHz, attention, Optional.of(shape), append, shortPaths);
  }

  /** This configuration with an engine that appends keys and values to caches. */
  public Configuration withAppend() {
    return with(clockHz, attention, router, true, shortPaths);
  }

  /** This configuration with registers in the longest paths. */
  public Configuration withShortPaths() {
    return with(clockHz, attention, router, append, true);
  }

  private Configuration with(
      long hertz,
      Optional<AttentionShape> attentionShape,
      Optional<RouterShape> routerShape,
      boolean appends,
      boolean cut) {
    return new Configuration(
        name,
        ports,
        portBits,
        lanes,
        columns,
        maxTokens,
        maxBlocks,
        outstanding,
        hertz,
        attentionShape,
        routerShape,
        appends,
        cut,
        compact);
  }

  /** The engines of the machine, in the order of their bits in masks. */
  public List<Engine> engines() {
    return Arrays.stream(Engine.values()).filter(this::has).toList();
  }

  private boolean has(Engine engine) {
    return switch (engine) {
      case LOADER, MATMUL -> true;
      case ATTENTION -> attention.isPresent();
      case ROUTER -> router.isPresent();
      case CACHE -> append;
    };
  }

  /** Rows of a row tile, over all ports. */
  public int rows() {
    return ports * lanes;
  }

  /** Cycles that a block of 32 takes for one token. */
  public int steps() {
    return WeightFormat.BLOCK / columns;
  }

  /** Bytes of a beat on one port. */
  public int beatBytes() {
    return portBits / 8;
  }

  /** Multiplications a cycle. */
  public int multipliers() {
    return rows() * columns;
  }

  /**
   * Blocks whose scales share one beat: the scales of {@code lanes} rows and this many blocks fill
   * it.
   */
  public int blocksPerScaleBeat() {
    return portBits / WeightFormat.SCALE_BITS / lanes;
  }
}
