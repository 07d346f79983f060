package dev.heddle.testbench.attention;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.golden.CacheCheck;
import dev.heddle.accel.golden.GoldenAppend;
import dev.heddle.accel.golden.GoldenCopy;
import dev.heddle.accel.isa.AppendEntry;
import dev.heddle.accel.isa.CopyEntry;
import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.MemoryEntry;
import dev.heddle.accel.isa.Operation;
import java.util.ArrayList;
import java.util.List;

/**
 * Append and copy tables beside {@link AttentionWork}, in the same image of card memory, each with
 * the descriptor that runs it.
 */
public final class CacheWork {
  private final AttentionWork work;
  private final List<MemoryEntry<?>> executed = new ArrayList<>();

  /** No work yet, in the memory of {@code work}. */
  public CacheWork(AttentionWork work) {
    this.work = work;
  }

  /** Writes an append table and returns the descriptor that runs it. */
  public Descriptor append(List<AppendEntry> entries) {
    return table(Operation.APPEND, entries);
  }

  /** Writes a copy table and returns the descriptor that runs it. */
  public Descriptor copy(List<CopyEntry> entries) {
    return table(Operation.COPY, entries);
  }

  private Descriptor table(Operation operation, List<? extends MemoryEntry<?>> entries) {
    int table = work.allocate(entries.size() * AppendEntry.BYTES);
    for (int i = 0; i < entries.size(); i++) {
      entries.get(i).encode(work.image(), table + i * AppendEntry.BYTES);
    }
    executed.addAll(entries);
    return AttentionWork.run(operation, table, AppendEntry.BYTES, List.of(entries.size())).get(0);
  }

  /** The entries of all tables. */
  public List<MemoryEntry<?>> entries() {
    return executed;
  }

  /**
   * Executes all tables on the image in Java, in the order in which they were written.
   *
   * @return whether an infinite number was quantised
   * @throws IllegalArgumentException when the machine of {@code configuration} cannot take an entry
   */
  public boolean runGolden(Configuration configuration) {
    boolean saturated = false;
    for (MemoryEntry<?> entry : executed) {
      if (entry instanceof AppendEntry append) {
        CacheCheck.require(configuration, append);
        saturated |= new GoldenAppend(append, work.image()).run();
      } else if (entry instanceof CopyEntry copy) {
        CacheCheck.require(configuration, copy);
        new GoldenCopy(copy, work.image()).run();
      }
    }
    return saturated;
  }
}
