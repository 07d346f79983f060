package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.MemoryField;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.Stream;

/**
 * Says what a {@link VectorLoader} loads for an entry: its keys or its values, in two pieces when a
 * gap lies between the first and the others.
 */
final class EntryJobs extends Component {
  /** Which vectors of an entry. */
  enum Kind {
    /** Keys, with the exponents. */
    KEYS(HeadEntry.KEY_ROWS, HeadEntry.KEY_LINES),
    /** Values. */
    VALUES(HeadEntry.VALUE_ROWS, HeadEntry.VALUE_LINES);

    private final MemoryField address;
    private final MemoryField lines;

    Kind(MemoryField address, MemoryField lines) {
      this.address = address;
      this.lines = lines;
    }
  }

  /** Entries. */
  final Stream<EntryCommand> entries;

  /** What is loaded for them. */
  final Stream<VectorLoader.Job> jobs;

  private final Kind kind;

  /** Jobs for ports of {@code memory}. */
  EntryJobs(AxiShape memory, Kind kind) {
    this.kind = kind;
    int addressBits = memory.addressBits();
    entries = in(Stream.of(EntryCommand.type()));
    jobs = out(Stream.of(VectorLoader.Job.of(memory)));
    document("Loads the %s of entries.".formatted(kind == Kind.KEYS ? "keys" : "values"));

    EntryCommand entry = entries.payload;
    unused(entry.entry());
    unused(entry.slot());
    Bit second = reg(bit(), 0);
    UInt keys = entry.field(HeadEntry.KEYS);
    UInt first = entry.field(HeadEntry.FIRST);
    UInt gap = entry.field(HeadEntry.GAP);
    UInt lines = entry.field(kind.lines, 2);
    Bit whole = gap.eq(0);
    UInt start = mux(second, first.wrapAdd(gap), lit(0, 32));
    UInt offset = start.shl(bits(GoldenHead.LINE)).pad(addressBits);
    UInt bytes = mux(lines.at(1), offset.shl(1).wrap(addressBits), offset.wrap(addressBits));
    UInt exponents =
        entry.field(HeadEntry.KEY_EXPONENTS, addressBits).wrapAdd(start.shl(1).pad(addressBits));
    UInt rest = keys.wrapSub(first);
    UInt vectors = mux(second, rest, mux(whole, keys, first));
    jobs.valid.set(entries.valid);
    connect(
        jobs.payload,
        new VectorLoader.Job(
            entry.field(kind.address, addressBits).wrapAdd(bytes), exponents, vectors, lines));
    Bit last = whole.or(second);
    entries.ready.set(jobs.ready.and(last));
    when(jobs.fire(), () -> second.set(last.not()));
  }

  @Override
  protected String moduleName() {
    return "EntryJobs_" + kind.name().toLowerCase(java.util.Locale.ROOT);
  }
}
