package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.bits;
import static dev.heddle.hdl.Hdl.connect;
import static dev.heddle.hdl.Hdl.mux;
import static dev.heddle.hdl.Hdl.range;
import static dev.heddle.hdl.Hdl.reduce;
import static dev.heddle.hdl.Hdl.when;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Bundle;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.HdlException;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A sequence of payloads with flow control in both directions: a payload passes in each cycle in
 * which {@code valid} and {@code ready} are both one.
 *
 * <pre>
 *   clk      _/~\_/~\_/~\_/~\_/~\_/~\_
 *   payload  ---< A >-------< B     >-
 *   valid    ___/~~~\_______/~~~~~~~\_
 *   ready    ~~~~~~~~~~~\_______/~~~~~
 *                 A passes        B passes
 * </pre>
 *
 * Rules, for whoever drives and reads a stream:
 *
 * <ol>
 *   <li>The producer drives {@code valid} and {@code payload}, the consumer {@code ready}.
 *   <li>Once {@code valid} is one it stays one, with the same payload, until the payload passes.
 *   <li>{@code valid} does not depend combinationally on {@code ready}; {@code ready} may depend on
 *       {@code valid}.
 *   <li>{@code ready} may fall without a payload having passed.
 *   <li>{@code payload} has no meaning while {@code valid} is zero.
 *   <li>Both {@code valid} and {@code ready} are defined in every cycle after reset; {@code valid}
 *       is zero in reset.
 * </ol>
 *
 * Declared as {@code in(Stream.of(type))} by the consumer and {@code out(Stream.of(type))} by the
 * producer. In the Verilog a stream {@code x} is {@code x_valid}, {@code x_ready} and {@code
 * x_payload}, or {@code x_COMPONENT} for each component of a record.
 */
public class Stream<T extends Data> extends Bundle {
  /** Cycles that a payload takes through {@link #stage} and {@link #slice}. */
  public static final int SLICE_LATENCY = 1;

  private final Type<T> type;

  /** One when the producer offers a payload. */
  public final Bit valid;

  /** One when the consumer takes what is offered. */
  public final Bit ready;

  /** What is offered. */
  public final T payload;

  /** For buses that give the members names of their own. */
  protected Stream(Type<T> type) {
    this.type = type;
    valid = field(bit());
    ready = flip(bit());
    payload = field(type);
  }

  /** A stream made of signals that exist. */
  private Stream(Type<T> type, Bit valid, Bit ready, T payload) {
    this.type = type;
    this.valid = field(() -> valid);
    this.ready = flip(() -> ready);
    this.payload = field(() -> payload);
  }

  /** The type of a stream of {@code type}. */
  public static <T extends Data> Type<Stream<T>> of(Type<T> type) {
    return () -> new Stream<>(type);
  }

  /** The type of a payload. */
  public final Type<T> type() {
    return type;
  }

  /** One in each cycle in which a payload passes. */
  public final Bit fire() {
    return valid.and(ready);
  }

  // ---- payloads

  /** The same sequence with each payload replaced by a function of it; no latency, no register. */
  public final <R extends Data> Stream<R> map(Type<R> result, Function<T, R> function) {
    return new Stream<>(result, valid, ready, function.apply(payload));
  }

  /** The payloads for which {@code keep} is one; the others are taken and dropped. No latency. */
  public final Stream<T> filter(Function<T, Bit> keep) {
    Component owner = owner();
    Bit wanted = keep.apply(payload);
    Bit ready = owner.wire(bit());
    this.ready.set(ready.or(wanted.not()));
    return new Stream<>(type, valid.and(wanted), ready, payload);
  }

  /**
   * The same sequence, stopped while {@code halt} is one. No latency. To keep the rules of a stream
   * {@code halt} rises only together with a new payload: not while one is offered and waits.
   */
  public final Stream<T> haltWhen(Bit halt) {
    Component owner = owner();
    Bit ready = owner.wire(bit());
    this.ready.set(ready.andNot(halt));
    return new Stream<>(type, valid.andNot(halt), ready, payload);
  }

  // ---- register slices and queues

  /**
   * A register slice that cuts the forward path: {@code valid} and {@code payload} come from
   * registers, {@code ready} passes through. Latency {@value #SLICE_LATENCY} cycle.
   *
   * <pre>
   *   clk           _/~\_/~\_/~\_/~\_
   *   this.payload  &lt; A &gt;&lt; B &gt;-------
   *   result        -----&lt; A &gt;&lt; B &gt;--
   * </pre>
   */
  public final Stream<T> stage() {
    Component owner = owner();
    Bit full = owner.reg(bit(), 0);
    T data = owner.reg(type);
    Bit ready = owner.wire(bit());
    this.ready.set(ready.or(full.not()));
    when(
        this.ready,
        () -> {
          full.set(valid);
          connect(data, payload);
        });
    return new Stream<>(type, full, ready, data);
  }

  /** {@link #map} into a register slice that cuts the forward path. Latency 1 cycle. */
  public final <R extends Data> Stream<R> stage(Type<R> result, Function<T, R> function) {
    return map(result, function).stage();
  }

