package dev.heddle.accel.routing;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.RouterShape;
import dev.heddle.accel.attention.MemoryLine;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Mem;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.Stream;

/**
 * Keeps the gates of all blocks until the least that is wanted is known, then lets the words of the
 * page table pass whose blocks are chosen, one a cycle, and fills the last line with zeros.
 *
 * <pre>
 *   gates  --> memory, LargestGates --> least
 *   words of the page table ------------> gate >= least, of equal ones the lower --> words
 * </pre>
 *
 * The last word is that of the token's own block and always passes.
 */
final class PageChoice extends Component {
  /** Bits of the word of a page. */
  static final int WORD_BITS = Integer.SIZE;

  /** Whether an entry ends: all gates are forgotten. */
  final Bit clear = in(bit());

  /** Whether a gate enters. */
  final Bit gated = in(bit());

  /** The gate of the next block. */
  final UInt gate = in(uint(Float.SIZE));

  /** Blocks whose gates come. */
  final UInt blocks = in(uint(TableEntry.COUNT_BITS));

  /** Most blocks that are chosen, the token's own included. */
  final UInt count;

  /** Whether all gates have come and the least that is wanted is known. */
  final Bit complete = out(bit());

  /** The page table, from when on this is complete. */
  final Stream<UInt> words = in(Stream.of(uint(WORD_BITS)));

  /** The words of the chosen blocks and zeros to the end of a line. */
  final Stream<UInt> chosen = out(Stream.of(uint(WORD_BITS)));

  /** One in the cycle in which the last of them passes. */
  final Bit ends = out(bit());

  private final String name;

  /** For a router of {@code shape}. */
  PageChoice(RouterShape shape) {
    int lineWords = MemoryLine.BITS / WORD_BITS;
    int countBits = bits(shape.count() + 1);
    name = "PageChoice_%dof%d".formatted(shape.count(), shape.blocks());
    count = in(uint(countBits));
    document("Lets the pages of the blocks with the largest gates pass.");
    parameter("COUNT", shape.count());
    parameter("BLOCKS", shape.blocks());

    // ---- gates
    UInt stored = reg(uint(TableEntry.COUNT_BITS), 0);
    Mem<UInt> gates = mem(uint(Float.SIZE), shape.blocks());
    UInt block = stored.wrap(shape.blockBits());
    when(gated, () -> gates.write(block, gate));
    when(clear, () -> stored.set(0)).elseWhen(gated, () -> stored.set(stored.inc()));
    LargestGates largest = inst(new LargestGates(shape));
    largest.clear.set(clear);
    largest.enters.set(gated);
    largest.gate.set(gate);
    largest.blockNumber.set(block);
    UInt others = count.dec();
    largest.wanted.set(others.wrap(largest.wanted.width()));
    Bit allStored = stored.eq(blocks);
    Bit settled = allStored;
    for (int cycle = 0; cycle < LargestGates.LATENCY; cycle++) {
      Bit earlier = next(settled, 0);
      settled = allStored.and(earlier);
    }
    complete.set(settled);
    Bit all = blocks.le(others.pad(TableEntry.COUNT_BITS));

    // ---- the page table
    UInt index = reg(uint(TableEntry.COUNT_BITS), 0);
    Bit held = reg(bit(), 0);
    Bit heldReady = wire(bit());
    Bit take = words.valid.and(held.not().or(heldReady));
    words.ready.set(held.not().or(heldReady));
    UInt heldGate = gates.readSync(index.wrap(shape.blockBits()), take);
    UInt heldWord = nextWhen(take, words.payload);
    UInt heldBlock = nextWhen(take, index.wrap(shape.blockBits()));
    Bit own = nextWhen(take, index.eq(blocks));
    when(clear, () -> index.set(0)).elseWhen(take, () -> index.set(index.inc()));
    when(take, () -> held.set(true)).elseWhen(heldReady, () -> held.set(false));

    Bit tied = heldGate.eq(largest.least).and(heldBlock.le(largest.leastBlock));
    Bit larger = heldGate.gt(largest.least).or(tied).and(others.ne(0));
    Bit wanted = own.or(all).or(larger);
    Bit filling = reg(bit(), 0);
    UInt ofLine = reg(uint(bits(lineWords)), 0);
    Bit lastOfLine = ofLine.eq(lineWords - 1);
    chosen.valid.set(filling.or(held.and(wanted)));
    chosen.payload.set(mux(filling, lit(0, WORD_BITS), heldWord));
    heldReady.set(filling.not().and(wanted.not().or(chosen.ready)));
    Bit passes = chosen.fire();
    Bit closing = filling.or(own);
    when(passes, () -> ofLine.set(ofLine.inc()));
    when(passes, () -> filling.set(closing.andNot(lastOfLine)));
    ends.set(passes.and(closing).and(lastOfLine));
  }

  @Override
  protected String moduleName() {
    return name;
  }
}
