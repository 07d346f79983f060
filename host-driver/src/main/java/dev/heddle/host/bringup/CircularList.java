package dev.heddle.host.bringup;

import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.Operation;
import dev.heddle.lib.Registers;

/**
 * A list that goes in a circle, so that the machine is busy and CYCLES counts, until it is told.
 */
final class CircularList {
  private final TestedBoard board;
  private final Registers registers;

  private CircularList(TestedBoard board) {
    this.board = board;
    this.registers = board.registers();
  }

  /** Resets the machine and starts the list. */
  static CircularList start(TestedBoard board) {
    board.transport().reset();
    CircularList list = new CircularList(board);
    board.writeList(Descriptor.of(Operation.LINK).with("next", TestedBoard.LIST));
    board.start(list.registers);
    return list;
  }

  /** Cycles since the reset in which the machine was busy. */
  long cycles() {
    return registers.read("CYCLES");
  }

  /** Whether it still goes round, as it should. */
  boolean runs() {
    return registers.read("STATUS", "busy") != 0;
  }

  /** Puts an END in the place of its LINK; whether that ended it. */
  boolean ends() {
    board.write(TestedBoard.LIST, new byte[] {(byte) Operation.END.code()});
    return board.ends(registers);
  }
}
