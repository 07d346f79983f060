package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.HdlException;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import java.util.ArrayList;
import java.util.List;

/**
 * Lets a master with words of 32 bits use a memory with wider beats: each access is a burst of one
 * whole beat with id 0, of which a read takes its word, and a write has strobes for no other.
 *
 * <p>Address and data of a write pass together. Any number of writes and one read may be in flight.
 * No latency; a read takes an extra cycle before the next.
 */
public final class AxiLiteToAxi4 extends Component {
  private static final int WORD_BITS = 32;
  private static final int WORD_BYTES = WORD_BITS / 8;

  private final AxiShape shape;
  private final int addressBits;

  /** The master with words. */
  public final AxiLite words;

  /** The memory with beats. */
  public final Axi4 memory;

  /** An adapter for addresses of {@code addressBits}, at most those of the memory. */
  public AxiLiteToAxi4(int addressBits, AxiShape shape) {
    if (addressBits > shape.addressBits()) {
      throw new HdlException(
          "words at addresses of %d bits do not fit a memory of %d; give the memory as many",
          addressBits, shape.addressBits());
    }
    if (shape.dataBits() < WORD_BITS) {
      throw new HdlException(
          "a beat of %d bits cannot hold a word of %d", shape.dataBits(), WORD_BITS);
    }
    this.shape = shape;
    this.addressBits = addressBits;
    document("Words of 32 bits in a memory with beats of " + shape.dataBits() + " bits.");
    words = in(AxiLite.of(addressBits, WORD_BITS));
    memory = out(Axi4.of(shape));
    int wordsOfBeat = shape.bytes() / WORD_BYTES;

    // ---- writes
    Bit addressSent = reg(bit(), 0);
    Bit dataSent = reg(bit(), 0);
    Bit offered = words.aw.valid.and(words.w.valid);
    Bit written =
        offered.and(addressSent.or(memory.write.aw.ready)).and(dataSent.or(memory.write.w.ready));
    memory.write.aw.valid.set(offered.andNot(addressSent));
    memory.write.w.valid.set(offered.andNot(dataSent));
    words.aw.ready.set(written);
    words.w.ready.set(written);
    addressSent.set(offered.andNot(written).and(addressSent.or(memory.write.aw.ready)));
    dataSent.set(offered.andNot(written).and(dataSent.or(memory.write.w.ready)));
    connect(memory.write.aw.payload, beatOf(words.aw.payload));
    UInt writeWord = wordOf(words.aw.payload);
    List<UInt> data = new ArrayList<>();
    List<UInt> strobes = new ArrayList<>();
    for (int i : range(wordsOfBeat)) {
      Bit chosen = wordsOfBeat == 1 ? lit(true) : writeWord.eq(i);
      data.add(0, words.w.payload.data());
      strobes.add(0, mux(chosen, words.w.payload.strb(), lit(0, WORD_BYTES)));
    }
    connect(memory.write.w.payload, new AxiWrite.Beat(cat(data), cat(strobes), lit(true)));
    words.b.valid.set(memory.write.b.valid);
    words.b.payload.resp().set(memory.write.b.payload.resp());
    memory.write.b.ready.set(words.b.ready);

    // ---- reads
    Bit waiting = reg(bit(), 0);
    UInt readWord = nextWhen(words.ar.fire(), wordOf(words.ar.payload));
    memory.read.ar.valid.set(words.ar.valid.andNot(waiting));
    words.ar.ready.set(memory.read.ar.ready.andNot(waiting));
    connect(memory.read.ar.payload, beatOf(words.ar.payload));
    List<UInt> parts = new ArrayList<>();
    for (int i : range(wordsOfBeat)) {
      parts.add(memory.read.r.payload.data().slice(WORD_BITS * i + WORD_BITS - 1, WORD_BITS * i));
    }
    words.r.valid.set(memory.read.r.valid);
    words.r.payload.data().set(wordsOfBeat == 1 ? parts.get(0) : Vec.of(parts).at(readWord));
    words.r.payload.resp().set(memory.read.r.payload.resp());
    memory.read.r.ready.set(words.r.ready);
    when(words.ar.fire(), () -> waiting.set(true))
        .elseWhen(words.r.fire(), () -> waiting.set(false));

    unused(words.aw.payload);
    unused(words.ar.payload);
    unused(memory.write.b.payload.id());
    unused(memory.read.r.payload.id());
    unused(memory.read.r.payload.last());
    unused(readWord);
    unused(writeWord);
  }

  private AxiAddress beatOf(AxiLite.Address address) {
    UInt beat = cat(address.addr().slice(addressBits - 1, shape.size()), lit(0, shape.size()));
    return AxiAddress.incrementing(
        shape, lit(0, shape.idBits()), beat.pad(shape.addressBits()), lit(0, 8));
  }

  private UInt wordOf(AxiLite.Address address) {
    int wordShift = Integer.numberOfTrailingZeros(WORD_BYTES);
    return address.addr().slice(Math.max(wordShift, shape.size() - 1), wordShift);
  }

  @Override
  protected String moduleName() {
    return "AxiLiteToAxi4_%d_%dx%d".formatted(addressBits, shape.addressBits(), shape.dataBits());
  }
}
