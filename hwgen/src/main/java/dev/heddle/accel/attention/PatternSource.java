package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.Stream;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes the steps of entries whose rows see keys by a formula: causal, window, first keys and
 * window, first keys and those of a mask, or all ({@link HeadEntry}).
 *
 * <pre>
 *   rows      one row a cycle: which keys it sees        first   low .. high
 *   tile      as many rows as there are lanes            [0,f) and [low of lane 0, high of last lane]
 *   steps     one key a cycle, taken by every lane whose row sees it
 * </pre>
 *
 * The rows of the next tile are worked out while the steps of a tile run. A key is read once for
 * all rows of a tile.
 */
public final class PatternSource extends Component {
  /** Entries. */
  public final Stream<EntryCommand> entries;

  /** Masks of the rows of those that have them. */
  final Optional<Stream<RowMask>> masks;

  /** Their rows. */
  public final Stream<RowRequest> rows;

  /** Their steps. */
  public final Stream<Step> steps;

  /**
   * The keys that the row of a lane sees: those below {@code first} and those of {@code low} to
   * {@code high}, none of them above {@code high}.
   */
  record Reach(Bit valid, UInt low, UInt high) implements Data {
    static Type<Reach> of(AttentionShape shape) {
      return () ->
          new Reach(bit().make(), uint(shape.placeBits()).make(), uint(shape.placeBits()).make());
    }
  }

