package dev.heddle.testbench;

import java.util.List;
import java.util.Locale;

/**
 * When the card memory of one port answers. Every simulated figure names the model it was taken
 * with: {@link #label()}.
 *
 * <p>Each port has its own memory channel, except with {@link Shared}; the data are shared by all
 * ports. The models are in C++ beside the design; cycles are those of the design's clock.
 */
public sealed interface MemoryModel {

  /** The model as the native side reads it. */
  String specification();

  /** Short name for reports. */
  String label();

  /**
   * One beat a cycle in each direction and always ready.
   *
   * @param latency cycles from an address to its first beat, and from the last write beat to the
   *     response; 1 or more
   */
  record Ideal(int latency) implements MemoryModel {
    public Ideal {
      atLeast("latency", latency, 1);
    }

    @Override
    public String specification() {
      return "ideal latency=" + latency;
    }

    @Override
    public String label() {
      return latency == 1 ? "ideal" : "ideal:" + latency;
    }
  }

  /**
   * A latency, and one data bus for both directions that is open only a share of the time.
   *
   * @param latency cycles from an address to its first beat, 1 or more
   * @param bandwidth beats a cycle, reads and writes together, above 0 and up to 1
   */
  record Fixed(int latency, double bandwidth) implements MemoryModel {
    public Fixed {
      atLeast("latency", latency, 1);
      inRange(bandwidth, 1);
    }

    @Override
    public String specification() {
      return "fixed latency=%d share=%d".formatted(latency, share(bandwidth));
    }

    @Override
    public String label() {
      return String.format(Locale.ROOT, "fixed:%d:%s", latency, bandwidth);
    }
  }

  /**
   * One memory behind all ports: a latency, and one data bus that carries the reads and the writes
   * of all of them, those of a higher AXI {@code qos} first. A cycle may overdraw the bus by less
   * than a beat, which is paid back before the next; what it leaves unused is lost.
   *
   * @param latency cycles from an address to its first beat, 1 or more
   * @param bandwidth beats a cycle of all ports together, above 0 and up to 8
   */
  record Shared(int latency, double bandwidth) implements MemoryModel {
    private static final int MOST_BEATS = 8;

    public Shared {
      atLeast("latency", latency, 1);
      inRange(bandwidth, MOST_BEATS);
    }

    @Override
    public String specification() {
      return "shared latency=%d share=%d".formatted(latency, share(bandwidth));
    }

    @Override
    public String label() {
      return String.format(Locale.ROOT, "shared:%d:%s", latency, bandwidth);
    }
  }

  /**
   * One channel of DDR SDRAM behind a controller: banks with open rows, activate rate (tRRD, tFAW),
   * bank groups (tCCD), turnaround, refresh. The device's clock is its own; the design's clock is
   * that of the machine.
   *
   * <p>The controller books up to 64 device clocks ahead, reads before batches of writes. Times in
   * picoseconds, latencies and tCCD_L in device clocks (half the transfer rate).
   *
   * @param name short name for reports
   * @param megatransfers million transfers a second on each data line
   * @param dataBits data lines; a burst of eight transfers is one access
   * @param bankGroups bank groups; sequential accesses alternate them
   * @param banks banks of a group
   * @param rowBytes bytes of an open row over all devices of the channel
   * @param cl read latency
   * @param cwl write latency
   * @param tccdl column commands of one bank group; those of different ones follow without gap
   * @param trcd activate to column command
   * @param trp precharge to activate
   * @param tras activate to precharge
   * @param trrd activate to activate
   * @param tfaw window of four activates
   * @param twr last write data to precharge
   * @param twtr last write data to read command
   * @param trtp read command to precharge
   * @param trefi refresh interval
   * @param trfc refresh duration
   * @param readLatency controller and interconnect, from the last data of an access to its beat
   * @param writeLatency from the last write beat to the response
   * @param readBuffer accesses under way to the port or waiting for it; bounds how far the memory
   *     runs ahead of a slower port
   */
  record Ddr(
      String name,
      int megatransfers,
      int dataBits,
      int bankGroups,
      int banks,
      int rowBytes,
      int cl,
      int cwl,
      int tccdl,
      int trcd,
      int trp,
      int tras,
      int trrd,
      int tfaw,
      int twr,
      int twtr,
      int trtp,
      int trefi,
      int trfc,
      int readLatency,
      int writeLatency,
      int readBuffer)
      implements MemoryModel {

    /**
     * DDR4-2400R, CL 17, 64 bits of x8 devices of 8 Gb: 19.2 GB/s. Speed bin and timings after
     * JEDEC JESD79-4 (1 KB page of a x8 device; tWTR is that of one bank group, tRFC1 of 8 Gb); the
     * controller's latencies and its buffer of 4 KB are assumptions, about those of FPGA
     * controllers.
     */
    public static final Ddr DDR4_2400 =
        new Ddr(
            "ddr4-2400",
            2400,
            64,
            4,
            4,
            8192,
            17,
            12,
            6,
            14_160,
            14_160,
            32_000,
            3_300,
            21_000,
            15_000,
            7_500,
            7_500,
            7_800_000,
            350_000,
            40_000,
            40_000,
            64);

    public Ddr {
      atLeast("megatransfers", megatransfers, 1);
      powerOfTwo("dataBits", dataBits);
      powerOfTwo("bankGroups", bankGroups);
      powerOfTwo("banks", banks);
      powerOfTwo("rowBytes", rowBytes);
      atLeast("rowBytes", rowBytes, dataBits);
      atLeast("tccdl", tccdl, 4);
      atLeast("readBuffer", readBuffer, 1);
      if (trefi <= (long) trp + trfc) {
        throw new IllegalArgumentException("trefi must be more than trp + trfc");
      }
    }

    @Override
    public String specification() {
      return ("ddr megatransfers=%d data_bits=%d bank_groups=%d banks=%d row_bytes=%d cl=%d cwl=%d"
              + " tccdl=%d trcd=%d trp=%d tras=%d trrd=%d tfaw=%d twr=%d twtr=%d trtp=%d trefi=%d"
              + " trfc=%d read_latency=%d write_latency=%d read_buffer=%d")
          .formatted(
              megatransfers,
              dataBits,
              bankGroups,
              banks,
              rowBytes,
              cl,
              cwl,
              tccdl,
              trcd,
              trp,
              tras,
              trrd,
              tfaw,
              twr,
              twtr,
              trtp,
              trefi,
              trfc,
              readLatency,
              writeLatency,
              readBuffer);
    }

    @Override
    public String label() {
      return name;
    }

    /** Bytes a second while data move. */
    public double peakBandwidth() {
      return megatransfers * 1e6 * dataBits / 8;
    }
  }

