package dev.heddle.accel.matmul;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.CardMemory;
import dev.heddle.accel.Configuration;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.State;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.AxiWriter;
import dev.heddle.lib.Stream;
import dev.heddle.lib.WidthAdapter;
import java.util.ArrayList;
import java.util.List;

/**
 * Drains the sums of a row tile: converts them to fp32, one lane of every port a cycle, and writes
 * the numbers of a token side by side to card memory.
 *
 * <p>A token takes {@code lanes + 5} cycles and whatever the memory makes it wait. Tiles are
 * drained in order, from the two banks in turn.
 */
public final class ResultWriter extends Component {
  /** Cycles from the sums of a tile to the request of its first token's range. */
  public static final int REQUEST_LATENCY = 2;

  private enum Phase {
    IDLE,
    REQUEST,
    CONVERT,
    OFFER
  }

  /** Marks the start of a descriptor. */
  public final Bit start;

  /** Address of the first token's results; with {@link #start}. */
  public final UInt firstAddress;

  /** Bytes from one token's results to the next; with {@link #start}. */
  public final UInt tokenStride;

  /** Number of the last token. */
  public final UInt lastToken;

  /** Exponent of the sums' unit less that of the vector. */
  public final SInt unit;

  /** One in the cycle after which the sums of the next tile are complete. */
  public final Bit tile;

  /** Largest exponent of the vector {@link #token}, one cycle later. */
  public final SInt largest;

  /** The sums of all lanes at {@link #bank} and {@link #token}, one cycle later. */
  public final Vec<SInt> sums;

  /** Token whose sums are wanted. */
  public final UInt token;

  /** Bank whose sums are wanted. */
  public final Bit bank;

  /** One in the cycle in which the sums of a tile are no longer needed. */
  public final Bit drained;

  /** Whether a number was too large for fp32; stays one. */
  public final Bit saturated;

  /** Ranges of card memory. */
  public final Stream<AxiRequest> requests;

  /** The numbers. */
  public final Stream<AxiWriter.Beat> beats;

  /** Cycles in which the numbers of a token are converted. */
  private static int conversion(Configuration configuration) {
    return configuration.lanes() + FloatConverter.LATENCY;
  }

  /** Cycles from the request of a token's range to its first beat. */
  public static int beatLatency(Configuration configuration) {
    return 1 + conversion(configuration);
  }

