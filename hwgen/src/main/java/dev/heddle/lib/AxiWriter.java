package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;

/**
 * Writes a stream of beats to ranges of memory over AXI4.
 *
 * <pre>
 *             +----------+        +-------+
 *   requests -> splitter |------->| stage |--> memory.aw
 *             +----------+ length +-------+
 *                            |
 *                        +---v----+
 *                 beats -> frames |----------> memory.w
 *                        +--------+
 *                        done, error <-------- memory.b     bready is always one
 * </pre>
 *
 * Bursts follow {@link AxiBurstSplitter} and have id 0. Data passes as soon as the address of its
 * burst is offered, without waiting for the memory to take the address; the address does not wait
 * for data. One beat a cycle, one burst a cycle. Latency: the address {@value #ADDRESS_LATENCY}
 * cycles after the request; beats pass combinationally, and {@link #idle} is one {@value
 * #IDLE_LATENCY} cycle after the last response.
 */
public final class AxiWriter extends Component {
  /** Cycles from a request to the address of its first burst. */
  public static final int ADDRESS_LATENCY = AxiBurstSplitter.LATENCY + 1;

  /** Cycles from the last response to {@link #idle}. */
  public static final int IDLE_LATENCY = 1;

  /** The ranges to write. */
  public final Stream<AxiRequest> requests;

  /** The beats of all requests in order. */
  public final Stream<Beat> beats;

  /** The memory. */
  public final AxiWrite memory;

  /**
   * One for a cycle when all responses of a request have arrived; in the order of the requests,
   * never for a request of zero beats.
   */
  public final Bit done;

  /** One in each cycle in which an error response arrives. */
  public final Bit error;

  /** One while no request is inside and all responses have arrived. */
  public final Bit idle;

  private final String name;

  /**
   * A beat to write.
   *
   * @param data the bytes, the lowest address in the lowest bits
   * @param strobe one bit for each byte that is written
   */
  public record Beat(UInt data, UInt strobe) implements Data {
    /** The type of a beat on an interface of this shape. */
    public static Type<Beat> of(AxiShape shape) {
      return () -> new Beat(uint(shape.dataBits()).make(), uint(shape.bytes()).make());
    }

    /** A beat that writes all its bytes. */
    public static Beat whole(UInt data) {
      return new Beat(data, fill(data.width() / 8, lit(true)));
    }
  }

  /** A writer. */
  public AxiWriter(AxiShape shape, AxiLimits limits) {
    int burstBeats = limits.burstBeats(shape);
    name =
        "AxiWriter_%dx%d_b%d_o%d"
            .formatted(shape.addressBits(), shape.dataBits(), burstBeats, limits.outstanding());
    document(
        "Writes memory in bursts of at most %d beats, %d outstanding."
            .formatted(burstBeats, limits.outstanding()));
    requests = in(Stream.of(AxiRequest.of(shape)));
    beats = in(Stream.of(Beat.of(shape)));
    memory = out(AxiWrite.of(shape));
    done = out(bit());
    error = out(bit());
    idle = out(bit());

    AxiBurstSplitter splitter = inst(new AxiBurstSplitter(shape, limits));
    connect(splitter.requests, requests);
    Stream<AxiBurst> bursts = splitter.bursts;
    int depth = Math.max(2, limits.outstanding());
    // For each burst in flight, whether it ends its request.
    Fifo<Bit> order = inst(new Fifo<>(bit(), depth));
    Fifo<UInt> lengths = inst(new Fifo<>(uint(AxiBurst.LENGTH_BITS), depth));

    Bit addressFull = reg(bit(), 0);
    UInt address = reg(uint(shape.addressBits()));
    UInt length = reg(uint(AxiBurst.LENGTH_BITS));
    Bit granted = order.level.ne(limits.outstanding()).and(addressFull.not().or(memory.aw.ready));
    Bit issue = bursts.valid.and(granted);
    bursts.ready.set(granted);
    order.push.valid.set(issue);
    order.push.payload.set(bursts.payload.last());
    lengths.push.valid.set(issue);
    lengths.push.payload.set(bursts.payload.length());
    when(memory.aw.ready, () -> addressFull.set(false));
    when(
        issue,
        () -> {
          addressFull.set(true);
          address.set(bursts.payload.address());
          length.set(bursts.payload.length());
        });
    memory.aw.valid.set(addressFull);
    connect(
        memory.aw.payload, AxiAddress.incrementing(shape, lit(0, shape.idBits()), address, length));

    Bit sending = reg(bit(), 0);
    UInt left = reg(uint(AxiBurst.LENGTH_BITS));
    Bit lastBeat = left.eq(0);
    Bit sent = sending.and(beats.valid).and(memory.w.ready);
    Bit vacant = sending.not().or(sent.and(lastBeat));
    memory.w.valid.set(sending.and(beats.valid));
    beats.ready.set(sending.and(memory.w.ready));
    connect(
        memory.w.payload,
        new AxiWrite.Beat(beats.payload.data(), beats.payload.strobe(), lastBeat));
    lengths.pop.ready.set(vacant);
    when(sent, () -> left.set(left.dec()));
    when(
        vacant,
        () -> {
          sending.set(lengths.pop.valid);
          left.set(lengths.pop.payload);
        });

    AxiWrite.Response response = memory.b.payload;
    memory.b.ready.set(true);
    order.pop.ready.set(memory.b.valid);
    done.set(memory.b.valid.and(order.pop.payload));
    error.set(memory.b.valid.and(AxiResponse.isError(response.resp())));
    idle.set(splitter.idle.and(order.level.eq(0)));
    check(memory.b.valid.not().or(order.pop.valid), "a response arrives without a burst");
    check(
        issue.not().or(order.push.ready.and(lengths.push.ready)),
        "more bursts in flight than allowed");
    unused(order.push.ready);
    unused(order.pop.valid);
    unused(lengths.push.ready);
    unused(response.id());
    unused(response.resp());
  }

  @Override
  protected String moduleName() {
    return name;
  }
}
