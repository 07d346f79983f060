package dev.heddle.accel.compact;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.CardMemory;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.ActivationImage;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.AxiAddress;
import dev.heddle.lib.AxiBurst;
import dev.heddle.lib.AxiRead;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiResponse;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.BlockRamFifo;
import dev.heddle.lib.Stream;

/**
 * Reads ranges of card memory that begin at a multiple of 64 bytes, in bursts of a line of 64
 * bytes: what {@link dev.heddle.lib.AxiReader} does for any range, in half the look-up tables.
 *
 * <p>Two lines are asked for ahead of the consumer, one where it takes its time. No burst crosses a
 * page of 4 KB, as none crosses a line. Latency: the address a cycle after the request, a beat two
 * cycles after it arrives.
 */
final class LineReader extends Component {
  /** Lines that are asked for and not used up. */
  private static final int LINES = 2;

  /** The ranges; taken when all of the one before is asked for. */
  final Stream<AxiRequest> requests;

  /** The memory. */
  final AxiRead memory;

  /** The beats of all requests in order. */
  final Stream<UInt> beats;

  /** One in each cycle in which a beat with an error response arrives. */
  final Bit error;

  /** The reader of {@code configuration}. */
  LineReader(Configuration configuration) {
    AxiShape shape = CardMemory.master(configuration);
    requests = in(Stream.of(AxiRequest.of(shape)));
    memory = out(AxiRead.of(shape));
    beats = out(Stream.of(uint(shape.dataBits())));
    error = out(bit());
    document("Reads memory line by line.");
    parameter("PORT_BITS", shape.dataBits());

    int lineBeats = ActivationImage.ALIGNMENT / shape.bytes();
    int lineBits = Integer.numberOfTrailingZeros(ActivationImage.ALIGNMENT);
    Bit active = reg(bit(), 0);
    int addressBits = CardMemory.addressBits(configuration);
    UInt line = reg(uint(addressBits - lineBits));
    UInt lines = reg(uint(addressBits - lineBits));
    UInt lastBeats = reg(uint(bits(lineBeats)));
    Bit last = lines.eq(0);

    // Beats that are asked for and have not left.
    UInt open = reg(uint(bits(LINES * lineBeats + 1)), 0);
    Bit room = open.le(lit((LINES - 1) * lineBeats, open.width()));
    UInt lineLength = lit(lineBeats - 1, lastBeats.width());
    UInt length = mux(last, lastBeats, lineLength);
    memory.ar.valid.set(active.and(room));
    Bit asked = memory.ar.fire();
    connect(
        memory.ar.payload,
        AxiAddress.incrementing(
            shape,
            lit(0, shape.idBits()),
            cat(line, lit(0, lineBits)).pad(shape.addressBits()),
            length.pad(AxiBurst.LENGTH_BITS)));
    requests.ready.set(active.not());
    UInt beatsLess = requests.payload.beats().dec();
    when(
            requests.fire(),
            () -> {
              active.set(requests.payload.beats().any());
              line.set(requests.payload.address().shr(lineBits).wrap(line.width()));
              lines.set(beatsLess.shr(lastBeats.width()).wrap(lines.width()));
              lastBeats.set(beatsLess.wrap(lastBeats.width()));
            })
        .elseWhen(
            asked,
            () -> {
              active.set(last.not());
              line.set(line.inc());
              lines.set(lines.dec());
            });
    unused(requests.payload.address());

    BlockRamFifo<UInt> buffer =
        inst("buffer", new BlockRamFifo<>(like(beats.payload), LINES * lineBeats));
    buffer.push.valid.set(memory.r.valid);
    buffer.push.payload.set(memory.r.payload.data());
    memory.r.ready.set(true);
    check(memory.r.valid.not().or(buffer.push.ready), "a beat arrives that has no room");
    unused(buffer.push.ready);
    unused(buffer.level);
    unused(memory.r.payload.id());
    unused(memory.r.payload.last());
    unused(memory.r.payload.resp());
    connect(beats, buffer.pop);
    UInt added = mux(asked, length.add(1), lit(0, lastBeats.width() + 1));
    open.set(open.add(added).sub(beats.fire().asUInt()).wrap(open.width()).asUInt());
    error.set(memory.r.valid.and(AxiResponse.isError(memory.r.payload.resp())));
  }
}
