package dev.heddle.accel.mask;

import static dev.heddle.accel.mask.Schedule.IDLE;

import java.util.Arrays;
import java.util.BitSet;

/** Follows a schedule step by step and compares it with its mask; knows nothing of the compiler. */
final class ScheduleCheck {
  private final Schedule schedule;
  private final AttentionMask mask;
  private final int banks;
  private final int[] available;
  private final BitSet computed;
  private final BitSet started;
  private final int[] missing;
  private final int[] openRows;
  private final int[] bankKeys;

  ScheduleCheck(Schedule schedule, AttentionMask mask, int banks, int[] available) {
    if (banks < 1) {
      throw new IllegalArgumentException("there are " + banks + " banks; at least 1 is needed");
    }
    if (available.length != mask.keys()) {
      throw new IllegalArgumentException(
          "release times of %d keys for a %s".formatted(available.length, mask));
    }
    this.schedule = schedule;
    this.mask = mask;
    this.banks = banks;
    this.available = available;
    this.computed = new BitSet(mask.nonZeros());
    this.started = new BitSet(mask.rows());
    this.missing = new int[mask.rows()];
    this.openRows = new int[schedule.lanes()];
    this.bankKeys = new int[banks];
  }

  void run() {
    Arrays.setAll(missing, mask::rowLength);
    Arrays.fill(openRows, IDLE);
    for (int step = 0; step < schedule.steps(); step++) {
      Arrays.fill(bankKeys, IDLE);
      for (int lane = 0; lane < schedule.lanes(); lane++) {
        checkEntry(step, lane);
      }
    }
    for (int row = 0; row < mask.rows(); row++) {
      if (missing[row] > 0) {
        throw new IllegalArgumentException(
            "the schedule ends after step %d with %d keys of row %d not computed"
                .formatted(schedule.steps(), missing[row], row));
      }
    }
  }

  private void checkEntry(int step, int lane) {
    int row = schedule.row(step, lane);
    int key = schedule.key(step, lane);
    boolean last = schedule.last(step, lane);
    if (row == IDLE && key == IDLE && !last) {
      return;
    }
    Place at = new Place(step, lane, row, key);
    if (row < 0 || row >= mask.rows()) {
      throw at.breaks("the mask has only rows below " + mask.rows());
    }
    if (key < 0 || key >= mask.keys()) {
      throw at.breaks("the mask has only keys below " + mask.keys());
    }
    int pair = mask.indexOf(row, key);
    if (pair < 0) {
      throw at.breaks("the mask does not keep this pair");
    }
    if (computed.get(pair)) {
      throw at.breaks("this pair is computed a second time");
    }
    computed.set(pair);
    if (step < available[key]) {
      throw at.breaks("the key is there only from step " + available[key] + " on");
    }
    checkBank(at);
    checkRow(at, last);
  }

  private void checkBank(Place at) {
    int bank = at.key % banks;
    if (bankKeys[bank] != IDLE && bankKeys[bank] != at.key) {
      throw at.breaks("bank %d serves key %d in this step".formatted(bank, bankKeys[bank]));
    }
    bankKeys[bank] = at.key;
  }

  private void checkRow(Place at, boolean last) {
    int open = openRows[at.lane];
    if (open != at.row) {
      if (open != IDLE) {
        throw at.breaks("the lane has not ended row " + open);
      }
      if (started.get(at.row)) {
        throw at.breaks("the row was begun before");
      }
      started.set(at.row);
    }
    missing[at.row]--;
    if (last && missing[at.row] > 0) {
      throw at.breaks("marked as the row's last key but %d are missing".formatted(missing[at.row]));
    }
    if (!last && missing[at.row] == 0) {
      throw at.breaks("not marked as the row's last key");
    }
    openRows[at.lane] = last ? IDLE : at.row;
  }

  /** Where in the schedule a rule is checked. */
  private record Place(int step, int lane, int row, int key) {
    IllegalArgumentException breaks(String rule) {
      return new IllegalArgumentException(
          "step %d, lane %d, row %d, key %d: %s".formatted(step, lane, row, key, rule));
    }
  }
}
