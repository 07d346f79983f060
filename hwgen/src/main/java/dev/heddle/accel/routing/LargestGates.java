package dev.heddle.accel.routing;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.RouterShape;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps the largest gates in order, and says which is the least of those that are wanted.
 *
 * <pre>
 *   place     0    1    2    3          a gate of 6 enters behind those that are no smaller
 *   kept      9    6    4    0
 *   compared  no   no   yes  yes        cycle 1
 *   kept      9    6    6'   4          cycle 2
 * </pre>
 *
 * Gates come in the order of their blocks, so of equal ones the lower block stays in front. A gate
 * enters every other cycle at most, and counts {@value #LATENCY} cycles later.
 */
final class LargestGates extends Component {
  /** Cycles from a gate to a {@link #least} that knows it. */
  static final int LATENCY = 3;

  /** Forgets all gates. */
  final Bit clear = in(bit());

  /** Whether a gate enters. */
  final Bit enters = in(bit());

  /** The gate; never zero. */
  final UInt gate = in(uint(Float.SIZE));

  /** Its block. */
  final UInt blockNumber;

  /** How many are wanted, at least one. */
  final UInt wanted;

  /** The least of those that are wanted; 0 when there are fewer gates. */
  final UInt least = out(uint(Float.SIZE));

  /** Its block. */
  final UInt leastBlock;

  private final String name;

  /** For a router of {@code shape}. */
  LargestGates(RouterShape shape) {
    int places = shape.count() - 1;
    name = "LargestGates_%dof%d".formatted(places, shape.blocks());
    blockNumber = in(uint(shape.blockBits()));
    wanted = in(uint(bits(shape.count())));
    leastBlock = out(uint(shape.blockBits()));
    document("Keeps the largest gates in order.");
    parameter("PLACES", places);
    unused(wanted);

    Vec<UInt> gates = regs(places, uint(Float.SIZE), 0);
    Vec<UInt> blocks = regs(places, uint(shape.blockBits()));
    UInt heldGate = nextWhen(enters, gate);
    UInt heldBlock = nextWhen(enters, blockNumber);
    Bit moves = next(enters, 0);
    List<Bit> smaller = new ArrayList<>();
    for (int i : range(places)) {
      Bit isSmaller = nextWhen(enters, gates.get(i).lt(gate));
      smaller.add(isSmaller);
    }
    for (int i : range(places)) {
      Bit shifts = i == 0 ? lit(false) : smaller.get(i - 1);
      UInt before = i == 0 ? heldGate : gates.get(i - 1);
      UInt beforeBlock = i == 0 ? heldBlock : blocks.get(i - 1);
      when(clear, () -> gates.get(i).set(0))
          .elseWhen(
              moves.and(smaller.get(i)),
              () -> {
                gates.get(i).set(mux(shifts, before, heldGate));
                blocks.get(i).set(mux(shifts, beforeBlock, heldBlock));
              });
    }
    UInt place = wanted.dec().wrap(bits(places));
    UInt leastGate = next(gates.at(place));
    UInt blockOfLeast = next(blocks.at(place));
    least.set(leastGate);
    leastBlock.set(blockOfLeast);
    check(enters.not().or(moves.not()), "two gates enter one right after the other");
  }

  @Override
  protected String moduleName() {
    return name;
  }
}
