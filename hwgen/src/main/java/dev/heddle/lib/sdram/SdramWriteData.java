package dev.heddle.lib.sdram;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.AxiWriter;
import dev.heddle.lib.BlockRamFifo;
import dev.heddle.lib.Stream;

/**
 * Beats to write, buffered and cut into words: the beat in turn stands in a shift register whose
 * lowest word goes to the chip. A word is there three cycles after its beat at the latest.
 */
final class SdramWriteData extends Component {
  /** Words from which on a queue is in block memory. */
  private static final int BLOCK_DEPTH = 65;

  /** The beats. */
  final Stream<AxiWriter.Beat> beats;

  /** One when the word is written. */
  final Bit take = in(bit());

  /** Whether it is the last of its beat. */
  final Bit endsBeat = in(bit());

  /** The word in turn. */
  final UInt word;

  /** One for each byte of it that is not written. */
  final UInt mask;

  private final String name;

  /** A buffer of {@code depth} beats. */
  SdramWriteData(SdramLayout layout, int depth) {
    SdramDevice device = layout.device();
    name = "SdramWriteData_%s_b%d".formatted(layout.suffix(), depth);
    document("A buffer of %d beats to write, read word by word.".formatted(depth));
    beats = in(Stream.of(AxiWriter.Beat.of(layout.shape())));
    word = out(uint(device.dataBits()));
    mask = out(uint(device.bytes()));

    Stream<AxiWriter.Beat> buffered = buffer(depth);
    Bit full = reg(bit(), 0);
    AxiWriter.Beat beat = reg(AxiWriter.Beat.of(layout.shape()));
    Bit vacant = full.not().or(take.and(endsBeat));
    buffered.ready.set(vacant);
    word.set(beat.data().wrap(device.dataBits()));
    mask.set(beat.strobe().wrap(device.bytes()).not());
    Runnable load =
        () -> {
          full.set(buffered.valid);
          connect(beat, buffered.payload);
        };
    if (layout.wordsOfBeatBits() == 0) {
      when(vacant, load);
      unused(endsBeat);
    } else {
      when(vacant, load)
          .elseWhen(
              take,
              () -> {
                beat.data().set(beat.data().shr(device.dataBits()));
                beat.strobe().set(beat.strobe().shr(device.bytes()));
              });
    }
    check(take.not().or(full), "a word is written before it is there");
  }

  private Stream<AxiWriter.Beat> buffer(int depth) {
    if (depth < BLOCK_DEPTH) {
      return beats.queue(depth);
    }
    BlockRamFifo<AxiWriter.Beat> fifo = inst(new BlockRamFifo<>(beats.type(), depth));
    connect(fifo.push, beats);
    unused(fifo.level);
    return fifo.pop;
  }

  @Override
  protected String moduleName() {
    return name;
  }
}
