package dev.heddle.host.model;

import dev.heddle.accel.format.Fp16;
import dev.heddle.accel.format.WeightFormat;
import java.nio.ByteBuffer;

/** Values of a tensor's bytes. */
final class ElementDecoder {
  private ElementDecoder() {}

  /** Decodes {@code values.length} elements from a little-endian buffer at position 0. */
  static void decode(TensorType type, ByteBuffer bytes, float[] values) {
    switch (type) {
      case F32 -> bytes.asFloatBuffer().get(values);
      case F16 -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = Fp16.toFloat(bytes.getShort(2 * i));
        }
      }
      case Q4_0, Q4_1, Q8_0 -> decodeBlocks(type.weightFormat().orElseThrow(), bytes, values);
    }
  }

  private static void decodeBlocks(WeightFormat format, ByteBuffer bytes, float[] values) {
    int half = WeightFormat.BLOCK / 2;
    int scaleBytes = format.scalesPerBlock() * WeightFormat.SCALE_BITS / 8;
    for (int block = 0; block < values.length / WeightFormat.BLOCK; block++) {
      int at = block * format.blockBytes();
      float scale = Fp16.toFloat(bytes.getShort(at));
      float min = format.hasMin() ? Fp16.toFloat(bytes.getShort(at + 2)) : 0;
      int codes = at + scaleBytes;
      for (int i = 0; i < WeightFormat.BLOCK; i++) {
        int code;
        if (format.codeBits() == 8) {
          code = bytes.get(codes + i);
        } else {
          int pair = bytes.get(codes + i % half);
          code = (i < half ? pair & 15 : (pair >> 4) & 15) + format.minCode();
        }
        float product = code * scale;
        values[block * WeightFormat.BLOCK + i] = format.hasMin() ? product + min : product;
      }
    }
  }
}
