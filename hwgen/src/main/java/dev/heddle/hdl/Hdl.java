package dev.heddle.hdl;

import dev.heddle.hdl.ir.Block;
import dev.heddle.hdl.ir.Node;
import dev.heddle.hdl.ir.Op;
import dev.heddle.hdl.ir.Statement;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The words of the language, meant for {@code import static dev.heddle.hdl.Hdl.*}. */
public final class Hdl {
  private Hdl() {}

  // ---- types

  /** The type of one wire. */
  public static Type<Bit> bit() {
    return Bit::new;
  }

  /** The type of an unsigned number of {@code width} bits. */
  public static Type<UInt> uint(int width) {
    return () -> new UInt(width);
  }

  /** The type of a two's complement number of {@code width} bits. */
  public static Type<SInt> sint(int width) {
    return () -> new SInt(width);
  }

  /** The type of {@code count} signals of one type. */
  public static <T extends Data> Type<Vec<T>> vec(int count, Type<T> type) {
    return () -> new Vec<>(IntStream.range(0, count).mapToObj(i -> type.make()).toList());
  }

  /** The type of {@code like}. */
  @SuppressWarnings("unchecked")
  public static <T extends Value> Type<T> like(T like) {
    if (like instanceof Bit) {
      return (Type<T>) bit();
    }
    return (Type<T>) (like.signed() ? sint(like.width()) : uint(like.width()));
  }

  // ---- constants

  /** A constant truth value. */
  public static Bit lit(boolean value) {
    return new Bit(Constants.bit(value));
  }

  /** An unsigned constant of as many bits as it needs. */
  public static UInt lit(long value) {
    return lit(BigInteger.valueOf(value), Constants.unsignedWidth(BigInteger.valueOf(value)));
  }

  /** An unsigned constant of {@code width} bits. */
  public static UInt lit(long value, int width) {
    return lit(BigInteger.valueOf(value), width);
  }

  /** An unsigned constant of {@code width} bits. */
  public static UInt lit(BigInteger value, int width) {
    if (value.signum() < 0) {
      throw new HdlException("%s is negative; use slit for signed constants", value);
    }
    if (value.bitLength() > width) {
      throw new HdlException("%s does not fit uint(%d)", value, width);
    }
    return new UInt(Node.literal(value, width, false));
  }

  /** A signed constant of as many bits as it needs. */
  public static SInt slit(long value) {
    BigInteger exact = BigInteger.valueOf(value);
    return slit(exact, exact.bitLength() + 1);
  }

  /** A signed constant of {@code width} bits. */
  public static SInt slit(long value, int width) {
    return slit(BigInteger.valueOf(value), width);
  }

  /** A signed constant of {@code width} bits. */
  public static SInt slit(BigInteger value, int width) {
    if (value.bitLength() >= width) {
      throw new HdlException("%s does not fit sint(%d)", value, width);
    }
    return new SInt(Node.literal(value, width, true));
  }

  // ---- numbers of the generator

  /** Bits that the numbers 0 to {@code count - 1} need, at least one. */
  public static int bits(long count) {
    if (count < 1) {
      throw new HdlException("bits(%d): the count must be positive", count);
    }
    return Math.max(1, 64 - Long.numberOfLeadingZeros(count - 1));
  }

  /** Whether {@code n} is a power of two. */
  public static boolean isPowerOfTwo(long n) {
    return n > 0 && Long.bitCount(n) == 1;
  }

  /** The numbers 0 to {@code count - 1}; the variable of such a loop may be used in a lambda. */
  public static Iterable<Integer> range(int count) {
    return () -> IntStream.range(0, count).iterator();
  }

  // ---- expressions

  /**
   * {@code whenOne} where {@code select} is one, {@code whenZero} elsewhere; records and vecs
   * member by member.
   */
  public static <T extends Data> T mux(Bit select, T whenOne, T whenZero) {
    T chosen = choose(select, whenOne, whenZero);
    if (!(chosen instanceof Value) && !select.isLiteral()) {
      // All members have got the name of what the whole is stored in.
      for (Leaf leaf : Leaf.of(chosen)) {
        Node node = leaf.value().node();
        if (node.op() == Op.MUX && node.name() != null) {
          node.named(node.name() + leaf.path(), node.location());
        }
      }
    }
    return chosen;
  }

