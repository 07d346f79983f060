package dev.heddle.hdl.random;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Hdl;
import dev.heddle.hdl.Mem;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Value;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.Fifo;
import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Steps that make state: registers, memories, tables, vecs and records of them, queues. */
final class Storage {
  /** A payload of every kind of leaf. */
  record Sample(SInt level, Bit mark, UInt place) implements Data {}

  private final RandomCircuit circuit;
  private final Pool pool;

  Storage(RandomCircuit circuit, Pool pool) {
    this.circuit = circuit;
    this.pool = pool;
  }

  // ---- registers

  void register(Step step, boolean reset, boolean enabled) {
    boolean signed = step.b() % 2 == 0;
    Type<? extends Value> type = signed ? sint(step.width()) : uint(step.width());
    long start = signed ? -(step.a() & 1) : step.a() & 1;
    Value register = reset ? circuit.reg(type, start) : circuit.reg(type);
    pool.add(register);
    // Driven at the end, so that a register may depend on what is made of it.
    circuit.later(
        () -> {
          if (!enabled) {
            Pool.drive(register, pool.take(step.a()));
          } else if (step.c() % 2 == 0) {
            when(pool.condition(step.c()), () -> Pool.drive(register, pool.take(step.a())));
          } else {
            when(pool.condition(step.c()), () -> Pool.drive(register, pool.take(step.a())))
                .elseWhen(
                    pool.condition(step.b()), () -> Pool.drive(register, pool.take(step.a() + 1)));
          }
        });
  }

  void delay(Step step, boolean reset) {
    Value value = pool.take(step.a());
    pool.add(reset ? circuit.next(value, 0) : circuit.next(value));
  }

  // ---- memories

  private static int depth(Step step) {
    return 2 + step.c() % 15;
  }

  /** An address within a memory, whose depth need not be a power of two. */
  private UInt address(int choice, int depth) {
    UInt address = pool.unsigned(choice, bits(depth));
    return isPowerOfTwo(depth) ? address : mux(address.lt(depth), address, 1);
  }

  private <T extends Data> Mem<T> written(Step step, Type<T> type, T data) {
    Mem<T> memory = circuit.mem(type, depth(step));
    UInt address = address(step.a(), memory.depth());
    when(pool.condition(step.b()), () -> memory.write(address, data));
    return memory;
  }

  void memory(Step step) {
    if (step.b() % 2 == 0) {
      SInt data = pool.signed(step.c(), step.width());
      Mem<SInt> memory = written(step, sint(step.width()), data);
      pool.add(memory.read(address(step.b(), memory.depth())));
    } else {
      UInt data = pool.unsigned(step.c(), step.width());
      Mem<UInt> memory = written(step, uint(step.width()), data);
      pool.add(memory.read(address(step.b(), memory.depth())));
    }
  }

  void synchronousMemory(Step step, boolean enabled) {
    UInt data = pool.unsigned(step.c(), step.width());
    Mem<UInt> memory = written(step, uint(step.width()), data);
    UInt address = address(step.b(), memory.depth());
    pool.add(
        enabled ? memory.readSync(address, pool.condition(step.c())) : memory.readSync(address));
  }

  void maskedMemory(Step step) {
    int parts = 1 + step.c() % 8;
    int width = parts * (1 + step.width() / 8);
    Mem<UInt> memory = circuit.mem(uint(width), depth(step));
    UInt address = address(step.a(), memory.depth());
    UInt data = pool.unsigned(step.c(), width);
    UInt mask = pool.unsigned(step.a() + 1, parts);
    when(pool.condition(step.b()), () -> memory.write(address, data, mask));
    pool.add(memory.readSync(address(step.b(), memory.depth()), pool.condition(step.c())));
  }

  void twoWriteMemory(Step step) {
    UInt data = pool.unsigned(step.c(), step.width());
    Mem<UInt> memory = written(step, uint(step.width()), data);
    UInt address = address(step.c(), memory.depth());
    UInt other = pool.unsigned(step.a(), step.width());
    when(pool.condition(step.c()), () -> memory.write(address, other));
    pool.add(memory.read(address(step.b(), memory.depth())));
  }

  void table(Step step, boolean synchronous) {
    boolean signed = step.b() % 2 == 0;
    int depth = depth(step);
    Random random = new Random(step.a());
    List<BigInteger> contents =
        Stream.generate(() -> new BigInteger(step.width(), random)).limit(depth).toList();
    Type<? extends Value> type = signed ? sint(step.width()) : uint(step.width());
    Mem<? extends Value> table = circuit.table(type, contents);
    UInt address = address(step.b(), depth);
    pool.add(synchronous ? table.readSync(address) : table.read(address));
  }

  // ---- vecs

  void vecRead(Step step) {
    int size = 2 + step.c() % 5;
    Vec<UInt> vec = circuit.wire(Hdl.vec(size, uint(step.width())));
    for (int i = 0; i < size; i++) {
      vec.get(i).setWrap(pool.unsigned(step.a() + i * (step.b() | 1)));
    }
    pool.add(vec.at(pool.unsigned(step.c(), bits(size))));
  }

  void vecRegisters(Step step) {
    int size = 2 + step.c() % 5;
    Vec<UInt> vec = circuit.regs(size, uint(step.width()), 0);
    // A constant index would leave the other registers undriven.
    UInt index = pool.variable(step.a(), bits(size));
    UInt value = pool.unsigned(step.b(), step.width());
    when(pool.condition(step.c()), () -> vec.set(index, value));
    pool.add(vec.at(pool.unsigned(step.c(), bits(size))));
  }

  // ---- records

  private static Type<Sample> sampleOf(int width) {
    return () -> new Sample(sint(width).make(), bit().make(), uint(width).make());
  }

  private Sample sample(Step step, int shift) {
    return new Sample(
        pool.signed(step.a() + shift, step.width()),
        pool.bit(step.b() + shift),
        pool.unsigned(step.c() + shift, step.width()));
  }

  private void add(Sample sample) {
    pool.add(sample.level());
    pool.add(sample.mark());
    pool.add(sample.place());
  }

  void recordMemory(Step step) {
    Mem<Sample> memory = written(step, sampleOf(step.width()), sample(step, 0));
    add(memory.readSync(address(step.b(), memory.depth())));
  }

  void recordMux(Step step) {
    add(mux(pool.condition(step.c()), sample(step, 0), sample(step, 1)));
  }

  void recordRegister(Step step) {
    Sample source = sample(step, 0);
    Sample held = circuit.reg(sampleOf(step.width()), 0);
    when(pool.condition(step.b()), () -> connect(held, source));
    add(held);
  }

  /** A record as one number, and that number as another record. */
  void pack(Step step) {
    UInt bits = Hdl.pack(sample(step, 0));
    Type<Sample> other =
        () -> new Sample(sint(1).make(), bit().make(), uint(Math.max(1, bits.width() - 2)).make());
    add(unpack(other, bits));
  }

  void queue(Step step) {
    Fifo<UInt> queue = circuit.inst(new Fifo<>(uint(step.width()), 2 + step.c() % 3));
    queue.push.valid.set(pool.bit(step.a()));
    queue.push.payload.set(pool.unsigned(step.b(), step.width()));
    queue.pop.ready.set(pool.bit(step.c()));
    pool.add(queue.push.ready);
    pool.add(queue.pop.valid);
    pool.add(queue.pop.payload);
    pool.add(queue.level);
  }
}
