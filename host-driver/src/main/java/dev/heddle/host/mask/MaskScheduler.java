package dev.heddle.host.mask;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.mask.AttentionMask;
import dev.heddle.accel.mask.Schedule;
import dev.heddle.accel.mask.ScheduleCompiler;
import java.util.Arrays;

/**
 * Compiles masks for one engine, which loads the keys of a layer while it works.
 *
 * @param engine what runs the schedules
 */
public record MaskScheduler(AttentionShape engine) {

  /** The schedule of a mask whose keys lie on chip before its rows begin. */
  public Schedule onChip(AttentionMask mask) {
    return compiler().compile(mask);
  }

  /**
   * The schedule of a mask whose keys are being loaded, or {@link #onChip} where rows that wait for
   * them would not fit the score queue. Rows are then read and written while keys come.
   *
   * @param linesPerCycle how fast keys come, in lines of 64 bytes
   */
  public Schedule whileLoading(AttentionMask mask, double linesPerCycle) {
    int[] available = new int[mask.keys()];
    Arrays.setAll(available, key -> (int) ((key + key / GoldenHead.KEYS_PER_LINE) / linesPerCycle));
    Schedule schedule = compiler().compile(mask, available);
    return schedule.longestSpan(engine.longestSegment()) <= engine.scores()
        ? schedule
        : onChip(mask);
  }

  private ScheduleCompiler compiler() {
    return new ScheduleCompiler(engine.lanes(), engine.banks());
  }
}
