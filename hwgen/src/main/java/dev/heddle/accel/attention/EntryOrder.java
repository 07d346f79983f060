package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.Stream;

/**
 * One stream of those of two sources, in the order of the entries: everything of an entry passes
 * from its source before anything of the next. No latency.
 *
 * @param <T> what the sources make of entries
 */
final class EntryOrder<T extends Data> extends Component {
  /** For each entry the number of its source. */
  final Stream<UInt> sources;

  /** What the sources make, each of its own entries. */
  final Vec<Stream<T>> inputs;

  /** What all entries give. */
  final Stream<T> output;

  /** Whether the last of an entry passes. */
  final Bit entryEnds;

  private final String name;

  /** Streams of {@code type}; {@code what} they carry is part of the module's name. */
  EntryOrder(String what, Type<T> type) {
    name = "EntryOrder_%s_%d".formatted(what, type.width());
    sources = in(Stream.of(uint(1)));
    inputs = in(2, Stream.of(type));
    output = out(Stream.of(type));
    entryEnds = in(bit());
    document("The %s of two sources in the order of the entries.".formatted(what));

    Stream<UInt> waiting = sources.queue(RowTag.ENTRIES);
    Bit second = waiting.payload.asBit();
    Stream<T> one = inputs.get(0);
    Stream<T> other = inputs.get(1);
    output.valid.set(waiting.valid.and(mux(second, other.valid, one.valid)));
    connect(output.payload, mux(second, other.payload, one.payload));
    Bit ready = waiting.valid.and(output.ready);
    one.ready.set(ready.andNot(second));
    other.ready.set(ready.and(second));
    waiting.ready.set(entryEnds);
  }

  @Override
  protected String moduleName() {
    return name;
  }
}
