package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;

/**
 * Splits requests into bursts that are as long as {@link AxiLimits} allows, end at multiples of the
 * longest burst and never cross a 4 KB page.
 *
 * <pre>
 *   request       address .. |------------------------------------|
 *   boundaries    |       |       |       |       |       |       |   every burstBeats
 *   bursts                   |----|-------|-------|-------|-------|
 * </pre>
 *
 * One burst a cycle, across requests too; the first one {@value #LATENCY} cycles after its request.
 */
public final class AxiBurstSplitter extends Component {
  /** Cycles from a request to its first burst. */
  public static final int LATENCY = 2;

  /** What to split. */
  public final Stream<AxiRequest> requests;

  /** The bursts of all requests in order. */
  public final Stream<AxiBurst> bursts;

  /** One while there is no request inside. */
  public final Bit idle;

  private final AxiShape shape;
  private final int burstBeats;

  public AxiBurstSplitter(AxiShape shape, AxiLimits limits) {
    this.shape = shape;
    burstBeats = limits.burstBeats(shape);
    requests = in(Stream.of(AxiRequest.of(shape)));
    bursts = out(Stream.of(AxiBurst.of(shape)));
    idle = out(bit());
    document(
        "Splits requests of any number of beats into bursts of at most %d beats of %d bytes."
            .formatted(burstBeats, shape.bytes()));

    int offsetBits = Integer.numberOfTrailingZeros(burstBeats);
    int blockStart = shape.size() + offsetBits;

    Bit active = reg(bit(), 0);
    UInt block = reg(uint(shape.addressBits() - blockStart));
    UInt offset = reg(uint(Math.max(1, offsetBits)));
    UInt remaining = reg(uint(AxiRequest.BEATS_BITS));

    Bit full = reg(bit(), 0);
    AxiBurst burst = reg(AxiBurst.of(shape));

    UInt room = lit(burstBeats, offsetBits + 1).sub(offset).wrap(offsetBits + 1).asUInt();
    Bit last = remaining.le(room);
    UInt beats = mux(last, remaining.wrap(offsetBits + 1), room);
    Bit move = active.and(full.not().or(bursts.ready));
    Bit accept = active.not().or(move.and(last));

    requests.ready.set(accept);
    bursts.valid.set(full);
    connect(bursts.payload, burst);
    idle.set(active.or(full).not());

    when(bursts.ready, () -> full.set(false));
    when(
        move,
        () -> {
          full.set(true);
          UInt beatAddress = offsetBits == 0 ? block : cat(block, offset);
          burst.address().set(shape.size() == 0 ? beatAddress : beatAddress.shl(shape.size()));
          burst.length().set(beats.dec().wrap(Math.max(1, offsetBits)));
          burst.last().set(last);
          block.set(block.inc());
          offset.set(0);
          remaining.set(remaining.wrapSub(beats));
        });
    when(
        accept,
        () -> {
          UInt address = requests.payload.address();
          active.set(requests.valid.and(requests.payload.beats().any()));
          block.set(address.shr(blockStart));
          offset.set(offsetBits == 0 ? lit(0, 1) : address.slice(blockStart - 1, shape.size()));
          remaining.set(requests.payload.beats());
        });
    if (shape.size() > 0) {
      unused(requests.payload.address().slice(shape.size() - 1, 0));
    }
  }

  @Override
  protected String moduleName() {
    return "AxiBurstSplitter_%dx%d_b%d"
        .formatted(shape.addressBits(), shape.dataBits(), burstBeats);
  }
}
