package dev.heddle.accel;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.attention.AttentionEngine;
import dev.heddle.accel.cache.CacheEngine;
import dev.heddle.accel.command.CommandFetch;
import dev.heddle.accel.command.EngineControl;
import dev.heddle.accel.command.RecordWriter;
import dev.heddle.accel.command.TokenCounters;
import dev.heddle.accel.compact.CompactCore;
import dev.heddle.accel.isa.AttentionCounter;
import dev.heddle.accel.isa.Engine;
import dev.heddle.accel.isa.MachineRegisters;
import dev.heddle.accel.matmul.ActivationBuffer;
import dev.heddle.accel.matmul.ActivationLoader;
import dev.heddle.accel.matmul.MatmulEngine;
import dev.heddle.accel.routing.RouterEngine;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.Arbiter;
import dev.heddle.lib.Axi4;
import dev.heddle.lib.AxiLite;
import dev.heddle.lib.AxiRead;
import dev.heddle.lib.AxiReadArbiter;
import dev.heddle.lib.AxiReader;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.AxiWrite;
import dev.heddle.lib.AxiWriteArbiter;
import dev.heddle.lib.AxiWriter;
import dev.heddle.lib.RegisterFile;
import dev.heddle.lib.RegisterMap;
import dev.heddle.lib.Stream;
import java.util.ArrayList;
import java.util.List;

/**
 * The accelerator: registers, command fetch, engines and memory ports.
 *
 * <pre>
 *   s_axi_ctrl --> registers --> command fetch --> control of each engine --> engine
 *                                     |                                         |
 *   m_axi_mem0 --- fetch, activations, weights; results, records ---------------+
 *   m_axi_mem1.. - weights -----------------------------------------------------'
 * </pre>
 *
 * <p>The host writes {@code LIST}, rings {@code DOORBELL}, and is told by {@code irq} when the list
 * has ended and everything it wrote has arrived in card memory.
 */
public final class Machine extends Component {
  /** Cycles from all being quiet to {@code irq}: looked at twice, the event, the interrupt. */
  public static final int END_LATENCY = 1 + RegisterFile.WRITE_LATENCY + 1;

  /** Registers ({@link MachineRegisters}). */
  public final AxiLite control;

  /** The port that everything uses. */
  public final Axi4 firstPort;

  /** The other ports, which weights stream from. */
  public final List<AxiRead> otherPorts = new ArrayList<>();

  /** One while an enabled event has not been cleared. */
  public final Bit irq;

  private final Configuration configuration;
  private final AxiShape shape;
  private final List<Bit> memoryErrors = new ArrayList<>();
  private final List<Bit> saturations = new ArrayList<>();
  private final List<List<AxiRead>> mastersOfPort = new ArrayList<>();
  private final List<AxiWrite> writeMasters = new ArrayList<>();

  /**
   * What works the lists, as the registers show it.
   *
   * @param port the first port
   * @param quiet whether nothing is worked and all has arrived in card memory
   * @param unknown whether the last list stopped at an unknown operation
   * @param tokenOverflow whether a token was released to a full counter
   * @param memoryError whether card memory answers with an error
   * @param saturated whether a result has been too large
   * @param position address of the descriptor that was read last
   * @param busy whether codes are multiplied
   * @param stalledMemory whether the matmul engine runs without multiplying
   * @param stalledTokens whether it waits for tokens
   * @param beats beats of weights and activations that are taken
   */
  private record Work(
      Axi4 port,
      Bit quiet,
      Bit unknown,
      Bit tokenOverflow,
      Bit memoryError,
      Bit saturated,
      UInt position,
      Bit busy,
      Bit stalledMemory,
      Bit stalledTokens,
      UInt beats) {}

  /** The machine of {@code configuration}. */
  public Machine(Configuration configuration) {
    this(configuration, MachineRegisters.of(configuration).addressBits());
  }