  @SuppressWarnings("unchecked")
  private static <T extends Data> T choose(Bit select, T whenOne, T whenZero) {
    if (whenOne instanceof Value x && whenZero instanceof Value y) {
      if (x.signed() != y.signed()) {
        throw new HdlException(
            "mux of %s and %s: write .toSInt() to make both signed", x.typeName(), y.typeName());
      }
      if (select.isLiteral()) {
        return select.literal().signum() != 0 ? whenOne : whenZero;
      }
      int width = Math.max(x.width(), y.width());
      Node node = Value.expression(Op.MUX, width, x.signed(), select, x, y);
      Value result =
          x instanceof Bit && y instanceof Bit
              ? new Bit(node)
              : x.signed() ? new SInt(node) : new UInt(node);
      return (T) result;
    }
    if (whenOne instanceof Record x && whenZero instanceof Record y) {
      List<Data> a = Leaf.parts(x);
      List<Data> b = Leaf.parts(y);
      List<Data> chosen = new ArrayList<>();
      for (int i = 0; i < a.size(); i++) {
        chosen.add(choose(select, a.get(i), b.get(i)));
      }
      return Leaf.rebuild(whenOne, chosen);
    }
    if (whenOne instanceof Vec<?> x && whenZero instanceof Vec<?> y && x.size() == y.size()) {
      List<Data> chosen = new ArrayList<>();
      for (int i = 0; i < x.size(); i++) {
        chosen.add(choose(select, x.get(i), y.get(i)));
      }
      return (T) new Vec<>(chosen);
    }
    throw new HdlException("mux needs two values, two records or two vecs of the same type");
  }

  /** {@link #mux(Bit, Data, Data)} with a constant. */
  public static UInt mux(Bit select, long whenOne, UInt whenZero) {
    return mux(select, lit(whenOne), whenZero);
  }

  /** {@link #mux(Bit, Data, Data)} with a constant. */
  public static UInt mux(Bit select, UInt whenOne, long whenZero) {
    return mux(select, whenOne, lit(whenZero));
  }

  /** The bits of the values side by side, the first in the most significant place. */
  public static UInt cat(Value... highToLow) {
    return cat(List.of(highToLow));
  }

  /** The bits of the values side by side, the first in the most significant place. */
  public static UInt cat(List<? extends Value> highToLow) {
    if (highToLow.isEmpty()) {
      throw new HdlException("cat of nothing");
    }
    if (highToLow.size() == 1 && highToLow.get(0) instanceof UInt only) {
      return only;
    }
    int width = 0;
    for (Value value : highToLow) {
      width += value.width();
    }
    Value[] parts = highToLow.toArray(new Value[0]);
    return new UInt(Value.expression(Op.CAT, width, false, parts));
  }

  /** {@code count} copies of {@code bit}. */
  public static UInt fill(int count, Bit bit) {
    return cat(java.util.Collections.nCopies(count, bit));
  }

  /** All leaves of {@code data} as one number, the first leaf in the most significant place. */
  public static UInt pack(Data data) {
    return cat(Leaf.of(data).stream().map(Leaf::value).toList());
  }

  /**
   * The inverse of {@link #pack}: a value of {@code type} whose leaves are slices of {@code bits}.
   */
  public static <T extends Data> T unpack(Type<T> type, UInt bits) {
    T shape = type.make();
    int width = Leaf.of(shape).stream().mapToInt(leaf -> leaf.value().width()).sum();
    if (width != bits.width()) {
      throw new HdlException(
          "unpack: %s is uint(%d), the type has %d bits", bits, bits.width(), width);
    }
    int[] position = {width};
    return Leaf.map(
        shape,
        value -> {
          int high = position[0] - 1;
          position[0] -= value.width();
          UInt part = bits.slice(high, position[0]);
          return value instanceof Bit ? part.asBit() : value.signed() ? part.asSInt() : part;
        },
        "%s cannot be unpacked");
  }

