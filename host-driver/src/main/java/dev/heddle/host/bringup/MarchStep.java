package dev.heddle.host.bringup;

import java.util.Arrays;

/**
 * March C-: {@code up w0; up r0 w1; up r1 w0; down r0 w1; down r1 w0; r0}, a beat at a time. Finds
 * stuck cells, cells that do not change, and cells that change with others (van de Goor, Testing
 * Semiconductor Memories, 1991).
 */
final class MarchStep implements BringUpStep {
  private final int beats;

  /** A march over the first {@code beats} beats. */
  MarchStep(int beats) {
    this.beats = beats;
  }

  @Override
  public String name() {
    return "march C-";
  }

  @Override
  public String purpose() {
    return "No cell of card memory is stuck or changes with another.";
  }

  @Override
  public StepResult run(TestedBoard board) {
    int bytes = board.configuration().beatBytes();
    MemoryFaults faults = new MemoryFaults(bytes);
    byte[] zeros = new byte[bytes];
    byte[] ones = new byte[bytes];
    Arrays.fill(ones, (byte) -1);
    int count = (int) Math.min(beats, board.memoryBytes() / bytes);
    for (int i = 0; i < count; i++) {
      board.write((long) i * bytes, zeros);
    }
    for (int i = 0; i < count; i++) {
      element(board, faults, "up r0 w1", i, zeros, ones);
    }
    for (int i = 0; i < count; i++) {
      element(board, faults, "up r1 w0", i, ones, zeros);
    }
    for (int i = count - 1; i >= 0; i--) {
      element(board, faults, "down r0 w1", i, zeros, ones);
    }
    for (int i = count - 1; i >= 0; i--) {
      element(board, faults, "down r1 w0", i, ones, zeros);
    }
    for (int i = 0; i < count; i++) {
      element(board, faults, "r0", i, zeros, zeros);
    }
    return faults.result();
  }

  private static void element(
      TestedBoard board, MemoryFaults faults, String pass, int beat, byte[] read, byte[] written) {
    long address = (long) beat * read.length;
    faults.compare(pass, address, read, board.read(address, read.length));
    board.write(address, written);
  }
}