  /**
   * The machine of {@code configuration} in a larger window of registers.
   *
   * @param addressBits of the window
   */
  Machine(Configuration configuration, int addressBits) {
    this.configuration = configuration;
    shape = CardMemory.master(configuration);
    RegisterMap map = MachineRegisters.of(configuration);
    control = named("s_axi_ctrl", in(AxiLite.of(addressBits, RegisterMap.WORD_BITS)));
    document("Heddle accelerator, configuration " + configuration.name() + ".");
    parameter("PORTS", configuration.ports());
    parameter("PORT_BITS", configuration.portBits());
    parameter("LANES", configuration.lanes());
    parameter("COLUMNS", configuration.columns());
    parameter("TOKENS", configuration.maxTokens());
    parameter("BLOCKS", configuration.maxBlocks());

    RegisterFile registers = inst(new RegisterFile(map, addressBits));
    connect(registers.bus, control);
    Bit active = reg(bit(), 0);
    Bit start = registers.pulse("DOORBELL", "start").asBit().andNot(active);
    Work work = configuration.compact() ? compact(registers, start) : engines(registers, start);
    firstPort = work.port();
    irq = out(bit());

    // ---- the end of a list
    Bit quietBefore = next(work.quiet(), 0);
    Bit ends = active.and(work.quiet()).and(quietBefore);
    when(start, () -> active.set(true)).elseWhen(ends, () -> active.set(false));
    registers.event("EVENTS", "done").set(ends.asUInt());
    Bit raised = reg(bit(), 0);
    raised.set(
        registers.value("EVENTS", "done").and(registers.value("INTERRUPT_ENABLE", "done")).asBit());
    irq.set(raised);

    // ---- status and counters
    registers.status("STATUS", "busy").set(active.asUInt());
    registers.status("STATUS", "unknown_operation").set(work.unknown().asUInt());
    registers.status("STATUS", "token_overflow").set(work.tokenOverflow().asUInt());
    Bit memoryError = reg(bit(), 0);
    when(work.memoryError(), () -> memoryError.set(true));
    registers.status("STATUS", "memory_error").set(memoryError.asUInt());
    registers.status("STATUS", "saturated").set(work.saturated().asUInt());
    UInt position = registers.status("POSITION", "address");
    position.set(work.position().pad(position.width()));
    count(registers, "CYCLES", "cycles", active.asUInt());
    UInt busyCycles = count(registers, "BUSY", "cycles", work.busy().asUInt());
    count(registers, "STALLED_MEMORY", "cycles", work.stalledMemory().asUInt());
    count(registers, "STALLED_TOKENS", "cycles", work.stalledTokens().asUInt());
    count(registers, "BEATS", "beats", work.beats());
    UInt products = busyCycles.shl(Integer.numberOfTrailingZeros(configuration.multipliers()));
    registers.status("MULTIPLICATIONS", "products").set(products.wrap(busyCycles.width()));
  }