  /** The sum of the values by a balanced tree, exact. */
  public static SInt sum(List<SInt> values) {
    return reduce(values, SInt::add);
  }

  /** Combines the values pairwise, level by level, in a balanced tree. */
  public static <T> T reduce(List<T> values, java.util.function.BinaryOperator<T> combine) {
    if (values.isEmpty()) {
      throw new HdlException("reduce of nothing");
    }
    List<T> level = values;
    while (level.size() > 1) {
      List<T> next = new ArrayList<>();
      for (int i = 0; i < level.size(); i += 2) {
        next.add(
            i + 1 < level.size() ? combine.apply(level.get(i), level.get(i + 1)) : level.get(i));
      }
      level = next;
    }
    return level.get(0);
  }

  /**
   * Gives an expression, or a signal that is not stored in a local or field, its name in the
   * Verilog. A signal that has a name keeps it, so that naming a result does not rename a port that
   * only passes through.
   */
  public static <T extends Data> T named(String name, T data) {
    for (Leaf leaf : Leaf.of(data)) {
      if (leaf.value().isLiteral()) {
        continue;
      }
      Node node = leaf.value().node();
      String part = leaf.path().isEmpty() ? null : leaf.path().substring(1);
      // A port, wire or register that has its name already is only passing through.
      if (!node.op().isSignal() || node.name() == null || node.name().equals(part)) {
        node.named(name + leaf.path(), CallSite.here());
      }
    }
    return data;
  }

  // ---- statements

  /**
   * Drives every leaf of {@code sink} from the same leaf of {@code source}; members that run
   * against the direction are driven the other way round.
   */
  public static <T extends Data> void connect(T sink, T source) {
    connect(sink, source, CallSite.here());
  }

  /** As statements at {@code location}: what the caller looked up need not be looked up again. */
  static <T extends Data> void connect(T sink, T source, String location) {
    List<Leaf> to = Leaf.of(sink);
    List<Leaf> from = Leaf.of(source);
    if (to.size() != from.size()) {
      throw new HdlException("connect: %d signals with %d signals", to.size(), from.size());
    }
    for (int i = 0; i < to.size(); i++) {
      if (to.get(i).flipped()) {
        Drive.set(from.get(i).value(), to.get(i).value(), location);
      } else {
        Drive.set(to.get(i).value(), from.get(i).value(), location);
      }
    }
  }

  /** The statements of {@code body} happen where {@code condition} is one. */
  public static When when(Bit condition, Runnable body) {
    Component component = Component.of(condition);
    Block then = new Block();
    Block otherwise = new Block();
    component.block().add(new Statement.If(condition.node(), then, otherwise, CallSite.here()));
    component.inside(then, body);
    return new When(component, otherwise);
  }

  /**
   * Asks {@code behaviour} once for each constant of the enum what happens in that state. With a
   * switch expression the Java compiler sees to it that no state is forgotten.
   *
   * <pre>{@code
   * match(phase, p -> switch (p) {
   *   case IDLE -> () -> when(start, () -> phase.set(Phase.LOAD));
   *   case LOAD -> () -> when(done, () -> phase.set(Phase.IDLE));
   * });
   * }</pre>
   */
  public static <E extends Enum<E>> void match(State<E> state, Function<E, Runnable> behaviour) {
    Component component = Component.of(state.code());
    List<Statement.Case> cases = new ArrayList<>();
    for (E constant : state.constants()) {
      cases.add(new Statement.Case(state.literal(constant).node(), new Block()));
    }
    component.block().add(new Statement.Switch(state.code().node(), cases, CallSite.here()));
    for (int i = 0; i < cases.size(); i++) {
      component.inside(cases.get(i).body(), behaviour.apply(state.constants().get(i)));
    }
  }

  /** Says that a signal is left unread on purpose. */
  public static void unused(Data data) {
    for (Leaf leaf : Leaf.of(data)) {
      if (!leaf.value().isLiteral()) {
        leaf.value().scope().addUnused(leaf.value().node());
      }
    }
  }
}
