package dev.heddle.lib.link;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.UartPeriod;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of the header of a reply ({@link LinkReply}) and of the description of the board
 * ({@link LinkDescription}), which are constants but for the session and the rate.
 */
final class LinkReplyBytes extends Component {
  private static final int BYTE_BITS = 8;
  private static final int WORD_BYTES = 4;
  private static final int WORD_BITS = 32;

  private final LinkParameters parameters;

  /** Number of the request. */
  final UInt number = in(uint(BYTE_BITS));

  /** Its operation. */
  final UInt operation = in(uint(LinkReply.OPERATION_BITS));

  /** How it ended. */
  final UInt status = in(uint(LinkReply.STATUS_BITS));

  /** Whether the interrupt of the machine is up. */
  final Bit interrupt = in(bit());

  /** First number that was not carried out. */
  final UInt base = in(uint(BYTE_BITS));

  /** Which of the numbers from {@code base} on were. */
  final UInt applied;

  /** Number of the session, or 0. */
  final UInt session = in(uint(WORD_BITS));

  /** Length of a bit on the line. */
  final UInt period = in(uint(UartPeriod.BITS));

  /** Which byte. */
  final UInt index = in(uint(bits(LinkDescription.BYTES)));

  /** Byte {@code index} of the header; combinational. */
  final UInt header = out(uint(BYTE_BITS));

  /** Byte {@code index} of the description; combinational. */
  final UInt description = out(uint(BYTE_BITS));

  LinkReplyBytes(LinkParameters parameters) {
    this.parameters = parameters;
    document("Bytes of the header of a reply and of the description of the board.");
    applied = in(uint(parameters.window()));

    UInt kind = cat(interrupt, status, operation);
    UInt credit = lit(parameters.window(), BYTE_BITS);
    List<UInt> headerBytes = new ArrayList<>(List.of(number, kind, base, credit));
    for (int i : range(WORD_BYTES)) {
      headerBytes.add(byteOf(applied, i));
    }
    header.set(Vec.of(headerBytes).at(index.wrap(bits(LinkProtocol.HEADER_BYTES))));

    byte[] constants = parameters.description().toBytes();
    List<UInt> descriptionBytes = new ArrayList<>();
    for (LinkDescription.Word word : LinkDescription.Word.values()) {
      for (int i : range(WORD_BYTES)) {
        descriptionBytes.add(
            switch (word) {
              case SESSION -> byteOf(session, i);
              case PERIOD -> byteOf(period, i);
              default -> lit(constants[WORD_BYTES * word.ordinal() + i] & 0xff, BYTE_BITS);
            });
      }
    }
    description.set(Vec.of(descriptionBytes).at(index));
  }

  /** A byte of a number in little-endian order; zero beyond its end. */
  private static UInt byteOf(UInt number, int index) {
    int low = BYTE_BITS * index;
    return low < number.width()
        ? number.slice(Math.min(low + BYTE_BITS, number.width()) - 1, low).pad(BYTE_BITS)
        : lit(0, BYTE_BITS);
  }

  @Override
  protected String moduleName() {
    return "LinkReplyBytes_p%d_w%d".formatted(parameters.payload(), parameters.window());
  }
}
