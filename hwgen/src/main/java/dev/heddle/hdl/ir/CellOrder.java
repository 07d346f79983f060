package dev.heddle.hdl.ir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Tarjan's strongly connected components over the operands of cells: they come out with operands
 * first, which is the order wanted, and one of several cells is a combinational loop.
 *
 * <p>R. Tarjan, "Depth-first search and linear graph algorithms", 1972; without recursion, since a
 * chain of cells may be longer than a stack is deep.
 */
final class CellOrder {
  private final int[][] operands;
  private final int[] position;
  private final int[] number;
  private final int[] least;
  private final int[] next;
  private final int[] open;
  private final int[] visiting;
  private final List<int[]> cycles = new ArrayList<>();
  private int openCount;
  private int visitingCount;
  private int numbered;
  private int placed;

  CellOrder(int count, int[][] operands) {
    this.operands = operands;
    position = new int[count];
    number = new int[count];
    least = new int[count];
    next = new int[count];
    open = new int[count];
    visiting = new int[count];
    Arrays.fill(position, -1);
    for (int cell = 0; cell < count; cell++) {
      if (number[cell] == 0) {
        visit(cell);
      }
    }
  }

  /** Where a cell comes in the order. */
  int position(int cell) {
    return position[cell];
  }

  /** {@link #position} of each. */
  int[] positions(int[] cells) {
    int[] positions = new int[cells.length];
    for (int i = 0; i < cells.length; i++) {
      positions[i] = position[cells[i]];
    }
    return positions;
  }

  /** One cycle for each loop, each cell an operand of the one before it. */
  List<int[]> cycles() {
    return cycles;
  }

  private void visit(int root) {
    enter(root);
    while (visitingCount > 0) {
      int cell = visiting[visitingCount - 1];
      if (next[cell] < operands[cell].length) {
        int operand = operands[cell][next[cell]++];
        if (number[operand] == 0) {
          enter(operand);
        } else if (position[operand] < 0) {
          least[cell] = Math.min(least[cell], number[operand]);
        }
        continue;
      }
      visitingCount--;
      if (visitingCount > 0) {
        int reader = visiting[visitingCount - 1];
        least[reader] = Math.min(least[reader], least[cell]);
      }
      if (least[cell] == number[cell]) {
        close(cell);
      }
    }
  }

  private void enter(int cell) {
    number[cell] = ++numbered;
    least[cell] = numbered;
    visiting[visitingCount++] = cell;
    open[openCount++] = cell;
  }

  private void close(int root) {
    int first = openCount;
    while (open[--first] != root) {}
    int[] component = Arrays.copyOfRange(open, first, openCount);
    openCount = first;
    for (int cell : component) {
      position[cell] = placed++;
    }
    if (component.length > 1 || readsItself(root)) {
      cycles.add(cycle(component));
    }
  }

  private boolean readsItself(int cell) {
    for (int operand : operands[cell]) {
      if (operand == cell) {
        return true;
      }
    }
    return false;
  }

  private int[] cycle(int[] component) {
    Arrays.sort(component);
    List<Integer> walk = new ArrayList<>();
    int cell = component[0];
    while (!walk.contains(cell)) {
      walk.add(cell);
      for (int operand : operands[cell]) {
        if (Arrays.binarySearch(component, operand) >= 0) {
          cell = operand;
          break;
        }
      }
    }
    return walk.subList(walk.indexOf(cell), walk.size()).stream().mapToInt(i -> i).toArray();
  }
}
