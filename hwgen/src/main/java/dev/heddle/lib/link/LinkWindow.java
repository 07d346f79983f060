package dev.heddle.lib.link;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;

/**
 * Which requests of a session were carried out: the first number that was not, and a bit for each
 * number of the window from there.
 *
 * <p>{@code mark} sets the bit of {@code number}; then the window moves by one number in each cycle
 * until it begins with one that was not carried out, and is {@code settled}.
 */
final class LinkWindow extends Component {
  private static final int NUMBER_BITS = bits(LinkProtocol.NUMBERS);

  private final int window;

  /** A number; what is said of it holds in the same cycle. */
  final UInt number = in(uint(NUMBER_BITS));

  /** One begins a session. */
  final Bit clear = in(bit());

  /** One keeps the state for {@code restore}. */
  final Bit keep = in(bit());

  /** One says that {@code number}, which is inside the window, was carried out. */
  final Bit mark = in(bit());

  /** One takes back what was said since {@code keep}. */
  final Bit restore = in(bit());

  /** First number that was not carried out. */
  final UInt base = out(uint(NUMBER_BITS));

  /** Bit {@code i}: {@code base + i} was carried out. */
  final UInt applied;

  /** Whether {@code number} lies after the window. */
  final Bit outside = out(bit());

  /** Whether {@code number} was carried out. */
  final Bit again = out(bit());

  /** Whether the window stands still. */
  final Bit settled = out(bit());

  /** A window of {@code window} numbers, a power of two. */
  LinkWindow(int window) {
    this.window = window;
    document("Numbers of the requests that were carried out, in a window of " + window + ".");
    applied = out(uint(window));
    UInt first = reg(uint(NUMBER_BITS), 0);
    UInt done = reg(uint(window), 0);
    UInt keptFirst = reg(uint(NUMBER_BITS));
    UInt keptDone = reg(uint(window));

    UInt distance = number.wrapSub(first);
    UInt index = distance.wrap(bits(window));
    Bit old = distance.at(NUMBER_BITS - 1);
    Bit beyond = distance.shr(bits(window)).any();
    Bit isDone = done.at(index);
    Bit moves = done.at(0);
    UInt marked = done.or(lit(1).shl(index).wrap(window));

    base.set(first);
    applied.set(done);
    outside.set(beyond.andNot(old));
    again.set(old.or(isDone));
    settled.set(moves.not());
    when(
        keep,
        () -> {
          keptFirst.set(first);
          keptDone.set(done);
        });
    when(
            clear,
            () -> {
              first.set(0);
              done.set(0);
            })
        .elseWhen(
            restore,
            () -> {
              first.set(keptFirst);
              done.set(keptDone);
            })
        .elseWhen(mark, () -> done.set(marked))
        .elseWhen(
            moves,
            () -> {
              first.set(first.inc());
              done.set(done.shr(1));
            });
  }

  @Override
  protected String moduleName() {
    return "LinkWindow_" + window;
  }
}