  /** A source for an engine of {@code shape}. */
  public PatternSource(AttentionShape shape) {
    int lanes = shape.lanes();
    int placeBits = shape.placeBits();
    int laneBits = bits(lanes);
    entries = in(Stream.of(EntryCommand.type()));
    masks = shape.masks() ? Optional.of(in(Stream.of(RowMask.type()))) : Optional.empty();
    rows = out(Stream.of(RowRequest.of(shape)));
    steps = out(Stream.of(Step.of(shape)));
    document("Steps of rows that see keys by a formula.");
    parameter("LANES", lanes);
    parameter("KEYS", shape.keys());
    parameter("ROWS", shape.rows());

    // ---- the entry whose rows are worked out
    Bit planning = reg(bit(), 0);
    UInt slot = reg(uint(2));
    UInt row = reg(uint(shape.rowBits()));
    UInt lastRow = reg(uint(shape.rowBits()));
    UInt member = reg(uint(16));
    UInt lastMember = reg(uint(16));
    UInt position = reg(uint(32));
    UInt window = reg(uint(32));
    UInt gap = reg(uint(32));
    UInt first = reg(uint(placeBits));
    UInt lastPlace = reg(uint(placeBits));
    Bit bidirectional = reg(bit());
    Bit masked = shape.masks() ? named("masked", reg(bit())) : lit(false);
    UInt lane = reg(uint(laneBits), 0);
    EntryCommand entry = entries.payload;
    unused(entry.entry());
    entries.ready.set(planning.not());
    when(
        entries.fire(),
        () -> {
          planning.set(true);
          slot.set(entry.slot());
          row.set(0);
          lastRow.set(entry.field(HeadEntry.ROWS).dec().wrap(shape.rowBits()));
          member.set(0);
          lastMember.set(entry.field(HeadEntry.GROUP).dec());
          position.set(entry.field(HeadEntry.POSITION));
          window.set(entry.field(HeadEntry.WINDOW));
          gap.set(entry.field(HeadEntry.GAP));
          first.set(entry.field(HeadEntry.FIRST).wrap(placeBits));
          lastPlace.set(entry.field(HeadEntry.KEYS).dec().wrap(placeBits));
          bidirectional.set(entry.field(HeadEntry.BIDIRECTIONAL).at(0));
          if (shape.masks()) {
            masked.set(entry.field(HeadEntry.MASKED).at(0));
          }
          lane.set(0);
        });

    // ---- one row a cycle
    SInt place = position.sub(gap);
    SInt windowStart = place.sub(window.toSInt()).add(1);
    UInt startInside = windowStart.asUInt().wrap(placeBits);
    Bit startsLater = windowStart.gt(first.toSInt());
    UInt start = mux(bidirectional, lit(0, placeBits), first);
    UInt low = mux(startsLater.andNot(bidirectional).andNot(masked), startInside, start);
    Bit endsLater = place.gt(lastPlace.toSInt()).or(bidirectional);
    UInt lastByPosition = mux(endsLater, lastPlace, place.asUInt().wrap(placeBits));
    UInt high =
        masks
            .map(mask -> first.add(mask.payload.length()).wrap(placeBits).dec())
            .map(lastOfMask -> mux(masked, lastOfMask, lastByPosition))
            .orElse(lastByPosition);
    Bit lastOfEntry = row.eq(lastRow);
    Bit lastOfTile = lane.eq(lanes - 1).or(lastOfEntry);

    Vec<Reach> planned = regs(lanes, Reach.of(shape));
    // A row without a mask sees whatever its reach allows.
    UInt ones = lit(BigInteger.ONE.shiftLeft(RowMask.KEYS).subtract(BigInteger.ONE), RowMask.KEYS);
    Optional<Vec<UInt>> plannedMasks = masks("plannedMasks", lanes);
    Bit complete = reg(bit(), 0);
    Bit completesEntry = reg(bit());
    UInt plannedFirst = reg(uint(placeBits));
    Bit maskThere = masks.map(mask -> masked.not().or(mask.valid)).orElse(lit(true));
    rows.valid.set(planning.and(complete.not()).and(maskThere));
    connect(rows.payload, new RowRequest(lane, new RowTag(slot, row)));
    Bit taken = rows.fire();
    masks.ifPresent(mask -> mask.ready.set(taken.and(masked)));
    for (int i : range(lanes)) {
      Reach reach = planned.get(i);
      when(
          taken.and(lane.eq(i)),
          () -> {
            connect(reach, new Reach(lit(true), low, high));
            plannedMasks.ifPresent(
                m -> m.get(i).set(mux(masked, masks.get().payload.seen(), ones)));
          });
      if (i > 0) {
        when(taken.and(lane.eq(0)), () -> reach.valid().set(false));
      }
    }
    Bit lastOfGroup = member.eq(lastMember);
    Bit handOver = wire(bit());
    when(
        taken,
        () -> {
          row.set(row.inc());
          lane.set(mux(lastOfTile, 0, lane.inc()));
          member.set(mux(lastOfGroup, 0, member.inc()));
          when(lastOfGroup, () -> position.set(position.inc()));
          when(lastOfEntry, () -> planning.set(false));
          plannedFirst.set(start);
          completesEntry.set(lastOfEntry);
        });
    when(taken.and(lastOfTile), () -> complete.set(true))
        .elseWhen(handOver, () -> complete.set(false));

    // ---- one step a cycle
    Bit running = reg(bit(), 0);
    Vec<Reach> reaches = regs(lanes, Reach.of(shape));
    Optional<Vec<UInt>> laneMasks = masks("laneMasks", lanes);
    Vec<Bit> started = regs(lanes, bit());
    UInt now = reg(uint(placeBits));
    UInt firstEnd = reg(uint(placeBits));
    UInt lowest = reg(uint(placeBits));
    UInt highest = reg(uint(placeBits));
    Bit endsEntry = reg(bit());
    Bit atEnd = now.eq(highest);
    steps.valid.set(running);
    Bit stepped = steps.fire();
    handOver.set(complete.and(running.not().or(stepped.and(atEnd))));

    UInt plannedLow = planned.get(0).low();
    UInt plannedHigh = planned.get(0).high();
    for (int i = 1; i < lanes; i++) {
      Reach reach = planned.get(i);
      // By position the last row reaches furthest, by masks any row.
      Bit further = shape.masks() ? reach.high().gt(plannedHigh) : lit(true);
      plannedHigh = mux(reach.valid().and(further), reach.high(), plannedHigh);
    }
    UInt tileHigh = plannedHigh;
    UInt following = now.inc();
    Bit jumps = following.eq(firstEnd).and(lowest.gt(following));
    when(stepped, () -> now.set(mux(jumps, lowest, following)));
    when(stepped.and(atEnd), () -> running.set(false));
    List<LaneKey> keys = new ArrayList<>();
    for (int i : range(lanes)) {
      Reach reach = reaches.get(i);
      Bit unmasked = laneMasks.map(m -> m.get(i).at(0)).orElse(lit(true));
      Bit inside = now.lt(firstEnd).or(now.ge(reach.low()).and(unmasked));
      Bit sees = reach.valid().and(inside).and(now.le(reach.high()));
      Bit opens = sees.andNot(started.get(i));
      Bit closes = sees.and(now.eq(reach.high()));
      when(stepped.and(sees), () -> started.get(i).set(true));
      keys.add(new LaneKey(sees, opens, closes, now.pad(placeBits + 1)));
    }
    connect(steps.payload, new Step(Vec.of(keys), endsEntry.and(atEnd)));
    laneMasks.ifPresent(
        all ->
            when(
                stepped.and(now.ge(firstEnd)),
                () -> all.forEach(m -> m.set(cat(lit(true), m.slice(RowMask.KEYS - 1, 1))))));
    when(
        handOver,
        () -> {
          running.set(true);
          connect(reaches, planned);
          laneMasks.ifPresent(m -> connect(m, plannedMasks.get()));
          for (Bit bit : started) {
            bit.set(false);
          }
          now.set(mux(plannedFirst.eq(0), plannedLow, lit(0, placeBits)));
          firstEnd.set(plannedFirst);
          lowest.set(plannedLow);
          highest.set(tileHigh);
          endsEntry.set(completesEntry);
        });
  }

  /** A mask for each lane, where there are masks. */
  private Optional<Vec<UInt>> masks(String name, int lanes) {
    return masks.map(all -> named(name, regs(lanes, uint(RowMask.KEYS))));
  }
}
