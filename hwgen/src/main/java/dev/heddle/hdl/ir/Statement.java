package dev.heddle.hdl.ir;

import java.util.List;

/** A statement as the author wrote it. */
public sealed interface Statement {
  /** Source line such as {@code Counter.java:17}. */
  String location();

  /** Drives {@code target}, a port, wire or register, with {@code value}. */
  record Assign(Node target, Node value, String location) implements Statement {}

  /** Runs {@code then} where {@code condition} is one and {@code otherwise} where it is zero. */
  record If(Node condition, Block then, Block otherwise, String location) implements Statement {}

  /**
   * Runs the case whose constant equals {@code subject}; the cases cover every value that occurs.
   */
  record Switch(Node subject, List<Case> cases, String location) implements Statement {}

  /** One arm of a {@link Switch}. */
  record Case(Node constant, Block body) {}

  /**
   * Writes a word at the clock edge.
   *
   * @param mask one bit for each slice of the word that is written, or null for the whole word
   * @param domain clock domain of the write
   */
  record Write(Memory memory, Node address, Node data, Node mask, int domain, String location)
      implements Statement {}

  /**
   * States that {@code condition} holds at every clock edge outside reset.
   *
   * @param kind what a tool does with it
   * @param domain clock domain whose edges count
   */
  record Property(Kind kind, Node condition, String message, int domain, String location)
      implements Statement {
    /** What a tool does with a property. */
    public enum Kind {
      /** Simulation stops and a proof fails when it is violated. */
      ASSERT,
      /** A proof considers only behaviours in which it holds; simulation checks it. */
      ASSUME,
      /** A proof looks for a behaviour in which it holds. */
      COVER
    }
  }
}