  /** The engines, which work side by side. */
  private Work engines(RegisterFile registers, Bit start) {
    CommandFetch fetch = inst(new CommandFetch(configuration));
    ActivationLoader loader = inst(new ActivationLoader(configuration));
    ActivationBuffer activations = inst(new ActivationBuffer(configuration));
    MatmulEngine matmul = inst(new MatmulEngine(configuration));
    EngineControl loaderControl = inst(new EngineControl(Engine.LOADER, configuration));
    EngineControl matmulControl = inst(new EngineControl(Engine.MATMUL, configuration));
    List<EngineControl> controls = new ArrayList<>(List.of(loaderControl, matmulControl));
    for (int port = 0; port < configuration.ports(); port++) {
      mastersOfPort.add(new ArrayList<>());
    }
    RecordWriter records = inst(new RecordWriter(configuration));

    // ---- activations
    connect(activations.writePlace, loader.place);
    activations.writtenCodes.set(loader.codes);
    activations.writeCodes.set(loader.writeCodes);
    activations.writtenExponent.set(loader.exponent);
    activations.writeExponent.set(loader.writeExponent);
    activations.writeLargest.set(loader.writeLargest);
    connect(activations.readPlace, matmul.activationPlace);
    matmul.activationCodes.set(activations.codes);
    matmul.activationExponent.set(activations.exponent);
    matmul.largestExponent.set(activations.largest);
    activations.resultToken.set(matmul.resultToken);
    activations.resultHalf.set(matmul.resultHalf);
    matmul.resultLargest.set(activations.resultLargest);

    // ---- reads
    AxiReader fetchReader = inst(new AxiReader(shape, CardMemory.occasional()));
    connect(fetchReader.requests, fetch.requests);
    connect(fetch.beats, fetchReader.beats);
    onPort(0, fetchReader.memory);
    AxiReader loaderReader = inst(new AxiReader(shape, CardMemory.streaming(configuration)));
    connect(loaderReader.requests, loader.requests);
    connect(loader.beats, loaderReader.beats);
    onPort(0, loaderReader.memory);
    loaderControl.beats.set(loaderReader.beats.fire().asUInt());
    memoryErrors.add(fetchReader.error);
    memoryErrors.add(loaderReader.error);
    unused(fetchReader.idle);
    unused(loaderReader.idle);
    for (int port = 0; port < configuration.ports(); port++) {
      AxiReader reader =
          inst("weightReader_" + port, new AxiReader(shape, CardMemory.streaming(configuration)));
      connect(reader.requests, matmul.weightRequests.get(port));
      connect(matmul.weightBeats.get(port), reader.beats);
      onPort(port, reader.memory);
      memoryErrors.add(reader.error);
      unused(reader.idle);
    }

    // ---- writes
    AxiWriter resultWriter = inst(new AxiWriter(shape, CardMemory.streaming(configuration)));
    connect(resultWriter.requests, matmul.resultRequests);
    connect(resultWriter.beats, matmul.resultBeats);
    writeMasters.add(resultWriter.memory);
    matmul.resultsArrived.set(resultWriter.idle);
    AxiWriter recordWriter = inst(new AxiWriter(shape, CardMemory.occasional()));
    connect(recordWriter.requests, records.requests);
    connect(recordWriter.beats, records.beats);
    writeMasters.add(recordWriter.memory);
    memoryErrors.add(resultWriter.error);
    memoryErrors.add(recordWriter.error);
    unused(resultWriter.done);
    unused(recordWriter.done);
    if (configuration.attention().isPresent()) {
      controls.add(attention(configuration.attention().get(), registers));
    }
    if (configuration.router().isPresent()) {
      controls.add(router());
    }
    if (configuration.append()) {
      controls.add(cache());
    }

    // ---- ports
    Axi4 port0 = named("m_axi_mem0", out(Axi4.of(portShape(0))));
    for (int port = 1; port < configuration.ports(); port++) {
      AxiRead read = named("m_axi_mem" + port, out(AxiRead.of(portShape(port))));
      otherPorts.add(read);
    }
    connectReads(port0);
    connectWrites(port0);

    // ---- commands
    fetch.start.set(start);
    fetch.listAddress.set(registers.value("LIST", "address").wrap(CardMemory.ADDRESS_BITS));
    unused(registers.value("LIST", "address"));
    TokenCounters tokens = inst(new TokenCounters(controls.size()));
    for (int i = 0; i < controls.size(); i++) {
      EngineControl engineControl = controls.get(i);
      connect(engineControl.descriptors, fetch.descriptors.get(i));
      tokens.wanted.get(i).set(engineControl.wanted);
      tokens.take.get(i).set(engineControl.take);
      tokens.released.get(i).set(engineControl.released);
      tokens.give.get(i).set(engineControl.give);
      engineControl.granted.set(tokens.granted.get(i));
    }
    tokens.clear.set(start);
    connect(loader.command, loaderControl.command);
    loaderControl.done.set(loader.done);
    loaderControl.busy.set(false);
    connect(matmul.command, matmulControl.command);
    matmulControl.done.set(matmul.done);
    matmulControl.busy.set(matmul.busy);
    matmulControl.beats.set(matmul.beatsTaken);
    Stream<UInt> merged =
        Arbiter.merge(
            Arbiter.Policy.ROUND_ROBIN, controls.stream().map(control -> control.records).toList());
    connect(records.records, merged);
    records.start.set(start);
    records.base.set(registers.value("RECORDS", "address").wrap(CardMemory.ADDRESS_BITS));
    unused(registers.value("RECORDS", "address"));

    unused(loaderControl.stalledMemory);
    unused(loaderControl.stalledTokens);
    Bit enginesIdle = reduce(controls.stream().map(control -> control.idle).toList(), Bit::and);
    saturations.add(matmul.saturated);
    return new Work(
        port0,
        fetch.active.not().and(enginesIdle).and(recordWriter.idle).and(resultWriter.idle),
        fetch.unknown,
        tokens.overflow,
        reduce(memoryErrors, Bit::or),
        reduce(saturations, Bit::or),
        fetch.position,
        matmul.busy,
        matmulControl.stalledMemory,
        matmulControl.stalledTokens,
        matmul.beatsTaken.add(loaderReader.beats.fire().asUInt()));
  }

