package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.bit;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Bundle;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;

/**
 * A sequence of payloads with flow control in both directions: a payload passes in each cycle in
 * which {@code valid} and {@code ready} are both one.
 *
 * <pre>
 *   clk      _/~\_/~\_/~\_/~\_/~\_/~\_
 *   payload  ---< A >-------< B     >-
 *   valid    ___/~~~\_______/~~~~~~~\_
 *   ready    ~~~~~~~~~~~\_______/~~~~~
 *                 A passes        B passes
 * </pre>
 *
 * Rules, for whoever drives and reads a stream:
 *
 * <ol>
 *   <li>The producer drives {@code valid} and {@code payload}, the consumer {@code ready}.
 *   <li>Once {@code valid} is one it stays one, with the same payload, until the payload passes.
 *   <li>{@code valid} does not depend combinationally on {@code ready}; {@code ready} may depend on
 *       {@code valid}.
 *   <li>{@code ready} may fall without a payload having passed.
 *   <li>{@code payload} has no meaning while {@code valid} is zero.
 *   <li>Both {@code valid} and {@code ready} are defined in every cycle after reset; {@code valid}
 *       is zero in reset.
 * </ol>
 *
 * Declared as {@code in(Stream.of(type))} by the consumer and {@code out(Stream.of(type))} by the
 * producer. In the Verilog a stream {@code x} is {@code x_valid}, {@code x_ready} and {@code
 * x_payload}, or {@code x_COMPONENT} for each component of a record.
 */
public class Stream<T extends Data> extends Bundle {
  private final Type<T> type;

  /** One when the producer offers a payload. */
  public final Bit valid;

  /** One when the consumer takes what is offered. */
  public final Bit ready;

  /** What is offered. */
  public final T payload;

  /** For buses that give the members names of their own. */
  protected Stream(Type<T> type) {
    this.type = type;
    valid = field(bit());
    ready = flip(bit());
    payload = field(type);
  }

  /** The type of a stream of {@code type}. */
  public static <T extends Data> Type<Stream<T>> of(Type<T> type) {
    return () -> new Stream<>(type);
  }

  /** The type of a payload. */
  public final Type<T> type() {
    return type;
  }

  /** One in each cycle in which a payload passes. */
  public final Bit fire() {
    return valid.and(ready);
  }

  @Override
  protected boolean isTransparent(Data member) {
    return member == payload && member instanceof Record;
  }
}
