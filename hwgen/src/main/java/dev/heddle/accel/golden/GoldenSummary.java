package dev.heddle.accel.golden;

import static dev.heddle.accel.golden.GoldenHead.LINE;

import dev.heddle.accel.format.BlockRouting.Router;
import dev.heddle.accel.format.KeySummary;
import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.isa.MemoryField;
import dev.heddle.accel.isa.SummaryEntry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Executes one entry of the summary table on card memory: reads the keys of a block and writes
 * their {@link KeySummary}.
 */
public final class GoldenSummary {
  private static final int EXPONENTS_OF_A_KEY = 2;

  private final SummaryEntry entry;
  private final ByteBuffer memory;

  /** The execution of {@code entry} on {@code memory}. */
  public GoldenSummary(SummaryEntry entry, ByteBuffer memory) {
    this.entry = entry;
    this.memory = memory.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Writes the summary and its exponent. */
  public void run() {
    List<KvVector> keys = new ArrayList<>();
    byte[] codes = new byte[value(SummaryEntry.KEY_LINES) * LINE];
    for (int key = 0; key < value(SummaryEntry.KEYS); key++) {
      memory.get(value(SummaryEntry.KEY_ROWS) + key * codes.length, codes);
      int exponent = memory.get(value(SummaryEntry.KEY_EXPONENTS) + key * EXPONENTS_OF_A_KEY);
      keys.add(KvVector.of(codes, exponent));
    }
    KeySummary summary = Router.values()[value(SummaryEntry.ROUTER)].summary(keys);
    new SummaryImage(value(SummaryEntry.KEY_LINES))
        .write(summary, memory, value(SummaryEntry.SUMMARY));
    memory.put(value(SummaryEntry.SUMMARY_EXPONENT), (byte) summary.exponent());
  }

  private int value(MemoryField field) {
    return Math.toIntExact(entry.value(field));
  }
}
