package dev.heddle.lib.sdram;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.HdlException;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.Axi4;
import dev.heddle.lib.AxiAddress;
import dev.heddle.lib.AxiResponse;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.AxiWriter;
import dev.heddle.lib.Fifo;
import dev.heddle.lib.Stream;

/**
 * An SDRAM chip as an AXI4 memory.
 *
 * <pre>
 *   ar ------> runs --.                     PRECHARGE, ACTIVATE
 *                     +--> turns --> rows ----------------------.
 *   aw ------> runs --'               |   maintenance -----------+--> pins
 *                                     '--> columns --------------'
 *                                     READ, WRITE |
 *   w  ------> write data <-----------------------+
 *   r  <------ read data  <-----------------------'<----------------- dq_in
 * </pre>
 *
 * Bursts are incrementing, of whole beats and within a page of 4 KB, as those of {@link
 * dev.heddle.lib.AxiReader} and {@link AxiWriter}; the lower bits of an address are ignored. Any
 * strobes are possible. Bursts of a direction are served in order, whatever their ids are; reads
 * and writes take turns ({@link SdramTurns}). A write is answered when its place in the order of
 * all runs is fixed, so a read that begins after the answer sees what was written. All answers are
 * OKAY.
 *
 * <p>A burst moves in runs of up to 32 words, a READ or WRITE a cycle; a run begins when its data
 * are there, or have room. Address bits from the bottom are byte, column, bank, row, and the row of
 * the next run is opened while a run moves, so sequences lose two cycles a row and what the
 * refreshes take. The first READ of an idle memory is on the pins 6 cycles after its address if the
 * row is open, a beat of two words at {@code axi} 11 cycles after it (CAS latency 2, no {@code
 * pinDelay}).
 *
 * <p>Outputs to the chip come from registers, and {@code dq_in} goes into one, so all can sit in
 * I/O cells; {@code cs_n} is constant. Commands and data are to be stable around the rising edge of
 * the clock of the chip, which the board derives with a phase that suits it.
 *
 * @see SdramDevice
 */
public final class SdramController extends Component {
  /** Bursts of a direction without a complete response. */
  private static final int OUTSTANDING = 8;

  private static final int QUEUE = 2;
  private static final int INCREMENTING = 1;

  /** The memory, for a master. */
  public final Axi4 axi;

  /** The chip. */
  public final SdramPins sdram;

  private final String name;
  private final SdramLayout layout;

  /**
   * A controller.
   *
   * @param device the chip
   * @param clockHz clock of controller and chip
   * @param shape the interface; beats are as wide as the chip or wider, up to 512 bits
   * @param pinDelay cycles by which words come later than the CAS latency says, because of the
   *     board or of the phase of its clock
   * @throws IllegalArgumentException if the chip is too slow for the clock, or does not fit the
   *     shape
   */
  public SdramController(SdramDevice device, long clockHz, AxiShape shape, int pinDelay) {
    if (pinDelay < 0 || pinDelay > 3) {
      throw new HdlException("words %d cycles late; 0 to 3 are possible", pinDelay);
    }
    layout = new SdramLayout(device, shape);
    SdramCycles cycles = SdramCycles.of(device.timing(), clockHz);
    name =
        "SdramController_%s_%dx%d_i%d"
            .formatted(device.name(), shape.addressBits(), shape.dataBits(), shape.idBits());
    document(
        "%s at %d Hz: CAS latency %d, tRCD %d, tRP %d, tRAS %d, tRFC %d cycles."
            .formatted(
                device.name(),
                clockHz,
                cycles.casLatency(),
                cycles.rcd(),
                cycles.rp(),
                cycles.ras(),
                cycles.rfc()));
    axi = in(Axi4.of(shape));
    sdram = out(SdramPins.of(device));

    // A direction can fill its whole turn without waiting for its master.
    int depth = Math.max(2, layout.beatsOfRun() * SdramTurns.RUNS);
    SdramWriteData writeData = inst(new SdramWriteData(layout, depth));
    SdramReadData readData = inst(new SdramReadData(layout, cycles.casLatency() + pinDelay, depth));
    SdramTurns turns = inst(new SdramTurns(layout));
    connect(turns.reads, reads(readData, depth));
    connect(turns.writes, writes(writeData, depth));

    SdramRows rows = inst(new SdramRows(layout, cycles));
    SdramColumns columns = inst(new SdramColumns(layout, cycles));
    SdramMaintenance maintenance = inst(new SdramMaintenance(device, cycles));
    // Cuts the path from the state of the rows back to the bursts.
    Stream<SdramRun.InRow> runs = turns.runs.slice();
    connect(rows.runs, runs);
    connect(columns.runs, rows.opened);
    rows.moving.set(columns.moving);
    rows.movingBank.set(columns.bank);
    rows.written.set(columns.write);
    rows.hold.set(maintenance.hold);
    maintenance.quiet.set(rows.quiet);
    Bit idle = next(runs.valid.or(columns.moving).not(), 0);
    maintenance.idle.set(idle);

    // Rows and maintenance decide a cycle ahead, which keeps their conditions out of the path of
    // the
    // columns.
    Bit blocked = next(rows.valid.or(maintenance.valid), 0);
    UInt code = next(mux(maintenance.hold, maintenance.code, rows.code));
    // The bank pins choose the mode register.
    UInt bank = next(mux(maintenance.hold, lit(0, device.bankBits()), rows.bank));
    UInt address = next(mux(maintenance.hold, maintenance.address, rows.address));
    columns.blocked.set(blocked);

    UInt command = reg(uint(SdramCommand.BITS), SdramCommand.NO_OPERATION.ordinal());
    command.set(
        mux(
            blocked,
            code,
            mux(
                columns.read,
                SdramCommand.READ.literal(),
                mux(
                    columns.write,
                    SdramCommand.WRITE.literal(),
                    SdramCommand.NO_OPERATION.literal()))));
    Bit cke = next(lit(true), 0);
    sdram.cke.set(cke);
    sdram.cs_n.set(false);
    sdram.ras_n.set(command.at(2));
    sdram.cas_n.set(command.at(1));
    sdram.we_n.set(command.at(0));
    UInt ba = next(mux(blocked, bank, columns.bank));
    UInt a = next(mux(blocked, address, columns.column));
    sdram.ba.set(ba);
    sdram.a.set(a);

    writeData.take.set(columns.write);
    writeData.endsBeat.set(columns.endsBeat);
    UInt dqm = reg(uint(device.bytes()), (1L << device.bytes()) - 1);
    dqm.set(mux(columns.write, writeData.mask, fill(device.bytes(), maintenance.starting)));
    UInt dqOut = next(writeData.word);
    Bit dqOutEnable = next(columns.write, 0);
    sdram.dqm.set(dqm);
    sdram.dq_out.set(dqOut);
    sdram.dq_out_enable.set(dqOutEnable);

    readData.dq.set(sdram.dq_in);
    readData.read.set(columns.read);
    readData.endsBeat.set(columns.endsBeat);
    readData.endsBurst.set(columns.endsBurst);
  }

