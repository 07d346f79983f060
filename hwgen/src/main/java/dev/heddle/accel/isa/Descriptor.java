package dev.heddle.accel.isa;

import java.nio.ByteBuffer;

/**
 * One command to the machine: an {@link Operation}, the tokens it waits for and releases, and its
 * operands.
 *
 * <pre>{@code
 * Descriptor load = Descriptor.of(Operation.LOAD).tag(7).with("source", address).with("blocks", 4)
 *     .with("tokens", 1).release(Engine.MATMUL);
 * }</pre>
 */
public final class Descriptor {
  private final Operation operation;
  private final FieldValues values;

  private Descriptor(Operation operation) {
    this.operation = operation;
    values = new FieldValues(operation.name(), operation.fields());
    values.put(Operation.CODE, operation.code());
  }

  /** A descriptor whose operands are zero. */
  public static Descriptor of(Operation operation) {
    return new Descriptor(operation);
  }

  /** What it asks for. */
  public Operation operation() {
    return operation;
  }

  /** Sets an operand. */
  public Descriptor with(String operand, long value) {
    return put(operation.operand(operand), value);
  }

  /** Sets the number that comes back in the completion record. */
  public Descriptor tag(long tag) {
    return put(Operation.TAG, tag);
  }

  /** Takes a token of {@code engine} before the start. */
  public Descriptor await(Engine engine) {
    return put(Operation.WAIT, values.get(Operation.WAIT) | engine.mask());
  }

  /** Gives a token to {@code engine} at the end. */
  public Descriptor release(Engine engine) {
    return put(Operation.RELEASE, values.get(Operation.RELEASE) | engine.mask());
  }

  private Descriptor put(MemoryField field, long value) {
    values.put(field, value);
    return this;
  }

  /** The value of an operand. */
  public long value(String operand) {
    return values.get(operation.operand(operand));
  }

  /** The value of a header field. */
  public long value(MemoryField field) {
    return values.get(field);
  }

  /** Writes the {@value Operation#BYTES} bytes at {@code start}. */
  public void encode(ByteBuffer memory, int start) {
    values.encode(memory, start, Operation.BYTES);
  }

  /**
   * Reads a descriptor.
   *
   * @throws IllegalArgumentException when its code is not that of an operation
   */
  public static Descriptor decode(ByteBuffer memory, int start) {
    Descriptor descriptor = of(Operation.of(Operation.CODE.get(memory, start)));
    descriptor.values.decode(memory, start);
    return descriptor;
  }

  @Override
  public String toString() {
    return values.text(Operation.CODE);
  }
}