  /** The result writer of {@code configuration}. */
  public ResultWriter(Configuration configuration) {
    AxiShape shape = CardMemory.master(configuration);
    int ports = configuration.ports();
    int lanes = configuration.lanes();
    int rowBytes = configuration.rows() * Float.BYTES;
    start = in(bit());
    firstAddress = in(uint(CardMemory.ADDRESS_BITS));
    tokenStride = in(uint(32));
    lastToken = in(uint(ActivationBuffer.tokenBits(configuration)));
    unit = in(sint(DotProduct.CODE_BITS));
    tile = in(bit());
    largest = in(sint(DotProduct.CODE_BITS));
    sums = in(configuration.rows(), sint(Long.SIZE));
    token = out(uint(lastToken.width()));
    bank = out(bit());
    drained = out(bit());
    saturated = out(bit());
    requests = out(Stream.of(AxiRequest.of(shape)));
    beats = out(Stream.of(AxiWriter.Beat.of(shape)));
    document(
        "Converts the sums of a row tile to fp32 and writes them to card memory; LANES + 5 cycles\n"
            + "a token.");
    parameter("PORTS", configuration.ports());
    parameter("PORT_BITS", configuration.portBits());
    parameter("LANES", configuration.lanes());
    parameter("TOKENS", configuration.maxTokens());

    State<Phase> phase = state(Phase.IDLE);
    UInt waiting = reg(uint(2), 0);
    UInt tokenNow = reg(uint(lastToken.width()), 0);
    Bit bankNow = reg(bit(), 0);
    UInt stride = reg(uint(32));
    UInt tileAddress = reg(uint(CardMemory.ADDRESS_BITS));
    UInt tokenAddress = reg(uint(CardMemory.ADDRESS_BITS));
    int cycles = conversion(configuration);
    UInt cycle = reg(uint(bits(cycles)), 0);
    Bit lastCycle = cycle.eq(cycles - 1);
    Bit last = tokenNow.eq(lastToken);

    Stream<UInt> row = wire(Stream.of(uint(rowBytes * 8)));
    row.valid.set(phase.is(Phase.OFFER));
    Bit rowTaken = row.fire();
    Bit tileTaken = rowTaken.and(last);
    requests.valid.set(phase.is(Phase.REQUEST));
    int rowBeats = rowBytes / shape.bytes();
    connect(requests.payload, new AxiRequest(tokenAddress, lit(rowBeats, AxiRequest.BEATS_BITS)));

    match(
        phase,
        p ->
            switch (p) {
              case IDLE ->
                  () ->
                      when(
                          waiting.ne(0),
                          () -> {
                            phase.set(Phase.REQUEST);
                            tokenAddress.set(tileAddress);
                          });
              case REQUEST -> () -> when(requests.ready, () -> phase.set(Phase.CONVERT));
              case CONVERT ->
                  () -> {
                    cycle.set(mux(lastCycle, 0, cycle.inc()));
                    when(lastCycle, () -> phase.set(Phase.OFFER));
                  };
              case OFFER ->
                  () ->
                      when(
                          rowTaken,
                          () -> {
                            tokenNow.set(mux(last, 0, tokenNow.inc()));
                            tokenAddress.set(tokenAddress.wrapAdd(stride));
                            phase.set(last, Phase.IDLE, Phase.REQUEST);
                            when(
                                last,
                                () -> {
                                  bankNow.set(bankNow.not());
                                  tileAddress.set(tileAddress.wrapAdd(lit(rowBytes)));
                                });
                          });
            });
    when(
        start,
        () -> {
          stride.set(tokenStride);
          tileAddress.set(firstAddress);
        });
    when(tile.andNot(tileTaken), () -> waiting.set(waiting.inc()))
        .elseWhen(tileTaken.andNot(tile), () -> waiting.set(waiting.dec()));
    token.set(tokenNow);
    bank.set(bankNow);
    drained.set(tileTaken);

    // The sums arrive one cycle after their place; lane i is converted i cycles later.
    UInt lane = cycle.pad(bits(lanes) + 1).slice(bits(lanes) - 1, 0);
    SInt exponent = largest.add(unit);
    Bit collect = phase.is(Phase.CONVERT).and(cycle.ge(FloatConverter.LATENCY));
    List<UInt> numbers = new ArrayList<>();
    Bit anySaturated = lit(false);
    for (int port = 0; port < ports; port++) {
      FloatConverter converter = inst("converter_" + port, new FloatConverter());
      List<SInt> ofPort = sums.subList(lanes * port, lanes * (port + 1));
      converter.valid.set(phase.is(Phase.CONVERT));
      converter.accumulator.set(lanes == 1 ? ofPort.get(0) : Vec.of(ofPort).at(lane));
      converter.exponent.set(exponent);
      UInt collected = named("numbers_" + port, reg(uint(lanes * Float.SIZE)));
      UInt next =
          lanes == 1
              ? converter.number
              : cat(converter.number, collected.slice(lanes * Float.SIZE - 1, Float.SIZE));
      when(collect, () -> collected.set(next));
      numbers.add(0, collected);
      anySaturated = anySaturated.or(converter.saturated);
    }
    row.payload.set(cat(numbers));
    Bit everSaturated = reg(bit(), 0);
    when(collect.and(anySaturated), () -> everSaturated.set(true));
    saturated.set(everSaturated);

    Stream<UInt> words = WidthAdapter.convert(row, shape.dataBits());
    beats.valid.set(words.valid);
    words.ready.set(beats.ready);
    connect(beats.payload, AxiWriter.Beat.whole(words.payload));
  }
}
