package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.format.KeySlope;
import dev.heddle.accel.format.ScoreCap;
import dev.heddle.accel.format.ScoreScale;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Mem;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.State;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.AxiLimits;
import dev.heddle.lib.AxiReader;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.Fifo;
import dev.heddle.lib.Stream;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the query rows that lanes will need, in the order in which a source names them, and hands
 * each to its lane.
 *
 * <pre>
 *   entry:  exponents of all its rows --> exponent memory
 *   row:    codes from card memory, exponent from the memory --> queue of its lane
 * </pre>
 *
 * Up to {@value #IN_FLIGHT} rows are asked for ahead; with one line a row, one row a cycle.
 */
public final class QueryFetch extends Component {
  /** Rows asked for and not yet handed on. */
  public static final int IN_FLIGHT = 64;

  private enum Phase {
    IDLE,
    EXPONENTS,
    ROWS
  }

  /** What a line that arrives is. */
  record Expected(
      Bit exponents, UInt lane, RowTag tag, SInt shift, UInt multiplier, RowSlope slope, Bit wide)
      implements Data {
    static Type<Expected> of(AttentionShape shape) {
      return () ->
          new Expected(
              bit().make(),
              uint(bits(shape.lanes())).make(),
              RowTag.of(shape).make(),
              sint(QueryRow.SHIFT_BITS).make(),
              uint(ScoreScale.MULTIPLIER_BITS).make(),
              RowSlope.of(shape).make(),
              bit().make());
    }
  }

  /** Entries. */
  public final Stream<EntryCommand> entries;

  /** Rows of these entries. */
  public final Stream<RowRequest> rows;

  /** Ranges that are read. */
  public final Stream<AxiRequest> requests;

  /** What they hold. */
  public final Stream<AxiReader.Beat> beats;

  /** Whether the last row of an entry is taken. */
  public final Bit lastRow;

  /** For each lane its rows. */
  public final Vec<Stream<QueryRow>> queries;

  /** What its reader asks for at once: a row with each burst. */
  static AxiLimits limits(AttentionShape shape, AxiShape memory) {
    return new AxiLimits(shape.keyDimension() / memory.bytes(), IN_FLIGHT);
  }

  /** For an engine of {@code shape} on ports of {@code memory}. */
  public QueryFetch(AttentionShape shape, AxiShape memory) {
    int lanes = shape.lanes();
    int lines = shape.keyDimension() / GoldenHead.LINE;
    int exponentLines = shape.rows() / GoldenHead.LINE;
    int beatsPerLine = MemoryLine.beats(memory);
    entries = in(Stream.of(EntryCommand.type()));
    rows = in(Stream.of(RowRequest.of(shape)));
    requests = out(Stream.of(AxiRequest.of(memory)));
    beats = in(Stream.of(AxiReader.Beat.of(memory)));
    lastRow = out(bit());
    queries = out(lanes, Stream.of(QueryRow.of(shape)));
    document("Reads query rows for the lanes.");
    parameter("LANES", lanes);
    parameter("DIMENSION", shape.keyDimension());
    parameter("ROWS", shape.rows());
    parameter("PORT_BITS", memory.dataBits());

    // ---- requests
    State<Phase> phase = state(Phase.IDLE);
    UInt address = reg(uint(memory.addressBits()));
    UInt exponentAddress = reg(uint(memory.addressBits()));
    UInt slot = reg(uint(2));
    UInt rowsLeft = reg(uint(32));
    UInt linesLeft = reg(uint(bits(exponentLines + 1)));
    UInt exponentLine = reg(uint(bits(exponentLines)));
    SInt shift = reg(sint(QueryRow.SHIFT_BITS));
    UInt multiplier = reg(uint(ScoreScale.MULTIPLIER_BITS));
    RowSlope slope = slope(shape);
    Bit wide = reg(bit());
    EntryCommand entry = entries.payload;
    unused(entry.entry());
    Fifo<Expected> expected = inst(new Fifo<>(Expected.of(shape), IN_FLIGHT));
    entries.ready.set(phase.is(Phase.IDLE));
    SInt scaleExponent = entry.field(HeadEntry.EXPONENT).asSInt();
    when(
        entries.fire(),
        () -> {
          phase.set(Phase.EXPONENTS);
          address.set(entry.field(HeadEntry.QUERIES, memory.addressBits()));
          exponentAddress.set(entry.field(HeadEntry.QUERY_EXPONENTS, memory.addressBits()));
          slot.set(entry.slot());
          rowsLeft.set(entry.sourceRows());
          UInt count = entry.field(HeadEntry.ROWS).add(GoldenHead.LINE - 1);
          linesLeft.set(count.shr(bits(GoldenHead.LINE)).wrap(linesLeft.width()));
          exponentLine.set(0);
          shift.set(scaleExponent.add(ScoreScale.FRACTION_BITS).neg().wrap(QueryRow.SHIFT_BITS));
          multiplier.set(entry.field(HeadEntry.MULTIPLIER));
          wide.set(entry.field(HeadEntry.KEY_LINES).at(1));
        });
    Bit fetchExponents = phase.is(Phase.EXPONENTS);
    Bit fetchRow = phase.is(Phase.ROWS).and(rows.valid);
    Bit able = expected.push.ready;
    requests.valid.set(fetchExponents.or(fetchRow).and(able));
    RowRequest row = rows.payload;
    int rowShift = bits(GoldenHead.LINE);
    UInt narrowOffset = row.tag().row().shl(rowShift).pad(memory.addressBits());
    UInt offset = mux(wide, narrowOffset.shl(1).wrap(memory.addressBits()), narrowOffset);
    UInt oneLine = lit(beatsPerLine, AxiRequest.BEATS_BITS);
    UInt rowBeats = mux(wide, lit(2L * beatsPerLine, AxiRequest.BEATS_BITS), oneLine);
    connect(
        requests.payload,
        new AxiRequest(
            mux(fetchExponents, exponentAddress, address.wrapAdd(offset)),
            mux(fetchExponents, oneLine, rowBeats)));
    Bit asked = requests.fire();
    expected.push.valid.set(fetchExponents.or(fetchRow).and(requests.ready));
    UInt exponentTag = exponentLine.pad(Math.max(shape.rowBits(), exponentLine.width()));
    connect(
        expected.push.payload,
        new Expected(
            fetchExponents,
            row.lane(),
            new RowTag(
                slot, mux(fetchExponents, exponentTag.wrap(shape.rowBits()), row.tag().row())),
            shift,
            multiplier,
            slope,
            wide));
    unused(row.tag().entry());
    rows.ready.set(phase.is(Phase.ROWS).and(able).and(requests.ready));
    when(
        asked.and(fetchExponents),
        () -> {
          exponentAddress.set(exponentAddress.wrapAdd(lit(GoldenHead.LINE)));
          exponentLine.set(exponentLine.inc());
          linesLeft.set(linesLeft.dec());
          when(linesLeft.eq(1), () -> phase.set(Phase.ROWS));
        });
    when(
        rows.fire(),
        () -> {
          rowsLeft.set(rowsLeft.dec());
          when(rowsLeft.eq(1), () -> phase.set(Phase.IDLE));
        });
    lastRow.set(rows.fire().and(rowsLeft.eq(1)));

    // ---- what arrives
    Stream<UInt> arriving = MemoryLine.words(beats, MemoryLine.BITS);
    Expected now = expected.pop.payload;
    Bit upper = lines == 1 ? lit(true) : reg(bit(), 0);
    Bit lastLine = now.wide().not().or(upper);
    Bit arrives = arriving.valid.and(expected.pop.valid);

    int exponentAddressBits = bits((long) RowTag.ENTRIES * exponentLines);
    Mem<UInt> exponents = mem(uint(MemoryLine.BITS), RowTag.ENTRIES * exponentLines);
    int lineBits = bits(exponentLines);
    UInt lineNumber =
        exponentLines == 1
            ? now.tag().entry()
            : cat(now.tag().entry(), now.tag().row().slice(lineBits - 1, 0));
    when(
        arrives.and(now.exponents()),
        () -> exponents.write(lineNumber.wrap(exponentAddressBits), arriving.payload));

    // A row waits a cycle for its exponent.
    Bit held = reg(bit(), 0);
    Bit heldReady = wire(bit());
    Bit take = arrives.and(now.exponents().not()).and(held.not().or(heldReady));
    Bit completes = take.and(lastLine);
    UInt lineRead =
        exponentLines == 1
            ? now.tag().entry()
            : cat(now.tag().entry(), now.tag().row().slice(shape.rowBits() - 1, rowShift));
    UInt exponentWord = exponents.readSync(lineRead.wrap(exponentAddressBits), completes);
    QueryRow heldRow = reg(QueryRow.of(shape));
    UInt heldLane = reg(uint(bits(lanes)));
    UInt codes = arriving.payload;
    if (lines > 1) {
      UInt lower = reg(uint(MemoryLine.BITS));
      codes = mux(now.wide(), cat(codes, lower), codes.pad(2 * MemoryLine.BITS));
      when(
          take,
          () -> {
            lower.set(arriving.payload);
            upper.set(lastLine.not());
          });
    }
    UInt rowCodes = codes;
    RowCap cap = cap(shape, now.tag().entry());
    when(
        completes,
        () -> {
          connect(
              heldRow,
              new QueryRow(rowCodes, now.shift(), now.multiplier(), cap, now.slope(), now.tag()));
          heldLane.set(now.lane());
        });
    when(completes, () -> held.set(true)).elseWhen(heldReady, () -> held.set(false));
    arriving.ready.set(expected.pop.valid.and(now.exponents().or(held.not().or(heldReady))));
    expected.pop.ready.set(arriving.valid.and(now.exponents().or(take.and(lastLine))));

    List<UInt> exponentBytes = new ArrayList<>();
    for (int i = 0; i < GoldenHead.LINE; i++) {
      exponentBytes.add(exponentWord.slice(8 * i + 7, 8 * i));
    }
    UInt exponent = Vec.of(exponentBytes).at(heldRow.tag().row().slice(rowShift - 1, 0));
    SInt rowShiftNow = heldRow.shift().sub(exponent.asSInt()).wrap(QueryRow.SHIFT_BITS);
    QueryRow ready =
        new QueryRow(
            heldRow.codes(),
            rowShiftNow,
            heldRow.multiplier(),
            heldRow.cap(),
            heldRow.slope(),
            heldRow.tag());
    List<Bit> accepted = new ArrayList<>();
    for (int lane : range(lanes)) {
      Stream<QueryRow> query = queries.get(lane);
      Bit mine = lanes == 1 ? lit(true) : heldLane.eq(lane);
      query.valid.set(held.and(mine));
      connect(query.payload, ready);
      accepted.add(mine.and(query.ready));
    }
    heldReady.set(reduce(accepted, Bit::or));
  }

  /** The cap of the entry in a slot; kept from when it starts. */
  private RowCap cap(AttentionShape shape, UInt slot) {
    if (!shape.caps()) {
      return new RowCap.None();
    }
    EntryCommand entry = entries.payload;
    Vec<RowCap.Soft> caps = named("caps", regs(RowTag.ENTRIES, RowCap.Soft.type()));
    RowCap.Soft starting =
        new RowCap.Soft(
            entry.field(HeadEntry.CAP, ScoreCap.LIMIT_BITS),
            entry.field(HeadEntry.CAP_INVERSE, ScoreCap.INVERSE_BITS));
    when(entries.fire(), () -> caps.set(entry.slot(), starting));
    return caps.at(slot);
  }

  /** The slope of the entry, and where its keys begin: behind those of the entries before. */
  private RowSlope slope(AttentionShape shape) {
    if (!shape.alibi()) {
      return new RowSlope.Flat();
    }
    EntryCommand entry = entries.payload;
    UInt steps = named("slope", reg(uint(KeySlope.BITS)));
    UInt origin = named("origin", reg(uint(shape.placeBits() + 1)));
    UInt behind = named("behindKeys", reg(uint(shape.placeBits() + 1), 0));
    when(
        entries.fire(),
        () -> {
          steps.set(entry.field(HeadEntry.SLOPE, KeySlope.BITS));
          origin.set(behind);
          behind.set(behind.wrapAdd(entry.field(HeadEntry.KEYS, behind.width())));
        });
    return new RowSlope.Rising(steps, origin);
  }
}
