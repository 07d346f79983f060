package dev.heddle.hdl;

/**
 * The type of a signal, such as {@code uint(8)}: makes fresh, unconnected signals of one shape.
 *
 * <p>A type is not a signal, and the Java compiler keeps the two apart: {@code reg(uint(8))} takes
 * a type, {@code x.set(y)} takes signals. The type of a record is a lambda that makes one:
 *
 * <pre>{@code
 * static Type<Complex> complex(int width) {
 *   return () -> new Complex(sint(width).make(), sint(width).make());
 * }
 * }</pre>
 */
@FunctionalInterface
public interface Type<T extends Data> {
  /** A new signal of this type that is not part of any component yet. */
  T make();

  /** Bits of all leaves together. */
  default int width() {
    int width = 0;
    for (Leaf leaf : Leaf.of(make())) {
      width += leaf.value().width();
    }
    return width;
  }
}
