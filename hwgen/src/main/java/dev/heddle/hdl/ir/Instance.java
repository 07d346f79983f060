package dev.heddle.hdl.ir;

import java.util.List;

/**
 * A module placed in another.
 *
 * @param name instance name, not yet unique in the parent
 * @param location source line of the placement
 * @param parent the module it is placed in
 * @param definition what is placed
 * @param domains for each clock domain of the definition the index of the parent's domain that
 *     drives it
 */
public record Instance(
    String name, String location, Definition parent, Definition definition, List<Integer> domains) {
  public Instance {
    domains = List.copyOf(domains);
  }

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }

  @Override
  public String toString() {
    return name + ":" + definition.name();
  }
}
