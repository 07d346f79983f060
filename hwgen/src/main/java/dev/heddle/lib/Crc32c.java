package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;

/**
 * The CRC-32C (RFC 3720, B.4; as {@link java.util.zip.CRC32C}) of a sequence of bytes.
 *
 * <p>The state is divided by the polynomial a few bits in a cycle: a byte passes every {@code 8 /
 * bits} cycles. The same register gives the CRC away: while {@code drain} is one each byte that
 * passes is not covered but moves {@code value} down by a byte, so that its low byte is the next to
 * send.
 */
public final class Crc32c extends Component {
  private static final int POLYNOMIAL = 0x82F63B78;
  private static final int WIDTH = 32;
  private static final int BYTE_BITS = 8;

  private final int step;

  /** One begins a new sequence; no byte passes in this cycle. */
  public final Bit restart = in(bit());

  /** One while the bytes that pass shift the CRC out. */
  public final Bit drain = in(bit());

  /** What is covered. */
  public final Stream<UInt> bytes = in(Stream.of(uint(BYTE_BITS)));

  /** CRC of the bytes since {@code restart}; whenever {@code bytes.ready}. */
  public final UInt value = out(uint(WIDTH));

  /** Whether the last four bytes are the CRC of those before; whenever {@code bytes.ready}. */
  public final Bit sound = out(bit());

  /** A unit that does {@code bits} bits in a cycle: 1, 2, 4 or 8. */
  public Crc32c(int bits) {
    if (bits < 1 || bits > BYTE_BITS || !isPowerOfTwo(bits)) {
      throw new IllegalArgumentException("a CRC does 1, 2, 4 or 8 bits in a cycle, not " + bits);
    }
    step = bits;
    document("CRC-32C of a sequence of bytes, " + bits + " bits in a cycle.");
    UInt state = reg(uint(WIDTH));
    Bit taken = named("taken", bytes.fire());
    UInt low = state.wrap(BYTE_BITS);
    // To drain is to cover what leaves nothing to divide.
    UInt added = mux(drain, 0, low.xor(bytes.payload)).pad(BYTE_BITS);
    UInt dividend = cat(state.slice(WIDTH - 1, BYTE_BITS), mux(taken, added, low));
    UInt quotient = dividend;
    for (int i = 0; i < bits; i++) {
      quotient = divide(quotient);
    }
    UInt divided = named("divided", quotient);

    value.set(state.not());
    sound.set(state.eq(Integer.toUnsignedLong(residue())));
    Bit busy;
    if (bits == BYTE_BITS) {
      busy = lit(false);
      bytes.ready.set(restart.not());
    } else {
      UInt left = named("left", reg(uint(bits(BYTE_BITS / bits)), 0));
      busy = named("busy", left.ne(0));
      bytes.ready.set(busy.or(restart).not());
      when(restart, () -> left.set(0))
          .elseWhen(taken, () -> left.set(BYTE_BITS / bits - 1))
          .elseWhen(busy, () -> left.set(left.dec()));
    }
    when(restart, () -> state.set(0xFFFF_FFFFL)).elseWhen(taken.or(busy), () -> state.set(divided));
  }

  /** One bit of the division, the lowest bit first. */
  private static UInt divide(UInt state) {
    UInt shifted = state.shr(1).pad(WIDTH);
    UInt divisor = lit(Integer.toUnsignedLong(POLYNOMIAL), WIDTH);
    return mux(state.at(0), shifted.xor(divisor), shifted);
  }

  /** The state after any bytes and their CRC: that of no bytes and the CRC 0. */
  private static int residue() {
    int state = -1;
    for (int i = 0; i < WIDTH; i++) {
      state = state >>> 1 ^ ((state & 1) == 1 ? POLYNOMIAL : 0);
    }
    return state;
  }

  @Override
  protected String moduleName() {
    return "Crc32c_" + step;
  }
}
