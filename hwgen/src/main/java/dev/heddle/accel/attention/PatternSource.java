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
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the steps of entries whose rows see keys by a formula: causal, window, first keys and
 * window, or all ({@link HeadEntry}).
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
          lane.set(0);
        });

    // ---- one row a cycle
    SInt place = position.sub(gap);
    SInt windowStart = place.sub(window.toSInt()).add(1);
    UInt startInside = windowStart.asUInt().wrap(placeBits);
    Bit startsLater = windowStart.gt(first.toSInt());
    UInt low =
        mux(
            startsLater.andNot(bidirectional),
            startInside,
            mux(bidirectional, lit(0, placeBits), first));
    Bit endsLater = place.gt(lastPlace.toSInt()).or(bidirectional);
    UInt high = mux(endsLater, lastPlace, place.asUInt().wrap(placeBits));
    Bit lastOfEntry = row.eq(lastRow);
    Bit lastOfTile = lane.eq(lanes - 1).or(lastOfEntry);

    Vec<Reach> planned = regs(lanes, Reach.of(shape));
    Bit complete = reg(bit(), 0);
    Bit completesEntry = reg(bit());
    UInt plannedFirst = reg(uint(placeBits));
    Bit plan = planning.and(complete.not());
    rows.valid.set(plan);
    connect(rows.payload, new RowRequest(lane, new RowTag(slot, row)));
    Bit taken = rows.fire();
    for (int i : range(lanes)) {
      Reach reach = planned.get(i);
      when(taken.and(lane.eq(i)), () -> connect(reach, new Reach(lit(true), low, high)));
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
          plannedFirst.set(mux(bidirectional, lit(0, placeBits), first));
          completesEntry.set(lastOfEntry);
        });
    when(taken.and(lastOfTile), () -> complete.set(true))
        .elseWhen(handOver, () -> complete.set(false));

    // ---- one step a cycle
    Bit running = reg(bit(), 0);
    Vec<Reach> reaches = regs(lanes, Reach.of(shape));
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
      plannedHigh = mux(reach.valid(), reach.high(), plannedHigh);
    }
    UInt tileHigh = plannedHigh;
    UInt following = now.inc();
    Bit jumps = following.eq(firstEnd).and(lowest.gt(following));
    when(stepped, () -> now.set(mux(jumps, lowest, following)));
    when(stepped.and(atEnd), () -> running.set(false));
    List<LaneKey> keys = new ArrayList<>();
    for (int i : range(lanes)) {
      Reach reach = reaches.get(i);
      Bit inside = now.lt(firstEnd).or(now.ge(reach.low()));
      Bit sees = reach.valid().and(inside).and(now.le(reach.high()));
      Bit opens = sees.andNot(started.get(i));
      Bit closes = sees.and(now.eq(reach.high()));
      when(stepped.and(sees), () -> started.get(i).set(true));
      keys.add(new LaneKey(sees, opens, closes, now.pad(placeBits + 1)));
    }
    connect(steps.payload, new Step(Vec.of(keys), endsEntry.and(atEnd)));
    when(
        handOver,
        () -> {
          running.set(true);
          connect(reaches, planned);
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
}
