package dev.heddle.hdl.ir;

import java.math.BigInteger;
import java.util.List;

/**
 * A memory of {@code depth} words; statements write it, {@link Op#READ} nodes read it.
 *
 * @param owner the module that holds it
 * @param name name from the source
 * @param location source line of the declaration
 * @param width bits of a word
 * @param depth words
 * @param crossing whether it may be written in one clock domain and read in another
 * @param style what synthesis makes of it
 * @param contents initial words of a read-only table, empty for a memory
 */
public record Memory(
    Definition owner,
    String name,
    String location,
    int width,
    int depth,
    boolean crossing,
    Style style,
    List<BigInteger> contents) {
  /** What synthesis makes of a memory. */
  public enum Style {
    /** What it finds best. */
    ANY,
    /** Block memory. */
    BLOCK
  }

  public Memory {
    contents = List.copyOf(contents);
  }

  // A memory is a place: two memories of the same shape are different.
  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
