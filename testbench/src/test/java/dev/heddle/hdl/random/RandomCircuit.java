package dev.heddle.hdl.random;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Hdl;
import dev.heddle.hdl.Mem;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.State;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Value;
import dev.heddle.hdl.Vec;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A circuit made by a list of {@link Step}s. Each adds a value to a pool, from which later steps
 * take operands; what no step takes becomes an output.
 */
final class RandomCircuit extends Component {
  static final int WIDEST = 200;

  enum Three {
    RED,
    GREEN,
    BLUE
  }

  enum Four {
    NORTH,
    EAST,
    SOUTH,
    WEST
  }

  final Map<String, Value> inputs = new LinkedHashMap<>();
  final Map<String, Value> outputs = new LinkedHashMap<>();
  private final String name;
  private final List<Value> pool = new ArrayList<>();
  private final Set<Value> taken = new HashSet<>();
  private final List<Runnable> later = new ArrayList<>();

  RandomCircuit(String name, List<Step> steps) {
    this.name = name;
    add(input(8, false));
    add(input(5, true));
    for (int i = 0; i < steps.size(); i++) {
      make(steps.get(i), steps.subList(0, i));
    }
    later.forEach(Runnable::run);
    for (Value value : pool) {
      if (!taken.contains(value)) {
        output(value);
      }
    }
    inputs.values().forEach(Hdl::unused);
  }

  @Override
  protected String moduleName() {
    return name;
  }

  // ---- ports and the pool

  private Value input(int width, boolean signed) {
    String port = "in_" + inputs.size();
    Value input = named(port, signed ? in(sint(width)) : in(uint(width)));
    inputs.put(port, input);
    return input;
  }

  private void output(Value value) {
    String port = "out_" + outputs.size();
    Value output = named(port, out(like(value)));
    outputs.put(port, output);
    connect(output, value);
  }

  private void add(Value value) {
    pool.add(limit(value));
  }

  private static Value limit(Value value) {
    return value.width() <= WIDEST ? value : wrapped(value, WIDEST);
  }

  private static Value wrapped(Value value, int width) {
    return value instanceof SInt s ? s.wrap(width) : unsigned(value).wrap(width);
  }

  private Value take(int choice) {
    Value value = pool.get(Math.floorMod(choice, pool.size()));
    taken.add(value);
    return value;
  }

  private static UInt unsigned(Value value) {
    return value instanceof SInt s
        ? s.asUInt()
        : value instanceof Bit b ? b.asUInt() : (UInt) value;
  }

  private static SInt signed(Value value) {
    return value instanceof SInt s ? s : unsigned(value).asSInt();
  }

  private Bit bit(int choice) {
    Value value = take(choice);
    return value instanceof Bit b ? b : unsigned(value).at(Math.floorMod(choice, value.width()));
  }

  /** A condition, which must not be a constant. */
  private Bit condition(int choice) {
    Bit bit = bit(choice);
    return isConstant(bit) ? unsigned(pool.get(0)).at(0) : bit;
  }

  private static boolean isConstant(Value value) {
    try {
      Component.of(value);
      return false;
    } catch (dev.heddle.hdl.HdlException e) {
      return true;
    }
  }

  /** {@code value} in the sign and, cut or extended, the width of {@code target}. */
  private static void drive(Value target, Value value) {
    if (target instanceof SInt s) {
      s.setWrap(signed(value));
    } else if (target instanceof UInt u) {
      u.setWrap(unsigned(value));
    } else {
      ((Bit) target).set(value instanceof Bit b ? b : unsigned(value).any());
    }
  }

  /** Whether an operation made something: the sum with zero bits cut off is the sum itself. */
  private boolean isNew(Value value) {
    return pool.stream().noneMatch(other -> other.toString().equals(value.toString()));
  }

  // ---- steps

  private void make(Step step, List<Step> before) {
    switch (step.kind()) {
      case INPUT -> add(input(step.width(), step.a() % 2 == 0));
      case CONSTANT -> add(constant(step));
      case INSTANCE -> instance(step, before);
      case MEMORY -> memory(step);
      case STATE_MACHINE -> machine(step);
      case REGISTER, RESET_REGISTER -> register(step);
      case WIRE -> wire(step);
      case SELECT -> {
        Vec<UInt> vec = vecOf(step);
        add(vec.at(unsigned(take(step.c())).pad(2).slice(1, 0)));
      }
      default -> {
        // Shortest form and a name of its own in turn: the writer treats them differently.
        Value value = operation(step);
        add(step.c() % 3 == 0 && isNew(value) ? named("stage", value) : value);
      }
    }
  }

