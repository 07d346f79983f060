package dev.heddle.lib.sdram;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.AxiReader;
import dev.heddle.lib.BlockRamFifo;
import dev.heddle.lib.Delay;
import dev.heddle.lib.Stream;

/**
 * Gathers the words that were read into beats and buffers them; {@link AxiReader.Beat#last} marks
 * the end of a burst. Whoever gives the READs sees to it that there is room.
 *
 * <pre>
 *   clk     _/~\_/~\_/~\_/~\_/~\_/~\_/~\_      CAS latency of 2 cycles, pinDelay 0
 *   read    _/~~~\_______________________
 *   pins    -----&lt;READ&gt;------------------
 *   dq      -------------&lt;WORD&gt;----------
 *   word    -----------------&lt;WORD&gt;------
 * </pre>
 */
final class SdramReadData extends Component {
  /** Words from which on a queue is in block memory. */
  private static final int BLOCK_DEPTH = 65;

  private static final int REGISTERS = 2;

  /** The data pins. */
  final UInt dq;

  /** One when a READ is given. */
  final Bit read = in(bit());

  /** Whether its word is the last of a beat. */
  final Bit endsBeat = in(bit());

  /** Whether its word is the last of a burst. */
  final Bit endsBurst = in(bit());

  /** The beats. */
  final Stream<AxiReader.Beat> beats;

  private final String name;

  /** What is known of a word before it comes. */
  private record Marks(Bit endsBeat, Bit endsBurst) implements Data {}

  /**
   * A buffer of {@code depth} beats.
   *
   * @param latency cycles from a READ on the pins to its word on the pins
   */
  SdramReadData(SdramLayout layout, int latency, int depth) {
    SdramDevice device = layout.device();
    name = "SdramReadData_%s_b%d".formatted(layout.suffix(), depth);
    document(
        "Gathers the words that were read into beats, %d of which have room.".formatted(depth));
    dq = in(uint(device.dataBits()));
    beats = out(Stream.of(AxiReader.Beat.of(layout.shape())));

    UInt word = next(dq);
    int cycles = latency + REGISTERS;
    Bit comes = Delay.of(this, cycles, read, 0);
    Marks marks = Delay.of(this, cycles, new Marks(endsBeat, endsBurst));

    Stream<AxiReader.Beat> gathered = wire(Stream.of(beats.type()));
    int wordBits = device.dataBits();
    int beatBits = layout.shape().dataBits();
    if (beatBits == wordBits) {
      gathered.valid.set(comes);
      gathered.payload.data().set(word);
      unused(marks.endsBeat());
    } else {
      UInt parts = reg(uint(beatBits - wordBits));
      UInt data = cat(word, parts);
      gathered.valid.set(comes.and(marks.endsBeat()));
      gathered.payload.data().set(data);
      when(comes, () -> parts.set(data.slice(beatBits - 1, wordBits)));
    }
    gathered.payload.last().set(marks.endsBurst());
    check(gathered.valid.not().or(gathered.ready), "a beat was read without room for it");
    unused(gathered.ready);
    connect(beats, buffer(gathered, depth));
  }

  private Stream<AxiReader.Beat> buffer(Stream<AxiReader.Beat> gathered, int depth) {
    if (depth < BLOCK_DEPTH) {
      return gathered.queue(depth);
    }
    BlockRamFifo<AxiReader.Beat> fifo = inst(new BlockRamFifo<>(gathered.type(), depth));
    connect(fifo.push, gathered);
    unused(fifo.level);
    return fifo.pop;
  }

  @Override
  protected String moduleName() {
    return name;
  }
}
