package dev.heddle.lib.link;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.State;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.Crc32c;
import dev.heddle.lib.Stream;
import dev.heddle.lib.UartByte;

/**
 * Takes frames from the line: undoes the byte stuffing, checks the CRC, and gives the requests
 * away.
 *
 * <pre>
 *   bytes --> unstuff --+--> CRC-32C
 *                       |        | sound?
 *                       '--> ring ---> requests     | count 2 | header 8 | payload |
 * </pre>
 *
 * A frame is written into the ring as it comes and handed over at its delimiter, if it is sound;
 * else the next one is written over it. Dropped whole are frames that are damaged, shorter than a
 * header or longer than the largest payload, and those for which the ring has no room. Each request
 * that comes out is preceded by the number of bytes of its payload, so that whoever carries it out
 * knows before it reads the payload whether its length is right; the CRC does not come out.
 *
 * <p>A byte takes 8 cycles, that of a delimiter 6.
 */
public final class LinkReceiver extends Component {
  private enum Phase {
    CONTENT,
    COUNT_LOW,
    COUNT_HIGH,
    RESTART,
    RESERVE_LOW,
    RESERVE_HIGH
  }

  private final LinkParameters parameters;

  /** The line. */
  public final Stream<UartByte> bytes;

  /** For each sound frame: bytes of its payload in two bytes, its header and its payload. */
  public final Stream<UInt> requests;

  /** One for a cycle when a sound frame has come. */
  public final Bit sound;

  /** One for a cycle when a frame was dropped. */
  public final Bit dropped;

  /** The receiver of a bridge. */
  public LinkReceiver(LinkParameters parameters) {
    this.parameters = parameters;
    document("Receives the frames of a link.");
    bytes = in(Stream.of(UartByte.type()));
    requests = out(Stream.of(uint(8)));
    sound = out(bit());
    dropped = out(bit());

    int depth = parameters.receiveRing();
    int addressBits = bits(depth);
    LinkRing ring = inst(new LinkRing(depth));
    connect(requests, ring.bytes);
    Crc32c crc = inst(new Crc32c(1));
    State<Phase> phase = state(Phase.RESTART);

    // Bytes of the payload so far; negative while header and CRC are not complete.
    int overhead = LinkProtocol.contentBytes(0);
    int countBits = bits(parameters.payload() + 1) + 1;
    UInt count = reg(uint(countBits));
    Bit isShort = count.at(countBits - 1);
    Bit isFull = count.eq(parameters.payload());
    UInt start = reg(uint(addressBits), 0);
    UInt place = reg(uint(addressBits));
    UInt nextPlace = place.inc();
    SInt last = place.sub(LinkProtocol.CRC_BYTES);

    // Bytes until the next code, and whether a zero stands before that.
    UInt run = reg(uint(8));
    Bit zero = reg(bit());
    Bit begun = reg(bit());
    Bit bad = reg(bit());

    UInt data = bytes.payload.data();
    Bit isDelimiter = data.eq(LinkProtocol.DELIMITER);
    Bit isCode = run.eq(0);
    Bit fire = bytes.fire();
    Bit ends = fire.and(isDelimiter).andNot(bytes.payload.damaged());
    Bit accepted = begun.and(isCode).and(crc.sound).andNot(bad).andNot(isShort);
    Bit hasContent = isCode.not().or(zero);
    Bit overruns = nextPlace.eq(ring.head).or(isFull);
    Bit inside = fire.andNot(ends);
    Bit store = inside.and(hasContent).andNot(bad).andNot(overruns);
    UInt content = mux(isCode, 0, data);

    bytes.ready.set(phase.is(Phase.CONTENT).and(crc.bytes.ready));
    crc.restart.set(phase.is(Phase.RESTART));
    crc.drain.set(false);
    crc.bytes.valid.set(store);
    crc.bytes.payload.set(content);
    sound.set(ends.and(accepted));
    dropped.set(ends.and(begun).andNot(accepted));

    Bit isCounting = phase.is(Phase.COUNT_LOW).or(phase.is(Phase.COUNT_HIGH));
    UInt countLow = count.pad(16).wrap(8);
    UInt countHigh = count.pad(16).slice(15, 8);
    ring.write.set(store.or(isCounting));
    ring.address.set(place);
    ring.data.set(mux(phase.is(Phase.COUNT_LOW), countLow, mux(isCounting, countHigh, content)));
    ring.limit.set(start);

    when(
        inside,
        () -> {
          begun.set(true);
          when(bytes.payload.damaged().or(hasContent.and(overruns)), () -> bad.set(true));
          run.set(mux(isCode, data, run).dec());
          when(isCode, () -> zero.set(data.ne(0xff)));
        });
    when(store, () -> count.set(count.inc()));
    when(
        store.or(isCounting).or(phase.is(Phase.RESERVE_LOW)).or(phase.is(Phase.RESERVE_HIGH)),
        () -> place.set(nextPlace));
    match(
        phase,
        p ->
            switch (p) {
              // The ring gives nothing away while the count is written, so the end comes first.
              case CONTENT ->
                  () ->
                      when(
                          ends,
                          () -> {
                            phase.set(accepted, Phase.COUNT_LOW, Phase.RESTART);
                            when(
                                accepted,
                                () -> {
                                  start.set(last.wrap(addressBits).asUInt());
                                  place.set(start);
                                });
                          });
              case COUNT_LOW -> () -> phase.set(Phase.COUNT_HIGH);
              case COUNT_HIGH -> () -> phase.set(Phase.RESTART);
              case RESTART ->
                  () -> {
                    place.set(start);
                    count.set((1L << countBits) - overhead);
                    run.set(0);
                    zero.set(false);
                    begun.set(false);
                    bad.set(false);
                    phase.set(Phase.RESERVE_LOW);
                  };
              case RESERVE_LOW -> () -> phase.set(Phase.RESERVE_HIGH);
              case RESERVE_HIGH -> () -> phase.set(Phase.CONTENT);
            });
  }

  @Override
  protected String moduleName() {
    return "LinkReceiver_p%d_w%d".formatted(parameters.payload(), parameters.window());
  }
}