  /** The machine that works one descriptor at a time. */
  private Work compact(RegisterFile registers, Bit start) {
    CompactCore core = inst(new CompactCore(configuration));
    Axi4 port = named("m_axi_mem0", out(Axi4.of(shape)));
    connect(port, core.memory);
    core.start.set(start);
    core.listAddress.set(registers.value("LIST", "address"));
    core.recordsAddress.set(registers.value("RECORDS", "address"));
    Bit saturated = reg(bit(), 0);
    when(core.saturated, () -> saturated.set(true));
    return new Work(
        port,
        core.active.not(),
        core.unknown,
        lit(false),
        core.memoryError,
        saturated,
        core.position,
        core.busy,
        core.stalled,
        lit(false),
        core.beat.asUInt());
  }

  /** The attention engine on its ports; its control. */
  private EngineControl attention(AttentionShape attentionShape, RegisterFile registers) {
    AttentionEngine attention = inst(new AttentionEngine(configuration));
    EngineControl attentionControl = inst(new EngineControl(Engine.ATTENTION, configuration));
    connect(attention.command, attentionControl.command);
    attentionControl.done.set(attention.done);
    attentionControl.busy.set(attention.busy);
    attentionControl.beats.set(attention.beatsTaken);
    unused(attentionControl.stalledMemory);
    unused(attentionControl.stalledTokens);
    memoryErrors.add(attention.memoryError);
    List<AttentionEngine.Reader> readers = AttentionEngine.readersOf(attentionShape);
    for (int i = 0; i < readers.size(); i++) {
      onPort(readers.get(i).port(configuration), attention.reads.get(i));
    }
    attention.writes.forEach(writeMasters::add);
    for (AttentionCounter counter : AttentionCounter.values()) {
      UInt step = attention.counted.get(counter.ordinal());
      count(registers, counter.register(), MachineRegisters.COUNT, step);
    }
    return attentionControl;
  }

  /** The router on its ports; its control. */
  private EngineControl router() {
    RouterEngine router = inst(new RouterEngine(configuration));
    EngineControl routerControl = inst(new EngineControl(Engine.ROUTER, configuration));
    connect(router.command, routerControl.command);
    routerControl.done.set(router.done);
    routerControl.busy.set(router.busy);
    routerControl.beats.set(router.beatsTaken);
    unused(routerControl.stalledMemory);
    unused(routerControl.stalledTokens);
    memoryErrors.add(router.memoryError);
    for (RouterEngine.Reader reader : RouterEngine.Reader.values()) {
      onPort(reader.port(configuration), router.reads.get(reader.ordinal()));
    }
    writeMasters.add(router.write);
    return routerControl;
  }

