package dev.heddle.lib.link;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Says whether length and payload of a request suit its operation, as {@link LinkModel} does. */
final class LinkLengthCheck extends Component {
  private static final int LENGTH_BITS = 16;
  private static final int WORD_BYTES = 4;

  private final int largest;

  /** The operation of the request, which is one that exists. */
  final UInt operation = in(uint(LinkReply.OPERATION_BITS));

  /** Its length. */
  final UInt length = in(uint(LENGTH_BITS));

  /** Bytes of its payload. */
  final UInt payload;

  /** Whether they suit each other; combinational. */
  final Bit fits = out(bit());

  /** A check for payloads of at most {@code largest} bytes. */
  LinkLengthCheck(int largest) {
    this.largest = largest;
    document("Says whether the length of a request suits its operation and its payload.");
    int width = bits(largest + 1);
    payload = in(uint(width));
    UInt low = length.wrap(width);
    Bit small = length.shr(width).any().not();
    Bit none = payload.eq(0);
    Bit same = small.and(payload.eq(low));
    Bit zero = small.and(low.eq(0));
    Bit word = small.and(low.eq(WORD_BYTES));
    Bit possible = small.and(low.le(lit(largest)));
    List<Bit> cases = new ArrayList<>();
    for (LinkOperation each : LinkOperation.values()) {
      Bit suits =
          switch (each) {
            case HELLO, RESET -> none.and(zero);
            case READ -> none.and(possible).andNot(zero);
            case WRITE -> same.andNot(zero);
            case READ_REGISTER -> none.and(word);
            case WRITE_REGISTER, CHECK, RATE -> same.and(word);
            case LOOPBACK -> same;
          };
      Bit isOperation = operation.eq(each.code());
      String name = each.name().toLowerCase(Locale.ROOT) + "_fits";
      cases.add(named(name, isOperation.and(suits)));
    }
    fits.set(reduce(cases, Bit::or));
  }

  @Override
  protected String moduleName() {
    return "LinkLengthCheck_" + largest;
  }
}
