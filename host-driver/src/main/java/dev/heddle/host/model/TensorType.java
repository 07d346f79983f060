package dev.heddle.host.model;

import dev.heddle.accel.format.WeightFormat;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The element formats of tensors that can be loaded.
 *
 * <pre>
 *   type  GGUF id  elements and bytes of a block
 *   F32   0         1   4   IEEE binary32
 *   F16   1         1   2   IEEE binary16
 *   Q4_0  2        32  18   scale, 16 bytes of two codes; element j low, j + 16 high nibble
 *   Q4_1  3        32  20   scale, minimum, codes as Q4_0
 *   Q8_0  8        32  34   scale, 32 codes
 * </pre>
 *
 * Source: the GGUF specification and ggml's block structures.
 */
public enum TensorType {
  F32(0, 4),
  F16(1, 2),
  Q4_0(2, WeightFormat.Q4_0),
  Q4_1(3, WeightFormat.Q4_1),
  Q8_0(8, WeightFormat.Q8_0);

  /** Names of GGUF's types by id, to refuse the others by name. */
  private static final String[] GGUF_NAMES = {
    "F32",
    "F16",
    "Q4_0",
    "Q4_1",
    "Q4_2",
    "Q4_3",
    "Q5_0",
    "Q5_1",
    "Q8_0",
    "Q8_1",
    "Q2_K",
    "Q3_K",
    "Q4_K",
    "Q5_K",
    "Q6_K",
    "Q8_K",
    "IQ2_XXS",
    "IQ2_XS",
    "IQ3_XXS",
    "IQ1_S",
    "IQ4_NL",
    "IQ3_S",
    "IQ2_S",
    "IQ4_XS",
    "I8",
    "I16",
    "I32",
    "I64",
    "F64",
    "IQ1_M",
    "BF16",
    "Q4_0_4_4",
    "Q4_0_4_8",
    "Q4_0_8_8",
    "TQ1_0",
    "TQ2_0",
    "IQ4_NL_4_4",
    "IQ4_NL_4_8",
    "IQ4_NL_8_8",
    "MXFP4",
    "NVFP4"
  };

  private final int ggufId;
  private final int elementsPerBlock;
  private final int bytesPerBlock;
  private final Optional<WeightFormat> weightFormat;

  TensorType(int ggufId, int bytes) {
    this.ggufId = ggufId;
    this.elementsPerBlock = 1;
    this.bytesPerBlock = bytes;
    this.weightFormat = Optional.empty();
  }

  TensorType(int ggufId, WeightFormat format) {
    this.ggufId = ggufId;
    this.elementsPerBlock = WeightFormat.BLOCK;
    this.bytesPerBlock = format.blockBytes();
    this.weightFormat = Optional.of(format);
  }

  /** The number of this type in a GGUF file. */
  public int ggufId() {
    return ggufId;
  }

  /** Elements of a block; a row is whole blocks. */
  public int elementsPerBlock() {
    return elementsPerBlock;
  }

  /** Bytes of a block. */
  public int bytesPerBlock() {
    return bytesPerBlock;
  }

  /** The block format of a quantised type, empty for floating point. */
  public Optional<WeightFormat> weightFormat() {
    return weightFormat;
  }

  /** Bytes of a row of whole blocks. */
  public long rowBytes(int columns) {
    if (columns % elementsPerBlock != 0) {
      throw new IllegalArgumentException(
          columns + " columns are not whole " + this + " blocks of " + elementsPerBlock);
    }
    return (long) (columns / elementsPerBlock) * bytesPerBlock;
  }

  /** The type with a GGUF number, if it can be loaded. */
  public static Optional<TensorType> ofGgufId(int id) {
    return Arrays.stream(values()).filter(type -> type.ggufId == id).findFirst();
  }

  /** What a GGUF number means, whether it can be loaded or not, for error messages. */
  static String describe(int id) {
    return id >= 0 && id < GGUF_NAMES.length
        ? GGUF_NAMES[id] + " (type " + id + ")"
        : "unknown type " + Integer.toUnsignedString(id);
  }

  /** All types that can be loaded, for error messages. */
  static String names() {
    return Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", "));
  }
}
