package dev.heddle.hdl.random;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.ClockDomain;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Value;
import dev.heddle.lib.AsyncFifo;
import dev.heddle.lib.Synchronizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A circuit made by a list of {@link Step}s. Each adds values to a pool, from which later steps
 * take operands; what no step takes becomes an output.
 *
 * <p>Some steps give the circuit a second clock domain. The pool belongs to the first: what comes
 * from the second comes through a synchroniser or leaves by an output of its own.
 */
final class RandomCircuit extends Component {
  /** Instances within instances; more would let circuits grow as the product of their steps. */
  private static final int DEEPEST = 2;

  private static final int CHILD_STEPS = 4;

  /** Inputs by name. */
  final Map<String, Port> inputs = new LinkedHashMap<>();

  /** Outputs by name. */
  final Map<String, Port> outputs = new LinkedHashMap<>();

  private final String name;
  private final int depth;
  private final Pool pool = new Pool();
  private final Storage storage = new Storage(this, pool);
  private final Control control = new Control(this, pool);
  private final List<Runnable> later = new ArrayList<>();
  private ClockDomain second;

  /**
   * A port.
   *
   * @param second whether it belongs to the second clock domain
   */
  record Port(Value value, boolean second) {}

  RandomCircuit(String name, List<Step> steps) {
    this(name, steps, 0);
  }

  private RandomCircuit(String name, List<Step> steps, int depth) {
    this.name = name;
    this.depth = depth;
    pool.add(input(8, false));
    for (int i = 0; i < steps.size(); i++) {
      make(steps.get(i), steps.subList(0, i));
    }
    later.forEach(Runnable::run);
    for (Value value : pool.untaken()) {
      connect(output(out(like(value)), false), value);
    }
    inputs.values().forEach(port -> unused(port.value()));
  }

  @Override
  protected String moduleName() {
    return name;
  }

  /** Whether there is a second clock domain. */
  boolean hasSecond() {
    return second != null;
  }

  /** Something to be done when all steps are made. */
  void later(Runnable action) {
    later.add(action);
  }

  // ---- ports

  private Value input(int width, boolean signed) {
    return input(signed ? in(sint(width)) : in(uint(width)), false);
  }

  private <T extends Value> T input(T made, boolean inSecond) {
    String port = "in_" + inputs.size();
    T input = named(port, made);
    inputs.put(port, new Port(input, inSecond));
    return input;
  }

  private <T extends Value> T output(T made, boolean inSecond) {
    String port = "out_" + outputs.size();
    T output = named(port, made);
    outputs.put(port, new Port(output, inSecond));
    return output;
  }

  private ClockDomain second() {
    if (second == null) {
      second = clockDomain(CircuitBatch.SECOND);
    }
    return second;
  }

  // ---- steps

  private void make(Step step, List<Step> before) {
    switch (step.kind()) {
      case INPUT -> pool.add(input(step.width(), step.a() % 2 == 0));
      case CONSTANT -> pool.add(Operators.constant(step));
      case REGISTER -> storage.register(step, false, false);
      case ENABLED_REGISTER -> storage.register(step, false, true);
      case RESET_REGISTER -> storage.register(step, true, false);
      case ENABLED_RESET_REGISTER -> storage.register(step, true, true);
      case DELAY -> storage.delay(step, false);
      case RESET_DELAY -> storage.delay(step, true);
      case MEMORY -> storage.memory(step);
      case SYNCHRONOUS_MEMORY -> storage.synchronousMemory(step, false);
      case ENABLED_MEMORY -> storage.synchronousMemory(step, true);
      case MASKED_MEMORY -> storage.maskedMemory(step);
      case TWO_WRITE_MEMORY -> storage.twoWriteMemory(step);
      case RECORD_MEMORY -> storage.recordMemory(step);
      case TABLE -> storage.table(step, false);
      case SYNCHRONOUS_TABLE -> storage.table(step, true);
      case VEC_READ -> storage.vecRead(step);
      case VEC_REGISTERS -> storage.vecRegisters(step);
      case RECORD_MUX -> storage.recordMux(step);
      case RECORD_REGISTER -> storage.recordRegister(step);
      case PACK -> storage.pack(step);
      case QUEUE -> storage.queue(step);
      case OVERRIDDEN_WIRE -> control.overridden(step);
      case BRANCHED_WIRE -> control.branched(step);
      case THREE_STATES -> control.threeStates(step);
      case FOUR_STATES -> control.fourStates(step);
      case CHECK -> control.check(step);
      case INSTANCE -> instance(step, before, 1);
      case TWIN_INSTANCES -> instance(step, before, 2);
      case CROSSING -> crossing(step);
      case CROSSING_QUEUE -> crossingQueue(step);
      default -> {
        // Shortest form and a name of its own in turn: the writer treats them differently.
        Value value = Operators.make(step, pool);
        pool.add(step.c() % 3 == 0 && !pool.contains(value) ? named("stage", value) : value);
      }
    }
  }

