package dev.heddle.example;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.attention.EntryCommand;
import dev.heddle.accel.attention.LaneKey;
import dev.heddle.accel.attention.RowRequest;
import dev.heddle.accel.attention.RowTag;
import dev.heddle.accel.attention.Step;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.Stream;
import java.util.ArrayList;
import java.util.List;

/**
 * Strided attention: row r sees the keys r mod S, r mod S + S, r mod S + 2S and so on.
 *
 * <pre>
 *   S = 4, 2 lanes       step   0   1   2
 *   row 0 (lane 0)       key    0   4   8
 *   row 1 (lane 1)       key    1   5   9
 * </pre>
 *
 * One row a cycle, one step a cycle, and a cycle for an entry. A tile, as many rows as there are
 * lanes, takes as many steps as its longest row has keys.
 */
public final class StridedSource extends Component {
  public final Stream<EntryCommand> entries;
  public final Stream<RowRequest> rows;
  public final Stream<Step> steps;

  private final AttentionShape shape;

  /** A source of stride {@code stride}, a power of two, for an engine of {@code shape}. */
  public StridedSource(AttentionShape shape, int stride) {
    if (stride < 2 || stride > shape.keys() || Integer.bitCount(stride) != 1) {
      throw new IllegalArgumentException(
          "the stride is %d but must be a power of two, 2 to %d".formatted(stride, shape.keys()));
    }
    this.shape = shape;
    entries = in(Stream.of(EntryCommand.type()));
    rows = out(Stream.of(RowRequest.of(shape)));
    steps = out(Stream.of(Step.of(shape)));
    parameter("LANES", shape.lanes());
    parameter("STRIDE", stride);
    // Neither side waits for the other; queries may be asked for long before their steps.
    List<Stream<EntryCommand>> copies = entries.fork(2);
    makeRows(copies.get(0));
    makeSteps(copies.get(1), stride);
  }

  private void makeRows(Stream<EntryCommand> commands) {
    Bit naming = reg(bit(), 0);
    UInt slot = reg(uint(2));
    UInt row = reg(uint(shape.rowBits()));
    UInt lastRow = reg(uint(shape.rowBits()));
    UInt lane = reg(uint(bits(shape.lanes())));
    EntryCommand entry = commands.payload;
    unused(entry.entry());
    commands.ready.set(naming.not());
    rows.valid.set(naming);
    connect(rows.payload, new RowRequest(lane, new RowTag(slot, row)));
    when(
            commands.fire(),
            () -> {
              naming.set(true);
              slot.set(entry.slot());
              row.set(0);
              lastRow.set(entry.field(HeadEntry.ROWS).dec().wrap(shape.rowBits()));
              lane.set(0);
            })
        .elseWhen(
            rows.fire(),
            () -> {
              naming.set(row.ne(lastRow));
              row.set(row.inc());
              lane.set(mux(lane.eq(shape.lanes() - 1), 0, lane.inc()));
            });
  }

  private void makeSteps(Stream<EntryCommand> commands, int stride) {
    int placeBits = shape.placeBits() + 1;
    Bit running = reg(bit(), 0);
    UInt rowCount = reg(uint(shape.rowBits() + 1));
    UInt keyCount = reg(uint(placeBits));
    UInt tile = reg(uint(shape.rowBits() + 1)); // its first row
    UInt turn = reg(uint(placeBits - bits(stride)));
    EntryCommand entry = commands.payload;
    unused(entry.entry());
    unused(entry.slot());

    List<LaneKey> keys = new ArrayList<>();
    Bit tileEnds = lit(true);
    for (int lane : range(shape.lanes())) {
      UInt row = tile.add(lane);
      UInt place = cat(turn, row.wrap(bits(stride))); // turn * S + row mod S
      Bit valid = row.lt(rowCount).and(place.lt(keyCount));
      Bit last = place.add(stride).ge(keyCount);
      keys.add(new LaneKey(valid, turn.eq(0), last, place));
      tileEnds = tileEnds.and(valid.not().or(last));
    }
    UInt nextTile = tile.add(shape.lanes());
    Bit entryEnds = tileEnds.and(nextTile.ge(rowCount));
    steps.valid.set(running);
    connect(steps.payload, new Step(Vec.of(keys), entryEnds));

    commands.ready.set(running.not());
    Bit turnsOver = tileEnds;
    when(
            commands.fire(),
            () -> {
              running.set(true);
              rowCount.set(entry.field(HeadEntry.ROWS, shape.rowBits() + 1));
              keyCount.set(entry.field(HeadEntry.KEYS, placeBits));
              tile.set(0);
              turn.set(0);
            })
        .elseWhen(
            steps.fire(),
            () -> {
              running.set(entryEnds.not());
              turn.set(mux(turnsOver, 0, turn.inc()));
              when(turnsOver, () -> tile.set(nextTile.wrap(tile.width())));
            });
  }
}
