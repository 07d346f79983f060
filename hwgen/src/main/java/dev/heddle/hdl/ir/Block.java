package dev.heddle.hdl.ir;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Statements in the order in which they were written; the last that drives a target wins. */
public final class Block {
  private List<Statement> statements = List.of();

  /** Adds a statement at the end. */
  public void add(Statement statement) {
    if (statements.isEmpty()) {
      statements = new ArrayList<>(4);
    }
    statements.add(statement);
  }

  /** The statements in order. */
  public List<Statement> statements() {
    return Collections.unmodifiableList(statements);
  }

  /** Whether there is no statement. */
  public boolean isEmpty() {
    return statements.isEmpty();
  }
}