  private Stream<SdramRun.InRow> reads(SdramReadData readData, int depth) {
    SdramRunCutter readRuns = inst(new SdramRunCutter(layout, false, depth, depth));
    Fifo<UInt> readIds = inst(new Fifo<>(uint(layout.shape().idBits()), OUTSTANDING));
    connect(readRuns.bursts, bursts(axi.read.ar, readIds));
    UInt id = readIds.pop.payload;
    axi.read.r.valid.set(readData.beats.valid);
    axi.read.r.payload.id().set(id);
    axi.read.r.payload.data().set(readData.beats.payload.data());
    axi.read.r.payload.resp().set(AxiResponse.OKAY.literal());
    axi.read.r.payload.last().set(readData.beats.payload.last());
    readData.beats.ready.set(axi.read.r.ready);
    Bit taken = readData.beats.fire();
    readIds.pop.ready.set(taken.and(readData.beats.payload.last()));
    unused(readIds.pop.valid);
    readRuns.earned.set(taken);
    return readRuns.runs;
  }

  private Stream<SdramRun.InRow> writes(SdramWriteData writeData, int depth) {
    SdramRunCutter writeRuns = inst(new SdramRunCutter(layout, true, 0, depth));
    Fifo<UInt> writeIds = inst(new Fifo<>(uint(layout.shape().idBits()), OUTSTANDING));
    connect(writeRuns.bursts, bursts(axi.write.aw, writeIds));
    writeData.beats.valid.set(axi.write.w.valid);
    connect(
        writeData.beats.payload,
        new AxiWriter.Beat(axi.write.w.payload.data(), axi.write.w.payload.strb()));
    axi.write.w.ready.set(writeData.beats.ready);
    unused(axi.write.w.payload.last());
    writeRuns.earned.set(writeData.beats.fire());

    UInt ended = reg(uint(bits(OUTSTANDING + 1)), 0);
    Bit ends = writeRuns.runs.fire().and(writeRuns.runs.payload.run().last());
    Bit answers = ended.ne(0);
    axi.write.b.valid.set(answers);
    axi.write.b.payload.id().set(writeIds.pop.payload);
    axi.write.b.payload.resp().set(AxiResponse.OKAY.literal());
    Bit answered = answers.and(axi.write.b.ready);
    writeIds.pop.ready.set(answered);
    unused(writeIds.pop.valid);
    when(ends.andNot(answered), () -> ended.set(ended.inc()))
        .elseWhen(answered.andNot(ends), () -> ended.set(ended.dec()));
    return writeRuns.runs;
  }

  /** The bursts of an address channel; their ids go to {@code ids}. */
  private Stream<SdramRunCutter.Burst> bursts(Stream<AxiAddress> channel, Fifo<UInt> ids) {
    AxiAddress address = channel.payload;
    int low = layout.shape().size();
    Stream<SdramRunCutter.Burst> bursts = wire(Stream.of(SdramRunCutter.Burst.of(layout)));
    bursts.valid.set(channel.valid.and(ids.push.ready));
    connect(
        bursts.payload,
        new SdramRunCutter.Burst(
            address.addr().slice(low + layout.beatBits() - 1, low), address.len()));
    channel.ready.set(bursts.ready.and(ids.push.ready));
    ids.push.valid.set(channel.fire());
    ids.push.payload.set(address.id());
    unused(ids.level);

    Bit whole = address.burst().eq(INCREMENTING).and(address.size().eq(layout.shape().size()));
    check(channel.valid.not().or(whole), "a burst is not incrementing or not of whole beats");
    int page = Integer.numberOfTrailingZeros(AxiShape.PAGE_BYTES);
    UInt lastBeat = address.addr().slice(page - 1, low).add(address.len());
    check(
        channel.valid.not().or(lastBeat.lt(AxiShape.PAGE_BYTES >> low)),
        "a burst crosses a page of 4 KB");
    unused(address);
    unused(whole);
    unused(lastBeat);
    return bursts.queue(QUEUE);
  }

  @Override
  protected String moduleName() {
    return name;
  }
}