  // ---- hierarchy

  /** Places copies of a circuit of the last steps, which are one module with other inputs. */
  private void instance(Step step, List<Step> before, int copies) {
    int size = Math.min(before.size(), CHILD_STEPS);
    List<Step> part =
        before.subList(before.size() - size, before.size()).stream()
            .filter(s -> depth + 1 < DEEPEST || !isInstance(s))
            .toList();
    String partName = name + "_part" + before.size();
    int choice = step.a();
    for (int copy = 0; copy < copies; copy++) {
      RandomCircuit child = new RandomCircuit(partName, part, depth + 1);
      if (child.hasSecond()) {
        inst(child, defaultDomain(), second());
      } else {
        inst("part_" + before.size() + "_" + copy, child);
      }
      for (Port port : child.inputs.values()) {
        if (port.second()) {
          connect(port.value(), input(in(second(), like(port.value())), true));
        } else {
          Pool.drive(port.value(), pool.take(choice++));
        }
      }
      for (Port port : child.outputs.values()) {
        if (port.second()) {
          connect(output(out(second(), like(port.value())), true), port.value());
        } else {
          pool.add(port.value());
        }
      }
    }
  }

  private static boolean isInstance(Step step) {
    return step.kind() == Step.Kind.INSTANCE || step.kind() == Step.Kind.TWIN_INSTANCES;
  }

  // ---- clock domains

  /** A value through a synchroniser to a counter of the second domain, and the count back. */
  private void crossing(Step step) {
    int width = 1 + step.width() % 40;
    UInt sent = next(pool.unsigned(step.a(), width), 0);
    UInt stride = input(in(second(), uint(width)), true);
    Synchronizer<UInt> back = inst(new Synchronizer<>(uint(width), 2 + step.c() % 2));
    clocked(
        second(),
        () -> {
          Synchronizer<UInt> there = inst(new Synchronizer<>(uint(width)));
          there.source.set(sent);
          UInt count = reg(uint(width), step.b() % 2);
          count.set(count.wrapAdd(there.settled).wrapAdd(stride));
          back.source.set(count);
        });
    pool.add(back.settled);
  }

  /** Words through a queue from one domain to the other; those in the second are added up. */
  private void crossingQueue(Step step) {
    int width = step.width();
    AsyncFifo<UInt> queue = new AsyncFifo<>(uint(width), 2 << step.c() % 2);
    if (step.b() % 2 == 0) {
      inst(queue, second(), defaultDomain());
      queue.push.valid.set(input(in(second(), bit()), true));
      queue.push.payload.set(input(in(second(), uint(width)), true));
      queue.pop.ready.set(pool.bit(step.a()));
      pool.add(queue.pop.valid);
      pool.add(queue.pop.payload);
      connect(output(out(second(), bit()), true), queue.push.ready);
      return;
    }
    inst(queue, defaultDomain(), second());
    queue.push.valid.set(pool.bit(step.a()));
    queue.push.payload.set(pool.unsigned(step.b(), width));
    pool.add(queue.push.ready);
    queue.pop.ready.set(input(in(second(), bit()), true));
    UInt total = output(out(second(), uint(width)), true);
    clocked(
        second(),
        () -> {
          UInt held = reg(uint(width), 0);
          when(queue.pop.fire(), () -> held.set(held.wrapAdd(queue.pop.payload)));
          total.set(held);
        });
  }
}
