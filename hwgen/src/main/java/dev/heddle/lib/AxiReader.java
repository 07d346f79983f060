package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;
import java.util.Optional;

/**
 * Reads ranges of memory over AXI4 as a stream of beats, in the order of the requests.
 *
 * <pre>
 *             +----------+ burst  +--------+
 *   requests -> splitter |------->| credit |--> memory.ar
 *             +----------+        +---^----+
 *                                     | a beat has left
 *                                 +---+----+
 *                        beats <--| buffer |<-- memory.r     rready is always one
 *                                 +--------+
 * </pre>
 *
 * Bursts follow {@link AxiBurstSplitter} and have id 0. A burst is requested only when the buffer
 * has room for all its beats, so the reader never stalls the memory, and masters that share a port
 * never wait for each other's consumers.
 *
 * <p>With a memory that accepts a burst in each cycle and returns its first beat L cycles later,
 * one beat a cycle is sustained when {@code bufferBeats} and the beats of {@code outstanding}
 * bursts are at least L + 4. Latency: the address {@value #ADDRESS_LATENCY} cycles after the
 * request, a beat {@value #BEAT_LATENCY} cycles after it arrives.
 *
 * <p>{@link #unbuffered} is for consumers that always take what they asked for: no buffer, {@code
 * beats.ready} is always one, and a beat passes in the cycle in which it arrives.
 */
public final class AxiReader extends Component {
  /** Cycles from a request to the address of its first burst. */
  public static final int ADDRESS_LATENCY = AxiBurstSplitter.LATENCY;

  /** Cycles that a beat takes through the buffer. */
  public static final int BEAT_LATENCY = BlockRamFifo.LATENCY;

  /** The ranges to read. */
  public final Stream<AxiRequest> requests;

  /** The memory. */
  public final AxiRead memory;

  /** The beats of all requests in order. */
  public final Stream<Beat> beats;

  /**
   * One in each cycle in which a beat with an error response arrives. The beat is delivered with
   * the data that came with it.
   */
  public final Bit error;

  /** One while no request is inside and all beats have left. */
  public final Bit idle;

  private final String name;

  /**
   * A beat that was read.
   *
   * @param data the bytes, the lowest address in the lowest bits
   * @param last one in the last beat of a request
   */
  public record Beat(UInt data, Bit last) implements Data {
    /** The type of a beat on an interface of this shape. */
    public static Type<Beat> of(AxiShape shape) {
      return () -> new Beat(uint(shape.dataBits()).make(), bit().make());
    }
  }

  /** A reader without a buffer, for a consumer that always takes the beats it asked for. */
  public static AxiReader unbuffered(AxiShape shape, AxiLimits limits) {
    return new AxiReader(shape, limits, Optional.empty());
  }

  /** A reader with room for all beats that {@code limits} allows in flight. */
  public AxiReader(AxiShape shape, AxiLimits limits) {
    this(shape, limits, limits.beatsInFlight(shape));
  }

  /**
   * A reader.
   *
   * @param bufferBeats beats requested and not yet taken, at least one burst
   */
  public AxiReader(AxiShape shape, AxiLimits limits, int bufferBeats) {
    this(shape, limits, Optional.of(bufferBeats));
  }

  private AxiReader(AxiShape shape, AxiLimits limits, Optional<Integer> bufferBeats) {
    int burstBeats = limits.burstBeats(shape);
    if (bufferBeats.isPresent() && bufferBeats.get() < burstBeats) {
      throw new IllegalArgumentException(
          "a buffer of %d beats cannot hold a burst of %d"
              .formatted(bufferBeats.get(), burstBeats));
    }
    name =
        "AxiReader_%dx%d_b%d_o%d%s"
            .formatted(
                shape.addressBits(),
                shape.dataBits(),
                burstBeats,
                limits.outstanding(),
                bufferBeats.map(beats -> "_f" + beats).orElse(""));
    document(
        "Reads memory in bursts of at most %d beats, %d outstanding, %s."
            .formatted(
                burstBeats,
                limits.outstanding(),
                bufferBeats.map(beats -> beats + " beats of buffer").orElse("no buffer")));
    requests = in(Stream.of(AxiRequest.of(shape)));
    memory = out(AxiRead.of(shape));
    beats = out(Stream.of(Beat.of(shape)));
    error = out(bit());
    idle = out(bit());

    AxiBurstSplitter splitter = inst(new AxiBurstSplitter(shape, limits));
    connect(splitter.requests, requests);
    Stream<AxiBurst> bursts = splitter.bursts;

    // For each burst in flight, whether it ends its request.
    Fifo<Bit> order = inst(new Fifo<>(bit(), Math.max(2, limits.outstanding())));
    UInt needed = bursts.payload.length().add(1);
    Bit room = bufferBeats.isPresent() ? named("room", wire(bit())) : lit(true);
    Bit granted = room.and(order.level.ne(limits.outstanding()));
    Bit issue = bursts.valid.and(granted).and(memory.ar.ready);
    memory.ar.valid.set(bursts.valid.and(granted));
    bursts.ready.set(granted.and(memory.ar.ready));
    connect(
        memory.ar.payload,
        AxiAddress.incrementing(
            shape, lit(0, shape.idBits()), bursts.payload.address(), bursts.payload.length()));
    order.push.valid.set(issue);
    order.push.payload.set(bursts.payload.last());

    AxiRead.Beat beat = memory.r.payload;
    memory.r.ready.set(true);
    order.pop.ready.set(memory.r.valid.and(beat.last()));
    Stream<Beat> arriving = wire(Stream.of(Beat.of(shape)));
    arriving.valid.set(memory.r.valid);
    connect(arriving.payload, new Beat(beat.data(), beat.last().and(order.pop.payload)));
    Bit settled = splitter.idle.and(order.level.eq(0));
    if (bufferBeats.isPresent()) {
      int depth = bufferBeats.get();
      BlockRamFifo<Beat> buffer =
          inst("buffer", new BlockRamFifo<>(Beat.of(shape), Math.max(2, depth)));
      UInt free = named("free", reg(uint(bits(depth + 1)), depth));
      UInt taken = mux(issue, needed, 0);
      room.set(needed.le(free));
      free.set(free.add(beats.fire().asUInt()).sub(taken).wrap(free.width()).asUInt());
      connect(buffer.push, arriving);
      connect(beats, buffer.pop);
      settled = settled.and(buffer.level.eq(0));
    } else {
      unused(needed);
      connect(beats, arriving);
    }

    error.set(memory.r.valid.and(AxiResponse.isError(beat.resp())));
    idle.set(settled);
    check(memory.r.valid.not().or(order.pop.valid), "a beat arrives that was not requested");
    check(memory.r.valid.not().or(arriving.ready), "a beat arrives that has no room");
    check(issue.not().or(order.push.ready), "more bursts in flight than allowed");
    unused(order.push.ready);
    unused(order.pop.valid);
    unused(arriving.ready);
    unused(beat.id());
    unused(beat.resp());
  }

  @Override
  protected String moduleName() {
    return name;
  }
}
