package dev.heddle.accel;

import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.format.WeightLayout;
import dev.heddle.accel.isa.CompletionRecord;
import dev.heddle.accel.isa.Operation;
import java.util.ArrayList;
import java.util.List;

/**
 * The cycles in which something passes the ports of a machine that runs a list of a {@code MATMUL}
 * and an {@code END}, from the write of {@code DOORBELL} in cycle 0 to the interrupt. The product
 * is of one row tile of one block of Q8_0 with one vector, which is in the activation buffer.
 *
 * <p>Card memory takes an address in every cycle, answers {@code memoryLatency} cycles later with a
 * beat a cycle on each port, takes the data of a burst from the cycle after its address on, and
 * answers them {@code memoryLatency} cycles after the last. Weights and results begin at multiples
 * of 4 KB.
 */
public final class MatmulTimeline {
  /** Something that takes cycles side by side. */
  public enum Event {
    /** {@code DOORBELL} is written. */
    BELL('B', "`DOORBELL` is written"),
    /** The descriptor of the product. */
    MATMUL('M', "descriptor `MATMUL`"),
    /** The descriptor behind it. */
    END('E', "descriptor `END`"),
    /** Weights and their scales. */
    WEIGHTS('W', "weights"),
    /** A step of the multipliers. */
    STEP('X', "step of the multipliers"),
    /** Results. */
    RESULTS('R', "results"),
    /** The completion record. */
    RECORD('C', "completion record"),
    /** The interrupt. */
    INTERRUPT('I', "interrupt");

    private final char mark;
    private final String meaning;

    Event(char mark, String meaning) {
      this.mark = mark;
      this.meaning = meaning;
    }

    /** The letter that stands for it in a diagram. */
    public char mark() {
      return mark;
    }

    /** What it is. */
    public String meaning() {
      return meaning;
    }
  }

  /**
   * Cycles side by side in which something happens.
   *
   * @param event what
   * @param first the first cycle
   * @param cycles how many
   */
  public record Span(Event event, int first, int cycles) {
    /** The last cycle. */
    public int last() {
      return first + cycles - 1;
    }
  }

  /**
   * What happens at a place.
   *
   * @param bus the interface; what it is where it is none
   * @param channel the channel of AXI, in which something passes when valid and ready are one;
   *     empty for what has none
   * @param spans in the order of time
   */
  public record Row(String bus, String channel, List<Span> spans) {
    public Row {
      spans = List.copyOf(spans);
    }
  }

  private final List<Row> rows = new ArrayList<>();
  private final int cycles;

  /** The timeline of a machine with a memory. */
  public MatmulTimeline(MachineLatency latency, int memoryLatency) {
    Configuration configuration = latency.configuration();
    int beatBytes = configuration.beatBytes();
    int descriptorBeats = Operation.BYTES / beatBytes;
    Span bell = new Span(Event.BELL, 0, 1);
    Span listAddress = after(bell, latency.listAddress(), Event.MATMUL, 1);
    Span list = new Span(Event.MATMUL, listAddress.last() + memoryLatency, descriptorBeats);
    Span endAddress = after(list, latency.nextAddress(), Event.END, 1);
    Span end = new Span(Event.END, endAddress.last() + memoryLatency, descriptorBeats);

    WeightLayout layout =
        new WeightLayout(
            WeightFormat.Q8_0, configuration.rows(), WeightFormat.BLOCK, configuration);
    int weightBeats = Math.toIntExact(layout.portBeats());
    List<Row> reads = new ArrayList<>();
    int lastWeight = 0;
    for (int port = 0; port < configuration.ports(); port++) {
      boolean first = port == 0;
      int bursts = bursts(port * layout.portStride() / beatBytes, weightBeats);
      Span addresses = after(list, latency.weightsAddress(port), Event.WEIGHTS, bursts);
      int answered = addresses.first() + memoryLatency;
      Span beats =
          new Span(
              Event.WEIGHTS, first ? Math.max(answered, end.last() + 1) : answered, weightBeats);
      lastWeight = Math.max(lastWeight, beats.last());
      String bus = "m_axi_mem" + port;
      reads.add(
          new Row(
              bus, "ar", first ? List.of(listAddress, endAddress, addresses) : List.of(addresses)));
      reads.add(new Row(bus, "r", first ? List.of(list, end, beats) : List.of(beats)));
    }

    Span steps =
        new Span(Event.STEP, lastWeight + latency.firstStep().cycles(), configuration.steps());
    int resultBeats = configuration.rows() * Float.BYTES / beatBytes;
    Span resultAddress =
        after(steps, latency.resultAddress(), Event.RESULTS, bursts(0, resultBeats));
    int firstResult = steps.last() + latency.resultBeat().cycles();
    Span results =
        new Span(Event.RESULTS, Math.max(firstResult, resultAddress.first() + 1), resultBeats);
    Span resultResponse = new Span(Event.RESULTS, results.last() + memoryLatency, 1);
    Span recordAddress = after(resultResponse, latency.recordAddress(), Event.RECORD, 1);
    Span record =
        new Span(Event.RECORD, recordAddress.last() + 1, CompletionRecord.BYTES / beatBytes);
    Span recordResponse = new Span(Event.RECORD, record.last() + memoryLatency, 1);
    Span interrupt = after(recordResponse, latency.interrupt(), Event.INTERRUPT, 1);

    rows.add(new Row("s_axi_ctrl", "w", List.of(bell)));
    rows.addAll(reads);
    rows.add(new Row("multipliers", "", List.of(steps)));
    rows.add(new Row("m_axi_mem0", "aw", List.of(resultAddress, recordAddress)));
    rows.add(new Row("m_axi_mem0", "w", List.of(results, record)));
    rows.add(new Row("m_axi_mem0", "b", List.of(resultResponse, recordResponse)));
    rows.add(new Row("irq", "", List.of(interrupt)));
    cycles = interrupt.last() + 1;
  }

  private static Span after(Span before, MachineLatency.Interval way, Event event, int cycles) {
    return new Span(event, before.last() + way.cycles(), cycles);
  }

  /** Bursts of {@code beats} from beat {@code first} of a page on. */
  private static int bursts(long first, int beats) {
    int longest = CardMemory.BURST_BEATS;
    return (int) ((first + beats - 1) / longest - first / longest + 1);
  }

  /** What happens where. */
  public List<Row> rows() {
    return List.copyOf(rows);
  }

  /** The row of a channel of an interface. */
  public Row row(String bus, String channel) {
    return rows.stream()
        .filter(row -> row.bus().equals(bus) && row.channel().equals(channel))
        .findFirst()
        .orElseThrow();
  }

  /** Cycles up to the one in which the interrupt rises, that included. */
  public int cycles() {
    return cycles;
  }
}
