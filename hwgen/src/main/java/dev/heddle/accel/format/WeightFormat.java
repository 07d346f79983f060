package dev.heddle.accel.format;

/**
 * A block-quantised weight format: 32 codes along the reduction dimension, a scale, and for some
 * formats a minimum.
 *
 * <p>The value of element i is {@code code(i) * scale} or {@code code(i) * scale + min}. The same
 * codes and scales are used from the model file to the multiplier; only their order in memory
 * changes ({@link WeightImage}).
 *
 * <pre>
 *   format  code bits  codes        scale  min   bytes of a block
 *   Q8_0    8          [-128, 127]  fp16   -     34
 *   Q4_0    4          [-8, 7]      fp16   -     18
 *   Q4_1    4          [0, 15]      fp16   fp16  20
 * </pre>
 *
 * Source: the block layouts of the GGUF file format.
 */
public enum WeightFormat {
  Q8_0(8, true, false),
  Q4_0(4, true, false),
  Q4_1(4, false, true);

  /** Elements of a block along the reduction dimension. */
  public static final int BLOCK = 32;

  /** Bits of a scale or of a minimum, an IEEE binary16 number. */
  public static final int SCALE_BITS = 16;

  private final int codeBits;
  private final boolean signed;
  private final boolean hasMin;

  WeightFormat(int codeBits, boolean signed, boolean hasMin) {
    this.codeBits = codeBits;
    this.signed = signed;
    this.hasMin = hasMin;
  }

  /** Bits of one code, 4 or 8. */
  public int codeBits() {
    return codeBits;
  }

  /** Whether codes lie in {@code [-2^(b-1), 2^(b-1))} rather than in {@code [0, 2^b)}. */
  public boolean signed() {
    return signed;
  }

  /** Whether a block has a minimum beside its scale. */
  public boolean hasMin() {
    return hasMin;
  }

  /** The smallest code. */
  public int minCode() {
    return signed ? -(1 << (codeBits - 1)) : 0;
  }

  /** The largest code. */
  public int maxCode() {
    return (1 << (signed ? codeBits - 1 : codeBits)) - 1;
  }

  /** Scales and minimums of a block, 1 or 2. */
  public int scalesPerBlock() {
    return hasMin ? 2 : 1;
  }

  /** Bytes of a block: codes, scale and minimum. The same in a model file and in card memory. */
  public int blockBytes() {
    return (BLOCK * codeBits + scalesPerBlock() * SCALE_BITS) / 8;
  }
}
