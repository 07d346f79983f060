package dev.heddle.hdl.random;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.HdlException;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** The values that a circuit has made, among which later steps choose their operands. */
final class Pool {
  /** A choice with this bit takes the newest value, so that some circuits are deep. */
  private static final int NEWEST = 1 << 19;

  private final List<Value> values = new ArrayList<>();
  private final Set<Value> taken = new HashSet<>();

  /** Adds a value, cut to the widest that is wanted. */
  void add(Value value) {
    values.add(
        value.width() <= Plan.WIDEST
            ? value
            : value instanceof SInt s ? s.wrap(Plan.WIDEST) : unsigned(value).wrap(Plan.WIDEST));
  }

  /** What no step has taken. */
  List<Value> untaken() {
    return values.stream().filter(value -> !taken.contains(value)).toList();
  }

  boolean contains(Value value) {
    return values.contains(value);
  }

  Value take(int choice) {
    return take(choice, value -> true);
  }

  /** The chosen value, or the next that is wanted if there is one. */
  private Value take(int choice, Predicate<Value> wanted) {
    int index = (choice & NEWEST) != 0 ? values.size() - 1 : Math.floorMod(choice, values.size());
    Value chosen = values.get(index);
    for (int i = 0; i < values.size() && !wanted.test(chosen); i++) {
      chosen = values.get((index + i) % values.size());
    }
    Value value = wanted.test(chosen) ? chosen : values.get(index);
    taken.add(value);
    return value;
  }

  UInt unsigned(int choice) {
    return unsigned(take(choice, value -> !(value instanceof SInt)));
  }

  /** The bits of a value, cut or filled to a width. */
  UInt unsigned(int choice, int width) {
    UInt value = unsigned(choice);
    return value.width() > width ? value.wrap(width) : value.pad(width);
  }

  /** The same, but never a constant. */
  UInt variable(int choice, int width) {
    UInt value = unsigned(choice, width);
    UInt first = unsigned(values.get(0));
    return isConstant(value) ? value.xor(first.wrap(width)) : value;
  }

  SInt signed(int choice) {
    return signed(take(choice, SInt.class::isInstance));
  }

  SInt signed(int choice, int width) {
    SInt value = signed(choice);
    return value.width() > width ? value.wrap(width) : value.pad(width);
  }

  Bit bit(int choice) {
    Value value = take(choice);
    return value instanceof Bit b ? b : unsigned(value).at(Math.floorMod(choice, value.width()));
  }

  /** A condition, which must not be a constant. */
  Bit condition(int choice) {
    Bit bit = bit(choice);
    return isConstant(bit) ? unsigned(values.get(0)).at(0) : bit;
  }

  private static boolean isConstant(Value value) {
    try {
      Component.of(value);
      return false;
    } catch (HdlException e) {
      return true;
    }
  }

  static UInt unsigned(Value value) {
    return value instanceof SInt s
        ? s.asUInt()
        : value instanceof Bit b ? b.asUInt() : (UInt) value;
  }

  static SInt signed(Value value) {
    return value instanceof SInt s ? s : unsigned(value).asSInt();
  }

  /** {@code value} in the sign and, cut or extended, the width of {@code target}. */
  static void drive(Value target, Value value) {
    if (target instanceof SInt s) {
      s.setWrap(signed(value));
    } else if (target instanceof UInt u) {
      u.setWrap(unsigned(value));
    } else {
      ((Bit) target).set(value instanceof Bit b ? b : unsigned(value).any());
    }
  }
}
