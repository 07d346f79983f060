package dev.heddle.accel.command;

import static dev.heddle.accel.command.StructureBits.field;
import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.CardMemory;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.isa.Engine;
import dev.heddle.accel.isa.Operation;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.State;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.AxiReader;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.Stream;
import dev.heddle.lib.WidthAdapter;
import java.util.Arrays;
import java.util.List;

/**
 * Reads a descriptor list and hands each descriptor to its engine, in the order of the list;
 * follows {@link Operation#LINK}, stops at {@link Operation#END} and at a code that is not an
 * operation's.
 *
 * <p>It asks for a descriptor {@value #REQUEST_LATENCY} cycle after {@link #start} or after the one
 * before was handed on.
 */
public final class CommandFetch extends Component {
  /** Cycles from {@link #start}, or from a descriptor, to the request of the next one. */
  public static final int REQUEST_LATENCY = 1;

  private enum Phase {
    IDLE,
    ASK,
    DISPATCH
  }

  /** Starts a list; ignored while one runs. */
  public final Bit start;

  /** Address of its first descriptor; with {@link #start}. */
  public final UInt listAddress;

  /** Whether a list is read. */
  public final Bit active;

  /** Whether the last list stopped at an unknown code. */
  public final Bit unknown;

  /** Address of the descriptor that is read, or was read last. */
  public final UInt position;

  /** Ranges of card memory that are read. */
  public final Stream<AxiRequest> requests;

  /** What they hold. */
  public final Stream<AxiReader.Beat> beats;

  /** For each engine of the configuration its descriptors. */
  public final Vec<Stream<UInt>> descriptors;

  /** The command fetch of {@code configuration}. */
  public CommandFetch(Configuration configuration) {
    AxiShape shape = CardMemory.master(configuration);
    int bits = Operation.BYTES * 8;
    start = in(bit());
    listAddress = in(uint(CardMemory.ADDRESS_BITS));
    active = out(bit());
    unknown = out(bit());
    position = out(uint(CardMemory.ADDRESS_BITS));
    requests = out(Stream.of(AxiRequest.of(shape)));
    beats = in(Stream.of(AxiReader.Beat.of(shape)));
    descriptors = out(configuration.engines().size(), Stream.of(uint(bits)));
    document("Reads a list of descriptors and hands each to its engine.");
    parameter("PORT_BITS", configuration.portBits());

    State<Phase> phase = state(Phase.IDLE);
    UInt address = reg(uint(CardMemory.ADDRESS_BITS));
    Bit failed = reg(bit(), 0);
    Stream<UInt> data = beats.map(uint(shape.dataBits()), AxiReader.Beat::data);
    unused(beats.payload.last());
    Stream<UInt> words = WidthAdapter.convert(data, bits);
    UInt descriptor = words.payload;
    UInt code = field(descriptor, Operation.CODE);
    Bit arrived = phase.is(Phase.DISPATCH).and(words.valid);

    requests.valid.set(phase.is(Phase.ASK));
    connect(
        requests.payload,
        new AxiRequest(address, lit(Operation.BYTES / shape.bytes(), AxiRequest.BEATS_BITS)));
    Bit taken = lit(false);
    List<Engine> engines = configuration.engines();
    for (Engine engine : engines) {
      Stream<UInt> stream = descriptors.get(engines.indexOf(engine));
      List<Bit> asked =
          Arrays.stream(Operation.values())
              .filter(operation -> operation.engine() == engine)
              .map(operation -> code.eq(operation.code()))
              .toList();
      Bit mine = arrived.and(reduce(asked, Bit::or));
      stream.valid.set(mine);
      stream.payload.set(descriptor);
      taken = taken.or(mine.and(stream.ready));
    }
    Bit links = arrived.and(code.eq(Operation.LINK.code()));
    Bit ends = arrived.and(code.eq(Operation.END.code()));
    Bit fails = arrived.andNot(isKnown(code, configuration));
    Bit dispatched = taken;
    words.ready.set(dispatched.or(links).or(ends).or(fails));

    match(
        phase,
        p ->
            switch (p) {
              case IDLE ->
                  () ->
                      when(
                          start,
                          () -> {
                            address.set(listAddress);
                            failed.set(false);
                            phase.set(Phase.ASK);
                          });
              case ASK -> () -> when(requests.ready, () -> phase.set(Phase.DISPATCH));
              case DISPATCH ->
                  () -> {
                    when(
                            dispatched,
                            () -> {
                              address.set(address.wrapAdd(lit(Operation.BYTES)));
                              phase.set(Phase.ASK);
                            })
                        .elseWhen(
                            links,
                            () -> {
                              UInt next = field(descriptor, Operation.LINK.operand("next"));
                              address.set(next.wrap(CardMemory.ADDRESS_BITS));
                              phase.set(Phase.ASK);
                            })
                        .elseWhen(ends.or(fails), () -> phase.set(Phase.IDLE));
                    when(fails, () -> failed.set(true));
                  };
            });
    active.set(phase.is(Phase.IDLE).not());
    unknown.set(failed);
    position.set(address);
  }

  private static boolean hasEngine(Operation operation, Configuration configuration) {
    return operation.engine() != null && configuration.engines().contains(operation.engine());
  }

  private static Bit isKnown(UInt code, Configuration configuration) {
    Bit known = lit(false);
    for (Operation operation : Operation.values()) {
      if (operation.engine() == null || hasEngine(operation, configuration)) {
        known = known.or(code.eq(operation.code()));
      }
    }
    return known;
  }
}
