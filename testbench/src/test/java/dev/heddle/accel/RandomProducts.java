package dev.heddle.accel;

import static dev.heddle.accel.format.WeightFormat.BLOCK;

import dev.heddle.accel.format.Int8Block;
import dev.heddle.accel.format.QuantisedMatrix;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.format.X8Vector;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Matrices and vectors at random, with everything that a format allows at its edges. */
final class RandomProducts {
  private static final int[] EDGE_SCALES = {
    0x7bff, 0xfbff, 0x0001, 0x8001, 0x03ff, 0x0400, 0x0000, 0x8000, 0x3c00
  };
  private static final int EXPONENT_BITS = 0x7c00;
  private static final int SUBNORMALS = 0x3ff;

  /** Magnitude of scales and vectors. */
  enum Magnitude {
    /** Anything. */
    ANY,
    /** So small that results are flushed to zero; needs rows of whole blocks. */
    TINY,
    /** So large that results saturate; needs rows of whole blocks. */
    HUGE
  }

  private final Random random;
  private final Magnitude magnitude;

  RandomProducts(long seed, Magnitude magnitude) {
    random = new Random(seed);
    this.magnitude = magnitude;
  }

  /** A matrix of the given shape; rows of whole blocks may come from a file of extremes. */
  QuantisedMatrix matrix(WeightFormat format, int rows, int columns) {
    if (columns % BLOCK != 0 || magnitude == Magnitude.ANY && random.nextBoolean()) {
      float[] values = new float[rows * columns];
      for (int i = 0; i < values.length; i++) {
        values[i] = gaussian();
      }
      zeroBlocks(values);
      return QuantisedMatrix.quantise(format, values, rows, columns);
    }
    boolean edgeCodes = random.nextBoolean();
    boolean edgeScales = random.nextBoolean();
    ByteBuffer file =
        ByteBuffer.allocate(rows * (columns / BLOCK) * format.blockBytes())
            .order(ByteOrder.LITTLE_ENDIAN);
    while (file.hasRemaining()) {
      int next = file.position() + format.blockBytes();
      for (int i = 0; i < format.scalesPerBlock(); i++) {
        file.putShort((short) scale(edgeScales));
      }
      boolean zero = random.nextInt(8) == 0;
      while (file.position() < next) {
        file.put((byte) (zero ? zeroCodes(format) : codes(format, edgeCodes)));
      }
    }
    return QuantisedMatrix.fromFile(format, file.rewind(), rows, columns);
  }

  private int scale(boolean edge) {
    if (magnitude == Magnitude.TINY) {
      return 1 + random.nextInt(SUBNORMALS);
    }
    if (magnitude == Magnitude.HUGE) {
      return EDGE_SCALES[random.nextInt(2)];
    }
    if (edge) {
      return EDGE_SCALES[random.nextInt(EDGE_SCALES.length)];
    }
    int bits = random.nextInt(1 << 16);
    return (bits & EXPONENT_BITS) == EXPONENT_BITS ? bits ^ 0x4000 : bits;
  }

  /** A byte of a file that holds only zero codes. */
  private static int zeroCodes(WeightFormat format) {
    int stored = format.codeBits() == Byte.SIZE ? 0 : -format.minCode();
    return stored | stored << 4;
  }

  /** A byte of a file: one code of 8 bits or two of 4, stored from the smallest on. */
  private int codes(WeightFormat format, boolean edge) {
    if (!edge) {
      return random.nextInt(256);
    }
    if (format.codeBits() == Byte.SIZE) {
      return random.nextBoolean() ? format.minCode() : format.maxCode();
    }
    return (random.nextBoolean() ? 0x0f : 0) | (random.nextBoolean() ? 0xf0 : 0);
  }

  /** Vectors of {@code columns} elements. */
  List<X8Vector> vectors(int count, int columns) {
    List<X8Vector> vectors = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean ordinary = magnitude == Magnitude.ANY && random.nextBoolean();
      vectors.add(ordinary ? ordinary(columns) : extreme(X8Vector.blocks(columns)));
    }
    return vectors;
  }

  private X8Vector ordinary(int columns) {
    float[] values = new float[columns];
    for (int i = 0; i < columns; i++) {
      values[i] = gaussian();
    }
    zeroBlocks(values);
    return X8Vector.quantise(values);
  }

  private X8Vector extreme(int blocks) {
    byte[] codes = new byte[blocks * BLOCK];
    byte[] exponents = new byte[blocks];
    int spread = Int8Block.MAX_EXPONENT - Int8Block.MIN_EXPONENT;
    int kind =
        switch (magnitude) {
          case ANY -> random.nextInt(5);
          case TINY -> 0;
          case HUGE -> 1;
        };
    for (int b = 0; b < blocks; b++) {
      exponents[b] =
          (byte)
              switch (kind) {
                case 0 -> Int8Block.MIN_EXPONENT;
                case 1 -> Int8Block.MAX_EXPONENT;
                case 2 -> random.nextBoolean() ? Int8Block.MIN_EXPONENT : Int8Block.MAX_EXPONENT;
                case 3 -> Int8Block.MIN_EXPONENT + random.nextInt(spread + 1);
                default -> random.nextInt(40) - 20;
              };
    }
    if (random.nextInt(6) > 0) {
      boolean edge = random.nextBoolean();
      for (int i = 0; i < codes.length; i++) {
        int sign = random.nextBoolean() ? 1 : -1;
        int most = Int8Block.MAX_CODE;
        codes[i] = (byte) (sign * (edge ? most : random.nextInt(most + 1)));
      }
    }
    return X8Vector.of(codes, exponents);
  }

  private void zeroBlocks(float[] values) {
    if (random.nextInt(3) == 0) {
      for (int i = 0; i < values.length; i++) {
        values[i] = i / BLOCK % 3 == 1 ? 0 : values[i];
      }
    }
  }

  private float gaussian() {
    return (float) random.nextGaussian() * Math.scalb(1f, random.nextInt(9) - 4);
  }
}
