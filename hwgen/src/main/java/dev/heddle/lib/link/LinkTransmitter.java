package dev.heddle.lib.link;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.State;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.Stream;

/**
 * Puts frames on the line: consistent overhead byte stuffing, in place in a ring.
 *
 * <p>A code is the distance to the next zero, so its place is left open until that zero has come,
 * and then patched; the zero itself is the place of the next code. A frame is handed over to the
 * line when it is complete. Until then {@code abort} takes it back.
 *
 * <pre>
 *   content           11 22 00 33
 *   ring       00 __  11 22 __ 33       open places of codes: __
 *              00 03  11 22 02 33 00    handed over
 * </pre>
 *
 * A run of 254 bytes that ends a frame is followed by the code of an empty run, which says the
 * same.
 *
 * <p>A byte passes in a cycle; each frame takes 4 cycles more, and each run of 254 bytes 1.
 */
public final class LinkTransmitter extends Component {
  private static final int LONGEST_RUN = 254;

  private enum Phase {
    DELIMIT,
    OPEN,
    CONTENT,
    FULL,
    CLOSE,
    HAND_OVER
  }

  private final int depth;

  /** Header, payload and CRC of each frame. */
  public final Stream<LinkByte> content;

  /** One takes back what came of a frame whose last byte has not come. */
  public final Bit abort;

  /** The line. */
  public final Stream<UInt> bytes;

  /** One while nothing is inside. */
  public final Bit idle;

  /** The transmitter of a bridge. */
  public LinkTransmitter(LinkParameters parameters) {
    depth = parameters.transmitRing();
    document("Sends the frames of a link.");
    content = in(Stream.of(LinkByte.type()));
    abort = in(bit());
    bytes = out(Stream.of(uint(8)));
    idle = out(bit());

    int addressBits = bits(depth);
    LinkRing ring = inst(new LinkRing(depth));
    connect(bytes, ring.bytes);
    State<Phase> phase = state(Phase.DELIMIT);
    UInt start = reg(uint(addressBits), 0);
    UInt place = reg(uint(addressBits), 0);
    UInt codePlace = reg(uint(addressBits));
    UInt code = reg(uint(8));
    Bit ending = reg(bit());

    UInt nextPlace = place.inc();
    Bit hasRoom = nextPlace.ne(ring.head);
    UInt data = content.payload.data();
    Bit isContent = phase.is(Phase.CONTENT);
    content.ready.set(isContent.and(hasRoom));
    Bit taken = content.fire();
    Bit isZero = data.eq(0);
    Bit endsRun = taken.and(isZero).or(phase.is(Phase.FULL).and(hasRoom));
    Bit patches = endsRun.or(phase.is(Phase.CLOSE));
    Bit delimits = phase.is(Phase.DELIMIT).or(phase.is(Phase.HAND_OVER));
    Bit begins = phase.is(Phase.DELIMIT).and(content.valid);
    Bit opens = phase.is(Phase.OPEN);
    Bit advances =
        hasRoom.and(begins.or(opens).or(phase.is(Phase.HAND_OVER))).or(taken).or(endsRun);

    ring.write.set(advances.or(phase.is(Phase.CLOSE)));
    ring.address.set(mux(patches, codePlace, place));
    ring.data.set(mux(patches, code, mux(delimits, LinkProtocol.DELIMITER, data)));
    ring.limit.set(start);
    idle.set(ring.empty.and(phase.is(Phase.DELIMIT)));

    when(advances, () -> place.set(nextPlace));
    when(
            endsRun.or(opens),
            () -> {
              codePlace.set(place);
              code.set(1);
            })
        .elseWhen(taken, () -> code.set(code.inc()));
    when(isContent, () -> ending.set(taken.and(content.payload.last())));
    match(
        phase,
        p ->
            switch (p) {
              case DELIMIT -> () -> when(advances, () -> phase.set(Phase.OPEN));
              case OPEN -> () -> when(advances, () -> phase.set(Phase.CONTENT));
              case CONTENT ->
                  () ->
                      when(
                              taken.andNot(isZero).and(code.eq(LONGEST_RUN)),
                              () -> phase.set(Phase.FULL))
                          .elseWhen(
                              taken.and(content.payload.last()), () -> phase.set(Phase.CLOSE));
              case FULL -> () -> when(hasRoom, () -> phase.set(ending, Phase.CLOSE, Phase.CONTENT));
              case CLOSE -> () -> phase.set(Phase.HAND_OVER);
              case HAND_OVER ->
                  () ->
                      when(
                          hasRoom,
                          () -> {
                            start.set(nextPlace);
                            phase.set(Phase.DELIMIT);
                          });
            });
    when(
        abort,
        () -> {
          place.set(start);
          phase.set(Phase.DELIMIT);
        });
  }

  @Override
  protected String moduleName() {
    return "LinkTransmitter_" + depth;
  }
}
