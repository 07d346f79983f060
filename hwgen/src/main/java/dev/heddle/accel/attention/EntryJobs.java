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
import java.util.Locale;
import java.util.Optional;

/**
 * Says what a {@link VectorLoader} loads for an entry: its keys or its values, in two pieces when a
 * gap lies between the first and the others, or page after page.
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

  /** The pages of those that list them, in lines from page 0. */
  final Optional<Stream<UInt>> pages;

  /** What is loaded for them. */
  final Stream<VectorLoader.Job> jobs;

  private final Kind kind;
  private final boolean paged;

  /**
   * Jobs for ports of {@code memory}.
   *
   * @param paged whether entries may list pages
   */
  EntryJobs(AxiShape memory, Kind kind, boolean paged) {
    this.kind = kind;
    this.paged = paged;
    int addressBits = memory.addressBits();
    entries = in(Stream.of(EntryCommand.type()));
    pages =
        paged
            ? Optional.of(in(Stream.of(uint(EntryLists.Kind.PAGES.itemBits()))))
            : Optional.empty();
    jobs = out(Stream.of(VectorLoader.Job.of(memory)));
    document("Loads the %s of entries.".formatted(kind == Kind.KEYS ? "keys" : "values"));

    EntryCommand entry = entries.payload;
    unused(entry.entry());
    unused(entry.slot());
    UInt lines = entry.field(kind.lines, 2);
    UInt keys = entry.field(HeadEntry.KEYS);
    UInt first = entry.field(HeadEntry.FIRST);
    UInt gap = entry.field(HeadEntry.GAP);
    Bit second = reg(bit(), 0);
    Bit whole = gap.eq(0);
    UInt start = mux(second, first.wrapAdd(gap), lit(0, 32));
    UInt offset = start.shl(bits(GoldenHead.LINE)).pad(addressBits);
    UInt bytes = mux(lines.at(1), offset.shl(1).wrap(addressBits), offset.wrap(addressBits));
    UInt exponentBytes = start.shl(1).pad(addressBits);
    UInt vectors = mux(second, keys.wrapSub(first), mux(whole, keys, first));
    Bit last = whole.or(second);
    Bit ready = lit(true);
    if (paged) {
      Stream<UInt> page = pages.orElseThrow();
      UInt size = entry.field(HeadEntry.PAGE_SIZE);
      Bit listed = size.ne(0);
      UInt done = reg(uint(HeadEntry.KEYS.bits()), 0);
      UInt left = keys.wrapSub(done);
      Bit lastPage = left.le(size);
      UInt pageBytes = page.payload.shl(bits(GoldenHead.LINE)).pad(addressBits);
      bytes = mux(listed, pageBytes, bytes);
      exponentBytes = mux(listed, pageBytes, exponentBytes);
      vectors = mux(listed, mux(lastPage, left, size), vectors);
      last = mux(listed, lastPage, last);
      ready = listed.not().or(page.valid);
      page.ready.set(entries.valid.and(listed).and(jobs.ready));
      when(page.fire(), () -> done.set(mux(lastPage, 0, done.wrapAdd(size))));
    }
    jobs.valid.set(entries.valid.and(ready));
    connect(
        jobs.payload,
        new VectorLoader.Job(
            entry.field(kind.address, addressBits).wrapAdd(bytes),
            entry.field(HeadEntry.KEY_EXPONENTS, addressBits).wrapAdd(exponentBytes),
            vectors,
            lines));
    Bit ends = last;
    entries.ready.set(jobs.ready.and(ready).and(ends));
    when(jobs.fire(), () -> second.set(ends.not()));
  }

  @Override
  protected String moduleName() {
    return "EntryJobs_" + kind.name().toLowerCase(Locale.ROOT) + (paged ? "_paged" : "");
  }
}
