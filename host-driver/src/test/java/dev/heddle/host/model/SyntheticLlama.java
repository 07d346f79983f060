package dev.heddle.host.model;

import dev.heddle.accel.format.Fp16;
import dev.heddle.accel.format.QuantisedMatrix;
import dev.heddle.accel.format.WeightFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * A small Llama whose weights are random but sound, to be written as GGUF in any tensor type.
 *
 * @param shape the hyperparameters
 * @param weights the values of each tensor by name, row after row; all exact in binary16
 */
public record SyntheticLlama(LlamaShape shape, Map<String, float[]> weights) {
  public SyntheticLlama {
    weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
  }

  /** A model whose matrices keep the magnitude of a vector, and whose norms are about 1. */
  public static SyntheticLlama random(LlamaShape shape, long seed) {
    Random random = new Random(seed);
    Map<String, float[]> weights = new LinkedHashMap<>();
    LlamaTensors.of(shape)
        .forEach(
            (name, dimensions) -> {
              boolean matrix = dimensions.size() == 2;
              int columns = dimensions.get(0);
              float[] values = new float[matrix ? columns * dimensions.get(1) : columns];
              for (int i = 0; i < values.length; i++) {
                double value =
                    matrix
                        ? random.nextGaussian() / Math.sqrt(columns)
                        : 1 + random.nextGaussian() / 8;
                values[i] = Fp16.toFloat(Fp16.fromFloat((float) value));
              }
              weights.put(name, values);
            });
    return new SyntheticLlama(shape, weights);
  }

  /** This model with another shape and another value of a tensor. */
  public SyntheticLlama with(LlamaShape otherShape, String name, float[] values) {
    Map<String, float[]> changed = new LinkedHashMap<>(weights);
    changed.put(name, values);
    return new SyntheticLlama(otherShape, changed);
  }

  /** A file whose matrices but the embedding have one type, and the embedding another. */
  public GgufWriter gguf(TensorType matrices, TensorType embedding) {
    GgufWriter writer = TestModel.withoutTensors(shape);
    LlamaTensors.of(shape)
        .forEach(
            (name, dimensions) -> {
              long[] sizes = dimensions.stream().mapToLong(Integer::longValue).toArray();
              TensorType type =
                  sizes.length == 1
                      ? TensorType.F32
                      : name.equals(LlamaTensors.TOKEN_EMBEDDING) ? embedding : matrices;
              byte[] data = encode(type, weights.get(name), dimensions.get(0));
              writer.tensor(name, type.ggufId(), data, sizes);
            });
    return writer;
  }

  /** A file whose matrices have one type. */
  public GgufWriter gguf(TensorType matrices) {
    return gguf(matrices, matrices);
  }

  private static byte[] encode(TensorType type, float[] values, int columns) {
    int rows = values.length / columns;
    byte[] bytes = new byte[Math.toIntExact(rows * type.rowBytes(columns))];
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (type.weightFormat().isPresent()) {
      blocks(QuantisedMatrix.quantise(type.weightFormat().get(), values, rows, columns), file);
      return bytes;
    }
    for (float value : values) {
      if (type == TensorType.F32) {
        file.putFloat(value);
      } else {
        file.putShort((short) Fp16.fromFloat(value));
      }
    }
    return bytes;
  }

  /** Writes codes, scales and minimums in the layout of a file. */
  private static void blocks(QuantisedMatrix matrix, ByteBuffer file) {
    WeightFormat format = matrix.format();
    int half = WeightFormat.BLOCK / 2;
    for (int row = 0; row < matrix.rows(); row++) {
      for (int block = 0; block < matrix.blocks(); block++) {
        int from = block * WeightFormat.BLOCK;
        file.putShort((short) matrix.scaleBits(row, block));
        if (format.hasMin()) {
          file.putShort((short) matrix.minBits(row, block));
        }
        if (format.codeBits() == Byte.SIZE) {
          for (int i = 0; i < WeightFormat.BLOCK; i++) {
            file.put(matrix.code(row, from + i));
          }
        } else {
          for (int i = 0; i < half; i++) {
            int low = matrix.code(row, from + i) - format.minCode();
            int high = matrix.code(row, from + half + i) - format.minCode();
            file.put((byte) (low | high << 4));
          }
        }
      }
    }
  }
}