  private static Value constant(Step step) {
    Random random = new Random(step.a());
    BigInteger bits = new BigInteger(step.width(), random);
    if (step.b() % 2 == 0) {
      return lit(bits, step.width());
    }
    BigInteger half = BigInteger.ONE.shiftLeft(step.width() - 1);
    return slit(bits.subtract(half), step.width());
  }

  private Value operation(Step step) {
    Value a = take(step.a());
    Value b = take(step.b());
    int choice = Math.floorMod(step.c(), 6);
    boolean signed = a instanceof SInt;
    return switch (step.kind()) {
      case ADD ->
          switch (choice) {
            case 0 -> signed ? signed(a).wrapAdd(signed(b)) : unsigned(a).wrapAdd(unsigned(b));
            case 1 -> signed ? signed(a).satAdd(signed(b)) : unsigned(a).satAdd(unsigned(b));
            default -> signed ? signed(a).add(signed(b)) : unsigned(a).add(unsigned(b));
          };
      case SUBTRACT ->
          choice == 0
              ? unsigned(a).wrapSub(unsigned(b))
              : signed ? signed(a).sub(signed(b)) : unsigned(a).sub(unsigned(b));
      case MULTIPLY -> signed ? signed(a).mul(signed(b)) : unsigned(a).mul(unsigned(b));
      case BITWISE ->
          switch (choice % 3) {
            case 0 -> unsigned(a).and(unsigned(b));
            case 1 -> unsigned(a).or(unsigned(b));
            default -> unsigned(a).xor(unsigned(b));
          };
      case COMPLEMENT -> signed ? signed(a).not() : unsigned(a).not();
      case COMPARE ->
          signed
              ? compare(signed(a), signed(b), choice)
              : compare(unsigned(a), unsigned(b), choice);
      case CHOOSE ->
          signed
              ? mux(condition(step.c()), signed(a), signed(b))
              : mux(condition(step.c()), unsigned(a), unsigned(b));
      case CONCATENATE -> choice == 0 ? cat(a, b, a) : cat(a, b);
      case SLICE -> {
        int low = Math.floorMod(step.b(), a.width());
        int high = low + Math.floorMod(step.c(), a.width() - low);
        yield signed ? signed(a).slice(high, low) : unsigned(a).slice(high, low);
      }
      case WRAP -> wrapped(a, Math.min(a.width(), step.width()));
      case SATURATE -> signed ? signed(a).sat(step.width()) : unsigned(a).sat(step.width());
      case WIDEN ->
          signed
              ? signed(a).pad(step.width())
              : choice == 0 ? unsigned(a).toSInt() : unsigned(a).pad(step.width());
      case REINTERPRET -> signed ? signed(a).asUInt() : unsigned(a).asSInt();
      case SHIFT -> {
        int amount = step.width() % 40;
        yield signed
            ? choice % 2 == 0 ? signed(a).shl(amount) : signed(a).shr(amount)
            : choice % 2 == 0 ? unsigned(a).shl(amount) : unsigned(a).shr(amount);
      }
      case SHIFT_BY_SIGNAL -> {
        UInt amount = unsigned(b).wrap(Math.min(b.width(), 1 + choice));
        yield signed
            ? choice % 2 == 0 ? signed(a).shl(amount) : signed(a).shr(amount)
            : choice % 2 == 0 ? unsigned(a).shl(amount) : unsigned(a).shr(amount);
      }
      case REDUCE ->
          choice % 3 == 0
              ? unsigned(a).any()
              : choice % 3 == 1 ? unsigned(a).all() : unsigned(a).parity();
      case STEP_BY_ONE -> choice % 2 == 0 ? unsigned(a).inc() : unsigned(a).dec();
      case LOGIC ->
          switch (choice) {
            case 0 -> bit(step.a()).and(bit(step.b()));
            case 1 -> bit(step.a()).or(bit(step.b()));
            case 2 -> bit(step.a()).xor(bit(step.b()));
            case 3 -> bit(step.a()).not();
            case 4 -> bit(step.a()).andNot(bit(step.b()));
            default -> bit(step.a()).eq(bit(step.b()));
          };
      default -> throw new IllegalStateException(step.toString());
    };
  }

  private static Bit compare(UInt a, UInt b, int choice) {
    return switch (choice) {
      case 0 -> a.eq(b);
      case 1 -> a.ne(b);
      case 2 -> a.lt(b);
      case 3 -> a.le(b);
      case 4 -> a.gt(b);
      default -> a.ge(b);
    };
  }

  private static Bit compare(SInt a, SInt b, int choice) {
    return switch (choice) {
      case 0 -> a.eq(b);
      case 1 -> a.ne(b);
      case 2 -> a.lt(b);
      case 3 -> a.le(b);
      case 4 -> a.gt(b);
      default -> a.ge(b);
    };
  }

