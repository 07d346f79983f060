package dev.heddle.host.device;

import static dev.heddle.accel.format.WeightFormat.BLOCK;

import dev.heddle.accel.format.ActivationImage;
import dev.heddle.accel.format.AttentionState;
import dev.heddle.accel.format.Int8Block;
import dev.heddle.accel.isa.HeadEntry.Output;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * How the output rows of an entry of a head table lie in card memory: row after row, and behind
 * rows of X8 codes the exponents of their blocks.
 *
 * @param output their format
 * @param rows how many there are
 * @param elements elements of a row
 */
record OutputLayout(Output output, int rows, int elements) {
  /** Bytes of a row, without exponents. */
  int rowBytes() {
    return switch (output) {
      case FP32 -> elements * Float.BYTES;
      case X8 -> elements;
      case STATE -> AttentionState.bytes(elements);
    };
  }

  /** Bytes of all rows, which the exponents follow. */
  int rowsBytes() {
    return rows * rowBytes();
  }

  /** Bytes of rows and exponents. */
  int bytes() {
    int blocks = output == Output.X8 ? rows * elements / BLOCK : 0;
    return rowsBytes() + (int) ActivationImage.aligned(blocks);
  }

  /** The outputs that {@code memory} holds, with a page list. */
  HeadOutputs decode(ByteBuffer memory, List<Integer> pages) {
    ByteBuffer bytes = memory.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    float[][] values = new float[rows][elements];
    List<AttentionState> states = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      if (output == Output.STATE) {
        AttentionState state = AttentionState.decode(bytes, row * rowBytes(), elements);
        state.normalise(values[row], 0);
        states.add(state);
        continue;
      }
      for (int i = 0; i < elements; i++) {
        values[row][i] = value(bytes, row * elements + i);
      }
    }
    return new HeadOutputs(values, states, pages);
  }

  private float value(ByteBuffer bytes, int element) {
    return output == Output.X8
        ? Int8Block.value(bytes.get(element), bytes.get(rowsBytes() + element / BLOCK))
        : bytes.getFloat(element * Float.BYTES);
  }
}
