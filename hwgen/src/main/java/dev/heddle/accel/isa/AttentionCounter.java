package dev.heddle.accel.isa;

/** What the attention engine counts: a 64-bit register each. */
public enum AttentionCounter {
  /** Query rows times the keys that they see. */
  PAIRS("Pairs of a query row and a key that were scored."),
  /** Rows that see a key. */
  ROWS("Rows that were normalised."),
  /** Lost to lanes that want different keys, or values, of one bank. */
  CONFLICTS("Cycles that steps waited for banks, of keys and of values."),
  /** Lost to rows that are longer than the scores kept for them. */
  SCORE_STALLS("Cycles that steps waited for room for their scores."),
  /** Key vectors and exponents. */
  KEY_BEATS("Beats of keys and exponents."),
  /** Value vectors. */
  VALUE_BEATS("Beats of values."),
  /** Whatever says which keys rows see and where they are. */
  INDEX_BEATS("Beats of head tables, schedules, page lists and masks.");

  /** Bits of what a counter gains in a cycle. */
  public static final int STEP_BITS = 5;

  private final String description;

  AttentionCounter(String description) {
    this.description = description;
  }

  /** Name of the register. */
  public String register() {
    return "ATTENTION_" + name();
  }

  /** What it counts, in one sentence. */
  public String description() {
    return description;
  }
}
