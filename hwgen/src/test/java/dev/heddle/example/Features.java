package dev.heddle.example;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.BlackBox;
import dev.heddle.hdl.ClockDomain;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Mem;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.State;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.Stream;
import java.math.BigInteger;
import java.util.List;

/** A corner of everything: streams, records, vecs, memories, tables, two clocks, properties. */
public final class Features extends Component {
  /** A sample and its place. */
  public record Sample(SInt level, UInt place) implements Data {}

  enum Power {
    OFF,
    ON
  }

  enum Phase {
    IDLE,
    FILL,
    DRAIN
  }

  /** A clock buffer of somebody else. */
  public static final class Buffer extends BlackBox {
    public final UInt value = in(uint(4));
    public final UInt delayed = out(uint(4));

    Buffer() {
      parameter("STAGES", 3);
    }
  }

  public final Stream<Sample> source;
  public final Stream<Sample> sink;
  public final Vec<SInt> taps;
  public final Bit stop;
  public final UInt code;
  public final UInt spare;
  public final SInt weighted;
  public final UInt word;
  public final UInt squares;
  public final UInt buffered;
  public final Bit full;
  public final UInt state;
  public final UInt level;
  public final Bit remote;
  public final Bit caught;

  public Features() {
    document("A corner of everything.");
    parameter("TAPS", 3);
    source = in(Stream.of(samples()));
    sink = out(Stream.of(samples()));
    taps = in(3, sint(6));
    stop = in(bit());
    code = in(uint(4));
    spare = in(uint(3));
    weighted = out(sint(20));
    word = out(uint(16));
    squares = out(uint(8));
    buffered = out(uint(4));
    full = out(bit());
    state = out(uint(2));
    level = out(uint(8));
    ClockDomain slow = clockDomain("slow");
    remote = in(slow, bit());
    caught = out(slow, bit());
    unused(spare);

    Bit valid = reg(bit(), 0);
    Sample held = reg(samples());
    source.ready.set(valid.not().or(sink.ready));
    when(source.ready, () -> valid.set(source.valid));
    when(source.fire(), () -> connect(held, source.payload));
    sink.valid.set(valid);
    connect(sink.payload, held);

    SInt total = sum(List.of(taps.get(0).mul(held.level()), taps.get(1).neg(), taps.get(2)));
    weighted.set(total.sat(12));

    Mem<UInt> ram = blockMem(uint(16), 16);
    when(stop.not(), () -> ram.write(code, cat(held.place(), held.level()).pad(16), code));
    UInt stored = ram.readSync(code, stop);
    word.set(stored);
    List<BigInteger> numbers = new java.util.ArrayList<>();
    for (long i = 0; i < 16; i++) {
      numbers.add(BigInteger.valueOf(i * i));
    }
    Mem<UInt> square = table(uint(8), numbers);
    squares.set(square.read(code));

    Buffer buffer = inst(new Buffer());
    buffer.value.set(code);
    buffered.set(buffer.delayed);

    State<Power> power = state(Power.OFF);
    State<Phase> phase = state(Phase.IDLE);
    when(stop, () -> power.set(Power.OFF)).otherwise(() -> power.set(Power.ON));
    UInt count = reg(uint(8), 0);
    match(
        phase,
        p ->
            switch (p) {
              case IDLE -> () -> when(power.is(Power.ON), () -> phase.set(Phase.FILL));
              case FILL ->
                  () -> {
                    count.set(count.inc());
                    when(count.eq(200), () -> phase.set(Phase.DRAIN))
                        .elseWhen(stop, () -> phase.set(Phase.IDLE));
                  };
              case DRAIN ->
                  () -> {
                    when(
                            count.ne(0),
                            () -> {
                              when(code.eq(0), () -> count.set(count.dec()))
                                  .otherwise(() -> count.set(count.shr(1)));
                            })
                        .otherwise(() -> phase.set(Phase.IDLE));
                  };
            });
    match(
        phase,
        p ->
            switch (p) {
              case IDLE -> () -> state.set(0);
              case FILL -> () -> state.set(1);
              case DRAIN -> () -> state.set(mux(stop, lit(2), lit(3)));
            });
    full.set(phase.is(Phase.DRAIN));
    level.set(count);
    check(count.lt(202), "the count stays below its limit");
    when(stop, () -> assume(code.lt(9), "codes stay small"));
    cover(count.eq(7), "seven");

    clocked(
        slow,
        () -> {
          Bit seen = capture(stop, 0);
          caught.set(next(seen, 0).and(remote));
        });
  }

  static Type<Sample> samples() {
    return () -> new Sample(sint(9).make(), uint(5).make());
  }
}