  /**
   * A register slice that cuts the backward path: {@code ready} comes from a register, {@code
   * valid} and {@code payload} pass through. A payload that arrives in the cycle in which the
   * reader stops waits in a spare register. Latency 0 cycles.
   *
   * <pre>
   *   clk           _/~\_/~\_/~\_/~\_/~\_
   *   this.payload  &lt; A &gt;&lt; B     &gt;&lt; C &gt;
   *   this.ready    ~~~~~~~~~\___/~~~~~~~
   *   result        &lt; A &gt;&lt; B     &gt;&lt; C &gt;
   *   result.ready  ~~~~~\___/~~~~~~~~~~~
   * </pre>
   */
  public final Stream<T> skid() {
    Component owner = owner();
    Bit held = owner.reg(bit(), 0);
    T kept = owner.reg(type);
    Bit ready = owner.wire(bit());
    Bit offered = valid.or(held);
    this.ready.set(held.not());
    held.set(offered.andNot(ready));
    when(held.not(), () -> connect(kept, payload));
    return new Stream<>(type, offered, ready, mux(held, kept, payload));
  }

  /**
   * A register slice that cuts both paths: nothing passes combinationally in either direction.
   * Latency {@value #SLICE_LATENCY} cycle.
   */
  public final Stream<T> slice() {
    Stream<T> kept = skid();
    return kept.stage();
  }

  /** The sequence through a {@link Fifo} of {@code depth} words. Latency 1 cycle. */
  public final Stream<T> queue(int depth) {
    Component owner = owner();
    Fifo<T> fifo = owner.inst(new Fifo<>(type, depth));
    connect(fifo.push, this);
    return fifo.pop;
  }

  // ---- several streams

  /**
   * {@code count} copies of the sequence. Each copy passes as soon as its reader is ready; a
   * payload leaves this stream when its last copy passes. No latency.
   */
  public final List<Stream<T>> fork(int count) {
    if (count < 1) {
      throw new HdlException("fork(%d): at least one copy is needed", count);
    }
    Component owner = owner();
    Vec<Bit> taken = owner.regs(count, bit(), 0);
    List<Stream<T>> copies = new ArrayList<>();
    List<Bit> done = new ArrayList<>();
    for (int i : range(count)) {
      Bit ready = owner.wire(bit());
      copies.add(new Stream<>(type, valid.andNot(taken.get(i)), ready, payload));
      done.add(taken.get(i).or(ready));
    }
    this.ready.set(reduce(done, Bit::and));
    for (int i : range(count)) {
      taken.get(i).set(valid.andNot(this.ready).and(done.get(i)));
    }
    return copies;
  }

  /**
   * Pairs of this stream and another: a payload of each passes together, combined by {@code
   * function}. No latency.
   */
  public final <U extends Data, R extends Data> Stream<R> join(
      Stream<U> other, Type<R> result, BiFunction<T, U, R> function) {
    Component owner = owner();
    Bit ready = owner.wire(bit());
    this.ready.set(ready.and(other.valid));
    other.ready.set(ready.and(valid));
    return new Stream<>(
        result, valid.and(other.valid), ready, function.apply(payload, other.payload));
  }

  /**
   * {@code count} streams, each payload in the one that {@code index} selects; an index beyond the
   * end stops the sequence. No latency.
   */
  public final List<Stream<T>> route(int count, Function<T, UInt> index) {
    Component owner = owner();
    UInt target = index.apply(payload);
    if (target.width() < bits(count)) {
      throw new HdlException(
          "%s is uint(%d), too narrow to select one of %d streams", target, target.width(), count);
    }
    List<Stream<T>> routes = new ArrayList<>();
    List<Bit> passes = new ArrayList<>();
    for (int i : range(count)) {
      Bit chosen = target.eq(i);
      Bit ready = owner.wire(bit());
      routes.add(new Stream<>(type, valid.and(chosen), ready, payload));
      passes.add(ready.and(chosen));
    }
    this.ready.set(reduce(passes, Bit::or));
    return routes;
  }

  /**
   * One stream of several: the next payload comes from the stream whose number {@code order} says.
   * One number of {@code order} passes with each payload. No latency.
   */
  public static <T extends Data> Stream<T> select(Stream<UInt> order, List<Stream<T>> streams) {
    Component owner = order.owner();
    UInt index = order.payload;
    Bit offered =
        order.valid.and(Vec.of(streams.stream().map(stream -> stream.valid).toList()).at(index));
    Bit ready = owner.wire(bit());
    order.ready.set(offered.and(ready));
    for (int i : range(streams.size())) {
      streams.get(i).ready.set(order.valid.and(ready).and(index.eq(i)));
    }
    T payload = Vec.of(streams.stream().map(stream -> stream.payload).toList()).at(index);
    return new Stream<>(streams.get(0).type, offered, ready, payload);
  }

  private Component owner() {
    return Component.of(valid);
  }

  @Override
  protected boolean isTransparent(Data member) {
    return member == payload && member instanceof Record;
  }
}
