package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.bits;
import static dev.heddle.hdl.Hdl.mux;
import static dev.heddle.hdl.Hdl.uint;
import static dev.heddle.hdl.Hdl.unused;
import static dev.heddle.hdl.Hdl.when;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.HdlException;
import dev.heddle.hdl.Mem;
import dev.heddle.hdl.UInt;

/**
 * Memory on the chip behind AXI4: the card memory of boards that have no other.
 *
 * <p>It serves one burst at a time, reads and writes in turns when both wait; incrementing bursts
 * of full beats. A beat passes in each cycle; a burst takes a cycle more than it has beats, a read
 * another for its first beat. The memory has one port, for a read or a write in each cycle, so that
 * it may be single-ported RAM. A burst that does not lie in the memory is answered with {@link
 * AxiResponse#SLVERR} and changes nothing.
 *
 * <pre>
 *   clk       _/~\_/~\_/~\_/~\_/~\_
 *   ar        &lt; A &gt;________________
 *   address   -----&lt; A &gt;&lt;A+1&gt;------
 *   r         ----------&lt; A &gt;&lt;A+1&gt;-
 * </pre>
 */
public final class AxiMemory extends Component {
  /** What is stored; addresses from 0. */
  public final Axi4 bus;

  private final String name;

  /** {@code bytes} of memory, a power of two and at least two beats. */
  public AxiMemory(AxiShape shape, long bytes) {
    int words = (int) Math.min(Integer.MAX_VALUE, bytes / shape.bytes());
    if (Long.bitCount(bytes) != 1 || words < 2) {
      throw new HdlException(
          "a memory of %d bytes; it needs a power of two and at least %d",
          bytes, 2 * shape.bytes());
    }
    name =
        "AxiMemory_%dx%d_a%d_i%d"
            .formatted(shape.dataBits(), words, shape.addressBits(), shape.idBits());
    document("Memory of %d words of %d bits.".formatted(words, shape.dataBits()));
    bus = in(Axi4.of(shape));
    Mem<UInt> memory = mem(uint(shape.dataBits()), words);
    int placeBits = bits(words);

    // ---- the burst that is served
    Bit reading = reg(bit(), 0);
    Bit writing = reg(bit(), 0);
    Bit readLast = reg(bit(), 0);
    UInt id = reg(uint(shape.idBits()));
    UInt place = reg(uint(placeBits));
    UInt left = reg(uint(AxiBurst.LENGTH_BITS));
    Bit outside = reg(bit());
    Bit idle = reading.or(writing).not();

    // ---- answers
    Bit dataValid = reg(bit(), 0);
    Bit dataLast = reg(bit());
    UInt dataId = reg(uint(shape.idBits()));
    Bit dataOutside = reg(bit());
    Bit dataMoves = dataValid.not().or(bus.read.r.ready);
    Bit answered = reg(bit(), 0);
    UInt answerId = reg(uint(shape.idBits()));
    Bit answerOutside = reg(bit());

    Bit startWrite =
        idle.and(bus.write.aw.valid).andNot(answered).and(readLast.or(bus.read.ar.valid.not()));
    Bit startRead = idle.and(bus.read.ar.valid).andNot(startWrite);
    bus.write.aw.ready.set(startWrite);
    bus.read.ar.ready.set(startRead);
    AxiAddress write = bus.write.aw.payload;
    AxiAddress read = bus.read.ar.payload;
    unused(write);
    unused(read);
    UInt address = mux(startWrite, write.addr(), read.addr());
    when(
        idle,
        () -> {
          reading.set(startRead);
          writing.set(startWrite);
          id.set(mux(startWrite, write.id(), read.id()));
          place.set(address.shr(shape.size()).wrap(placeBits));
          left.set(mux(startWrite, write.len(), read.len()));
          outside.set(address.shr(Long.numberOfTrailingZeros(bytes)).ne(0));
        });
    when(startRead, () -> readLast.set(true)).elseWhen(startWrite, () -> readLast.set(false));

    // ---- beats
    Bit readMoves = reading.and(dataMoves);
    Bit writeMoves = writing.and(bus.write.w.valid);
    bus.write.w.ready.set(writing);
    unused(bus.write.w.payload.last());
    Bit ends = left.eq(0);
    when(
        readMoves.or(writeMoves),
        () -> {
          place.set(place.inc());
          left.set(left.dec());
          when(
              ends,
              () -> {
                reading.set(false);
                writing.set(false);
              });
        });
    when(
        writeMoves.andNot(outside),
        () -> memory.write(place, bus.write.w.payload.data(), bus.write.w.payload.strb()));
    // Never true with a write, and so that synthesis sees it: one port does for both.
    UInt data = memory.readSync(place, readMoves.andNot(writing));
    when(
        dataMoves,
        () -> {
          dataValid.set(reading);
          dataLast.set(ends);
          dataId.set(id);
          dataOutside.set(outside);
        });
    bus.read.r.valid.set(dataValid);
    bus.read.r.payload.data().set(data);
    bus.read.r.payload.id().set(dataId);
    bus.read.r.payload.last().set(dataLast);
    bus.read.r.payload.resp().set(response(dataOutside));
    when(
            writeMoves.and(ends),
            () -> {
              answered.set(true);
              answerId.set(id);
              answerOutside.set(outside);
            })
        .elseWhen(bus.write.b.ready, () -> answered.set(false));
    bus.write.b.valid.set(answered);
    bus.write.b.payload.id().set(answerId);
    bus.write.b.payload.resp().set(response(answerOutside));
  }

  private static UInt response(Bit outside) {
    return mux(outside, AxiResponse.SLVERR.literal(), AxiResponse.OKAY.literal());
  }

  @Override
  protected String moduleName() {
    return name;
  }
}
