package dev.heddle.host.bringup;

import dev.heddle.host.transport.Transport;
import dev.heddle.lib.Registers;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

/** Writes and reads the scratch register: walking ones and zeros, patterns, random words. */
final class ScratchStep implements BringUpStep {
  private static final int RANDOM_WORDS = 1000;
  private static final List<Integer> PATTERNS =
      List.of(0, ~0, 0xa5a5_a5a5, 0x5a5a_5a5a, 0x0000_ffff, 0xffff_0000);

  @Override
  public String name() {
    return "scratch";
  }

  @Override
  public String purpose() {
    return "All 32 data bits of the registers are written and read back.";
  }

  @Override
  public StepResult run(TestedBoard board) {
    Registers registers = board.registers();
    int offset = registers.map().register("SCRATCH").offset();
    Transport transport = board.transport();
    BitErrors errors = new BitErrors(Integer.SIZE);
    for (int bit = 0; bit < Integer.SIZE; bit++) {
      for (int word : new int[] {1 << bit, ~(1 << bit)}) {
        errors.compareWalk(bit, bits(word), bits(exchange(transport, offset, word)));
      }
    }
    SplittableRandom random = new SplittableRandom(1);
    int words = PATTERNS.size() + RANDOM_WORDS;
    for (int i = 0; i < words; i++) {
      int word = i < PATTERNS.size() ? PATTERNS.get(i) : random.nextInt();
      errors.compare(bits(word), bits(exchange(transport, offset, word)));
    }
    int all = words + 2 * Integer.SIZE;
    if (errors.found()) {
      List<String> wrong = errors.describe("bit");
      return StepResult.failed("SCRATCH " + wrong.get(0), wrong.subList(1, wrong.size()));
    }
    return StepResult.passed("%,d words came back".formatted(all));
  }

  private static int exchange(Transport transport, int offset, int word) {
    transport.write32(offset, word);
    return transport.read32(offset);
  }

  private static BitSet bits(int word) {
    return BitSet.valueOf(new long[] {Integer.toUnsignedLong(word)});
  }
}
