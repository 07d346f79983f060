package dev.heddle.accel.command;

import static dev.heddle.accel.command.StructureBits.field;
import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.RouterShape;
import dev.heddle.accel.isa.CompletionRecord;
import dev.heddle.accel.isa.Engine;
import dev.heddle.accel.isa.MemoryField;
import dev.heddle.accel.isa.Operation;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.State;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.Fifo;
import dev.heddle.lib.Stream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What stands before an engine: a queue of its descriptors, the wait for tokens, the counters of
 * the descriptor that runs, and the completion record at its end.
 */
public final class EngineControl extends Component {
  /** Cycles from a descriptor to its command, if it waits for nothing. */
  public static final int COMMAND_LATENCY = Fifo.LATENCY;

  /** Cycles from the end of a descriptor to its record. */
  public static final int RECORD_LATENCY = 1;

  private static final int QUEUED = 2;
  private static final int COUNTER_BITS = 48;

  private enum Phase {
    WAIT,
    RUN,
    RECORD
  }

  /** Descriptors in the order of the list. */
  public final Stream<UInt> descriptors;

  /** The descriptor that starts. */
  public final Stream<UInt> command;

  /** Whether the engine is in the last cycle of its descriptor. */
  public final Bit done;

  /** Whether the multipliers work. */
  public final Bit busy;

  /** Beats taken from card memory in this cycle. */
  public final UInt beats;

  /** Engines whose tokens the next descriptor wants. */
  public final UInt wanted;

  /** Whether they are there. */
  public final Bit granted;

  /** Whether they are taken. */
  public final Bit take;

  /** Engines that get a token. */
  public final UInt released;

  /** Whether they get it. */
  public final Bit give;

  /** Completion records. */
  public final Stream<UInt> records;

  /** Whether nothing is queued or running. */
  public final Bit idle;

  /** Whether the next descriptor waits for tokens. */
  public final Bit stalledTokens;

  /** Whether the engine runs without multiplying. */
  public final Bit stalledMemory;

  private final Engine engine;

  /** The control of {@code engine}. */
  public EngineControl(Engine engine, Configuration configuration) {
    this.engine = engine;
    int engines = configuration.engines().size();
    int bits = Operation.BYTES * 8;
    descriptors = in(Stream.of(uint(bits)));
    command = out(Stream.of(uint(bits)));
    done = in(bit());
    busy = in(bit());
    beats = in(uint(beatsBits(engine, configuration)));
    wanted = out(uint(engines));
    granted = in(bit());
    take = out(bit());
    released = out(uint(engines));
    give = out(bit());
    records = out(Stream.of(uint(CompletionRecord.BYTES * 8)));
    idle = out(bit());
    stalledTokens = out(bit());
    stalledMemory = out(bit());
    document("Queue, tokens, counters and completion records of one engine.");

    Fifo<UInt> queue = inst(new Fifo<>(uint(bits), QUEUED));
    connect(queue.push, descriptors);
    UInt head = queue.pop.payload;
    State<Phase> phase = state(Phase.WAIT);
    Bit waiting = phase.is(Phase.WAIT).and(queue.pop.valid);
    wanted.set(present(field(head, Operation.WAIT), configuration.engines()));
    released.set(present(field(head, Operation.RELEASE), configuration.engines()));
    command.payload.set(head);
    command.valid.set(waiting.and(granted));
    take.set(command.fire());
    Bit running = phase.is(Phase.RUN);
    Bit ends = running.and(done);
    give.set(ends);
    Bit recorded = records.fire();
    queue.pop.ready.set(recorded);
    match(
        phase,
        p ->
            switch (p) {
              case WAIT -> () -> when(take, () -> phase.set(Phase.RUN));
              case RUN -> () -> when(done, () -> phase.set(Phase.RECORD));
              case RECORD -> () -> when(records.ready, () -> phase.set(Phase.WAIT));
            });
    records.valid.set(phase.is(Phase.RECORD));
    idle.set(queue.level.eq(0));
    Bit tokenStall = waiting.andNot(granted);
    Bit memoryStall = running.andNot(busy);
    stalledTokens.set(tokenStall);
    stalledMemory.set(memoryStall);

    Map<MemoryField, UInt> record = new LinkedHashMap<>();
    record.put(CompletionRecord.TAG, field(head, Operation.TAG));
    record.put(CompletionRecord.ENGINE, lit(engine.ordinal()));
    UInt cycles = counter(waiting.or(running).asUInt(), recorded);
    record.put(CompletionRecord.CYCLES, cycles);
    UInt busyCycles = counter(busy.and(running).asUInt(), recorded);
    record.put(CompletionRecord.BUSY, busyCycles);
    UInt memoryCycles = counter(memoryStall.asUInt(), recorded);
    record.put(CompletionRecord.STALLED_MEMORY, memoryCycles);
    UInt tokenCycles = counter(tokenStall.asUInt(), recorded);
    record.put(CompletionRecord.STALLED_TOKENS, tokenCycles);
    UInt beatCount = counter(beats, recorded);
    record.put(CompletionRecord.BEATS, beatCount);
    int multipliers = multipliers(engine, configuration);
    record.put(
        CompletionRecord.MULTIPLICATIONS,
        isPowerOfTwo(multipliers)
            ? busyCycles.shl(Integer.numberOfTrailingZeros(multipliers))
            : busyCycles.mul(lit(multipliers)));
    records.payload.set(StructureBits.structure(CompletionRecord.BYTES, record));
  }

  /** The bits of a mask for engines that there are, side by side. */
  private static UInt present(UInt mask, List<Engine> engines) {
    int last = engines.size() - 1;
    return engines.get(last).ordinal() == last
        ? mask.slice(last, 0)
        : cat(
            IntStream.rangeClosed(0, last)
                .mapToObj(i -> mask.at(engines.get(last - i).ordinal()))
                .toList());
  }

  /** Bits of the beats that an engine takes in a cycle. */
  private static int beatsBits(Engine engine, Configuration configuration) {
    return switch (engine) {
      case LOADER, MATMUL -> bits(configuration.ports() + 1);
      case ATTENTION -> 3;
      case ROUTER, CACHE -> 2;
    };
  }

  private static int multipliers(Engine engine, Configuration configuration) {
    return switch (engine) {
      case LOADER, MATMUL, CACHE -> configuration.multipliers();
      case ATTENTION -> configuration.attention().orElseThrow().multipliers();
      case ROUTER -> RouterShape.MULTIPLIERS;
    };
  }

  private UInt counter(UInt amount, Bit clear) {
    UInt count = reg(uint(COUNTER_BITS), 0);
    when(clear, () -> count.set(0))
        .otherwise(() -> count.set(count.add(amount).wrap(COUNTER_BITS)));
    return count;
  }

  @Override
  protected String moduleName() {
    return "EngineControl_" + engine.name().toLowerCase(java.util.Locale.ROOT);
  }
}