  /**
   * Everything that AXI allows a memory to do, at random: not ready, late, answers of different ids
   * out of order and interleaved. For regressions; the same seed gives the same run.
   *
   * @param seed of all choices
   * @param readyPercent chance of being ready, and of sending, in a cycle; 1 to 100
   * @param maxLatency largest extra delay of a burst in cycles, 1 or more
   * @param interleave whether answers of different ids overtake each other
   */
  record Random(long seed, int readyPercent, int maxLatency, boolean interleave)
      implements MemoryModel {
    public Random {
      if (readyPercent < 1 || readyPercent > 100) {
        throw new IllegalArgumentException(
            "readyPercent is " + readyPercent + " but must be 1 to 100");
      }
      atLeast("maxLatency", maxLatency, 1);
    }

    /** Ready half of the time, up to 40 cycles late, out of order. */
    public static Random of(long seed) {
      return new Random(seed, 50, 40, true);
    }

    @Override
    public String specification() {
      return "random seed=%s ready=%d latency=%d interleave=%d"
          .formatted(Long.toUnsignedString(seed), readyPercent, maxLatency, interleave ? 1 : 0);
    }

    @Override
    public String label() {
      return "random:" + seed;
    }
  }

  /** {@link Ideal} of one cycle. */
  MemoryModel IDEAL = new Ideal(1);

  /** Names that {@link #parse} understands, for help texts. */
  List<String> NAMES =
      List.of(
          "ideal",
          "fixed:LATENCY:BANDWIDTH",
          "shared:LATENCY:BANDWIDTH",
          "ddr4-2400",
          "random:SEED");

  /**
   * The model of a label.
   *
   * @throws IllegalArgumentException if there is none; the message lists the names
   */
  static MemoryModel parse(String text) {
    String[] parts = text.split(":", -1);
    try {
      if (parts.length == 1 && parts[0].equals("ideal")) {
        return IDEAL;
      }
      if (parts.length == 2 && parts[0].equals("ideal")) {
        return new Ideal(Integer.parseInt(parts[1]));
      }
      if (parts.length == 3 && parts[0].equals("fixed")) {
        return new Fixed(Integer.parseInt(parts[1]), Double.parseDouble(parts[2]));
      }
      if (parts.length == 3 && parts[0].equals("shared")) {
        return new Shared(Integer.parseInt(parts[1]), Double.parseDouble(parts[2]));
      }
      if (parts.length == 1 && parts[0].equals(Ddr.DDR4_2400.name())) {
        return Ddr.DDR4_2400;
      }
      if (parts.length == 2 && parts[0].equals("random")) {
        return Random.of(Long.parseLong(parts[1]));
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("memory model %s: not a number".formatted(text), e);
    }
    throw new IllegalArgumentException(
        "no memory model %s; there are %s".formatted(text, String.join(", ", NAMES)));
  }

  private static void atLeast(String parameter, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(
          "%s is %d but must be at least %d".formatted(parameter, value, least));
    }
  }

  private static void inRange(double beats, int most) {
    if (!(share(beats) >= 1 && beats <= most)) {
      throw new IllegalArgumentException(
          "bandwidth is %s beats a cycle but must be above 0 and at most %d"
              .formatted(beats, most));
    }
  }

  /** Beats a cycle in the 65536ths that the native side counts. */
  private static long share(double beats) {
    return Math.round(beats * 65536);
  }

  private static void powerOfTwo(String parameter, int value) {
    if (Integer.bitCount(value) != 1) {
      throw new IllegalArgumentException(
          "%s is %d but must be a power of two".formatted(parameter, value));
    }
  }
}