  /** The engine that appends keys and values on the first port; its control. */
  private EngineControl cache() {
    CacheEngine cache = inst(new CacheEngine(configuration));
    EngineControl cacheControl = inst(new EngineControl(Engine.CACHE, configuration));
    connect(cache.command, cacheControl.command);
    cacheControl.done.set(cache.done);
    cacheControl.busy.set(false);
    cacheControl.beats.set(cache.beatsTaken);
    unused(cacheControl.stalledMemory);
    unused(cacheControl.stalledTokens);
    memoryErrors.add(cache.memoryError);
    Bit saturated = reg(bit(), 0);
    when(cache.saturates, () -> saturated.set(true));
    saturations.add(saturated);
    cache.reads.forEach(read -> onPort(0, read));
    writeMasters.add(cache.write);
    return cacheControl;
  }

  private AxiShape portShape(int port) {
    int readers = mastersOfPort.get(port).size();
    return readers == 1 ? shape : AxiReadArbiter.sharedShape(shape, readers);
  }

  private void onPort(int port, AxiRead master) {
    mastersOfPort.get(port).add(master);
  }

  private void connectReads(Axi4 firstPort) {
    for (int port = 0; port < mastersOfPort.size(); port++) {
      List<AxiRead> masters = mastersOfPort.get(port);
      AxiRead memory = port == 0 ? firstPort.read : otherPorts.get(port - 1);
      if (masters.size() == 1) {
        connect(memory, masters.get(0));
      } else {
        AxiReadArbiter readers =
            inst(
                port == 0 ? "readers" : "readers_" + port,
                new AxiReadArbiter(shape, masters.size()));
        connect(memory, readers.memory);
        for (int i = 0; i < masters.size(); i++) {
          AxiRead master = masters.get(i);
          connect(
              readers.masters.get(i).ar,
              configuration.shortPaths() ? master.ar.slice() : master.ar);
          connect(master.r, readers.masters.get(i).r);
        }
      }
    }
  }

  /** Connects the masters that write to the port, whose ids are as wide as those of the reads. */
  private void connectWrites(Axi4 firstPort) {
    AxiWriteArbiter writers =
        inst(new AxiWriteArbiter(shape, writeMasters.size(), configuration.outstanding() + 1));
    for (int i = 0; i < writeMasters.size(); i++) {
      connect(writers.masters.get(i), writeMasters.get(i));
    }
    int idBits = AxiReadArbiter.sharedShape(shape, writeMasters.size()).idBits();
    firstPort.write.aw.valid.set(writers.memory.aw.valid);
    writers.memory.aw.ready.set(firstPort.write.aw.ready);
    connect(
        firstPort.write.aw.payload,
        writers.memory.aw.payload.withId(
            writers.memory.aw.payload.id().pad(firstPort.shape().idBits())));
    connect(firstPort.write.w, writers.memory.w);
    writers.memory.b.valid.set(firstPort.write.b.valid);
    firstPort.write.b.ready.set(writers.memory.b.ready);
    connect(
        writers.memory.b.payload,
        new AxiWrite.Response(
            firstPort.write.b.payload.id().wrap(idBits), firstPort.write.b.payload.resp()));
  }

  private UInt count(RegisterFile registers, String register, String field, UInt amount) {
    UInt status = registers.status(register, field);
    UInt count =
        named("count_" + register.toLowerCase(java.util.Locale.ROOT), reg(uint(status.width()), 0));
    count.set(count.add(amount).wrap(count.width()));
    status.set(count);
    return count;
  }

  @Override
  protected String moduleName() {
    return "heddle_" + configuration.name();
  }
}