  private Vec<UInt> vecOf(Step step) {
    Vec<UInt> vec = wire(Hdl.vec(4, uint(step.width())));
    for (int i = 0; i < 4; i++) {
      vec.get(i).setWrap(unsigned(take(step.a() + i * (step.b() | 1))));
    }
    return vec;
  }

  private void register(Step step) {
    boolean signed = step.b() % 2 == 0;
    Type<? extends Value> type = signed ? sint(step.width()) : uint(step.width());
    boolean reset = step.kind() == Step.Kind.RESET_REGISTER;
    Value register = reset ? reg(type, -(step.a() & 1) & (signed ? -1 : 1)) : reg(type);
    add(register);
    // Driven at the end, so that a register may depend on what is made of it.
    later.add(
        () -> {
          if (step.c() % 2 == 0) {
            drive(register, take(step.a()));
          } else {
            when(condition(step.c()), () -> drive(register, take(step.a())))
                .elseWhen(condition(step.b()), () -> drive(register, take(step.a() + 1)));
          }
        });
  }

  private void wire(Step step) {
    Value wire = step.b() % 2 == 0 ? wire(sint(step.width())) : wire(uint(step.width()));
    Bit outer = condition(step.a());
    Bit inner = condition(step.b());
    Value first = take(step.b());
    Value second = take(step.c());
    Value third = take(step.a());
    if (step.c() % 2 == 0) {
      drive(wire, first);
      when(outer, () -> when(inner, () -> drive(wire, second)));
    } else {
      when(outer, () -> drive(wire, first))
          .otherwise(
              () -> when(inner, () -> drive(wire, second)).otherwise(() -> drive(wire, third)));
    }
    add(wire);
  }

  private void memory(Step step) {
    int parts = 1 + Math.floorMod(step.c(), 4);
    int width = parts * (1 + step.width() / 8);
    Mem<UInt> memory = mem(uint(width), 8);
    UInt writeAddress = unsigned(take(step.a())).pad(3).slice(2, 0);
    UInt readAddress = unsigned(take(step.b())).pad(3).slice(2, 0);
    UInt data = unsigned(take(step.c())).pad(width).wrap(width);
    UInt mask = unsigned(take(step.a() + 1)).pad(parts).wrap(parts);
    Bit enable = condition(step.b());
    when(
        enable,
        () -> {
          if (step.a() % 2 == 0) {
            memory.write(writeAddress, data, mask);
          } else {
            memory.write(writeAddress, data);
          }
        });
    if (step.b() % 2 == 0) {
      add(memory.read(readAddress));
    } else {
      add(memory.readSync(readAddress, condition(step.c())));
    }
  }

  private void machine(Step step) {
    UInt result = wire(uint(step.width()));
    Value first = take(step.a());
    Value second = take(step.b());
    Bit go = condition(step.c());
    if (step.a() % 2 == 0) {
      State<Three> state = state(Three.GREEN);
      match(
          state,
          s ->
              switch (s) {
                case RED -> () -> when(go, () -> state.set(Three.GREEN));
                case GREEN -> () -> state.set(go, Three.BLUE, Three.RED);
                case BLUE -> () -> state.set(Three.RED);
              });
      match(
          state,
          s ->
              switch (s) {
                case RED -> () -> drive(result, first);
                case GREEN -> () -> drive(result, second);
                case BLUE -> () -> result.set(0);
              });
    } else {
      State<Four> state = state(Four.NORTH);
      result.set(0);
      match(
          state,
          s ->
              switch (s) {
                case NORTH -> () -> when(go, () -> state.set(Four.EAST));
                case EAST -> () -> state.set(Four.SOUTH);
                case SOUTH -> () -> when(go.not(), () -> state.set(Four.WEST));
                case WEST -> () -> state.set(Four.NORTH);
              });
      match(
          state,
          s ->
              switch (s) {
                case NORTH -> () -> drive(result, first);
                case WEST -> () -> when(go, () -> drive(result, second));
                default -> () -> {};
              });
    }
    add(result);
  }

  private void instance(Step step, List<Step> before) {
    int size = Math.min(before.size(), 6);
    List<Step> part = before.subList(before.size() - size, before.size());
    // No instances in instances in instances: the circuit would grow as their product.
    List<Step> plain = part.stream().filter(s -> s.kind() != Step.Kind.INSTANCE).toList();
    RandomCircuit child =
        inst("part_" + pool.size(), new RandomCircuit(name + "_part" + pool.size(), plain));
    int choice = step.a();
    for (Value input : child.inputs.values()) {
      drive(input, take(choice++));
    }
    child.outputs.values().forEach(this::add);
  }
}
