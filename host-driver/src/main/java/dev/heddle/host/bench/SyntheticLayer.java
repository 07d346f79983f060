package dev.heddle.host.bench;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.QuantisedMatrix;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.format.X8Vector;
import dev.heddle.testbench.matmul.BareMachine;
import dev.heddle.testbench.matmul.MatrixProduct;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * A layer of random weights: codes uniform over their range, scales and minimums around 2^-7,
 * normally distributed activations. Always the same numbers.
 *
 * @param rows outputs
 * @param columns inputs, a multiple of 32
 * @param format format of the weights
 */
record SyntheticLayer(int rows, int columns, WeightFormat format) {
  private static final int SMALLEST_SCALE = 0x2000;
  private static final int SCALES = 0x400;

  /** The product of the layer with {@code tokens} vectors in card memory. */
  MatrixProduct product(int tokens, Configuration configuration) {
    Random random = new Random(1);
    byte[] bytes = new byte[rows * (columns / WeightFormat.BLOCK) * format.blockBytes()];
    random.nextBytes(bytes);
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int block = 0; block < bytes.length; block += format.blockBytes()) {
      for (int i = 0; i < format.scalesPerBlock(); i++) {
        file.putShort(block + Short.BYTES * i, (short) (SMALLEST_SCALE + random.nextInt(SCALES)));
      }
    }
    List<X8Vector> vectors = new ArrayList<>();
    for (int token = 0; token < tokens; token++) {
      float[] values = new float[columns];
      for (int i = 0; i < columns; i++) {
        values[i] = (float) random.nextGaussian();
      }
      vectors.add(X8Vector.quantise(values));
    }
    return new MatrixProduct(
        QuantisedMatrix.fromFile(format, file, rows, columns),
        vectors,
        configuration,
        BareMachine.DATA);
  }

  @Override
  public String toString() {
    return "%dx%d/%s".formatted(rows, columns, format.name().toLowerCase(Locale.ROOT));
  }
}
