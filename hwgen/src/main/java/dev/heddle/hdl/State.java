package dev.heddle.hdl;

import java.util.List;
import java.util.Locale;

/** A register that holds a constant of a Java enum: the state of a controller. */
public final class State<E extends Enum<E>> {
  private final List<E> constants;
  private final UInt code;

  State(Class<E> type, UInt code) {
    this.constants = List.of(type.getEnumConstants());
    this.code = code;
    String prefix = type.getSimpleName().replaceAll("([a-z0-9])([A-Z])", "$1_$2");
    code.node()
        .enumeration(
            constants.stream()
                .map(constant -> (prefix + "_" + constant.name()).toUpperCase(Locale.ROOT))
                .toList());
  }

  /** The register; constant number i of the enum has code i. */
  public UInt code() {
    return code;
  }

  /** Whether the state is {@code constant}. */
  public Bit is(E constant) {
    return code.eq(literal(constant));
  }

  /** Makes {@code constant} the next state. */
  public void set(E constant) {
    Drive.set(code, literal(constant));
  }

  /** Makes one of two constants the next state. */
  public void set(Bit select, E whenOne, E whenZero) {
    Drive.set(code, Hdl.mux(select, literal(whenOne), literal(whenZero)));
  }

  List<E> constants() {
    return constants;
  }

  UInt literal(E constant) {
    UInt literal = Hdl.lit(constant.ordinal(), code.width());
    literal.node().enumeration(code.node().enumeration());
    return literal;
  }
}
