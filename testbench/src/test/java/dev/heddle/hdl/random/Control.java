package dev.heddle.hdl.random;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.State;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Value;

/** Steps that make statements: branches, state machines and properties. */
final class Control {
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

  private final RandomCircuit circuit;
  private final Pool pool;

  Control(RandomCircuit circuit, Pool pool) {
    this.circuit = circuit;
    this.pool = pool;
  }

  private Value wireOf(Step step) {
    return step.b() % 2 == 0 ? circuit.wire(sint(step.width())) : circuit.wire(uint(step.width()));
  }

  void overridden(Step step) {
    Bit outer = pool.condition(step.a());
    Bit inner = pool.condition(step.b());
    Value first = pool.take(step.b());
    Value second = pool.take(step.c());
    Value wire = wireOf(step);
    Pool.drive(wire, first);
    when(outer, () -> when(inner, () -> Pool.drive(wire, second)));
    pool.add(wire);
  }

  void branched(Step step) {
    Bit outer = pool.condition(step.a());
    Bit inner = pool.condition(step.b());
    Bit last = pool.condition(step.c());
    Value first = pool.take(step.b());
    Value second = pool.take(step.c());
    Value third = pool.take(step.a());
    Value wire = wireOf(step);
    if (step.c() % 2 == 0) {
      when(outer, () -> Pool.drive(wire, first))
          .elseWhen(inner, () -> Pool.drive(wire, second))
          .otherwise(() -> Pool.drive(wire, third));
    } else {
      when(outer, () -> Pool.drive(wire, first))
          .otherwise(
              () -> {
                when(inner, () -> Pool.drive(wire, second))
                    .otherwise(() -> Pool.drive(wire, third));
                when(last, () -> Pool.drive(wire, first));
              });
    }
    pool.add(wire);
  }

  void threeStates(Step step) {
    Value first = pool.take(step.a());
    Value second = pool.take(step.b());
    Bit go = pool.condition(step.c());
    UInt result = circuit.wire(uint(step.width()));
    State<Three> state = circuit.state(Three.GREEN);
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
              case RED -> () -> Pool.drive(result, first);
              case GREEN -> () -> Pool.drive(result, second);
              case BLUE -> () -> result.set(0);
            });
    pool.add(result);
    pool.add(state.is(Three.BLUE));
  }

  void fourStates(Step step) {
    Value first = pool.take(step.a());
    Value second = pool.take(step.b());
    Bit go = pool.condition(step.c());
    UInt result = circuit.wire(uint(step.width()));
    State<Four> state = circuit.state(Four.NORTH);
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
              case NORTH -> () -> Pool.drive(result, first);
              case WEST -> () -> when(go, () -> Pool.drive(result, second));
              default -> () -> {};
            });
    pool.add(result);
  }

  /** A property that holds; a simulator that finds it violated stops. */
  void check(Step step) {
    Bit truth = Operators.truth(step, pool);
    Bit asked = pool.condition(step.c());
    switch (step.c() % 3) {
      case 0 -> when(asked, () -> circuit.check(truth, "numbers are ordered"));
      case 1 -> circuit.assume(truth, "numbers are ordered");
      default -> circuit.cover(asked, "the condition occurs");
    }
  }
}
