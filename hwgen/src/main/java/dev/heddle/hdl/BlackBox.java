package dev.heddle.hdl;

/**
 * A module that somebody else wrote: ports, no body. The clock and reset ports are those of its
 * clock domains.
 *
 * <pre>{@code
 * public final class Pll extends BlackBox {
 *   public final Bit reference = in(bit());
 *   public final Bit locked = out(bit());
 *
 *   public Pll(int multiplier) {
 *     parameter("MULTIPLIER", multiplier);
 *   }
 * }
 * }</pre>
 */
public abstract class BlackBox extends Component {
  /** A black box. */
  protected BlackBox() {
    super(true);
  }
}
