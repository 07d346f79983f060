package dev.heddle.host.bringup;

import dev.heddle.host.model.Llama2cCheckpoint;
import dev.heddle.host.model.LlamaShape;
import dev.heddle.host.model.LlamaTensors;
import dev.heddle.host.model.ModelFile;
import dev.heddle.host.model.RopePairing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A Llama of one layer with random weights, always the same: 32,768 in its matrices, few enough for
 * a slow line.
 *
 * <p>It is written as a checkpoint of llama2.c and opened as any other, so that its way to the
 * device is that of a user's model.
 */
final class SelfTestModel {
  /** Norm and RoPE are those that every such checkpoint has. */
  private static final LlamaShape SHAPE =
      new LlamaShape(1, 64, 4, 2, 16, 96, 32, 32, 1e-5f, 10_000, 1, RopePairing.INTERLEAVED, true);

  private static final int HEADER_INTS = 7;
  private static final double MOST_WEIGHT = 0.5;
  private static final int TEXT_BYTES = 6;

  private SelfTestModel() {}

  /**
   * Opens the model, of which nothing stays behind when it is closed.
   *
   * @throws IOException when there is no room for its temporary files
   */
  static ModelFile open() throws IOException {
    Path checkpoint = Files.createTempFile("heddle-", ".bin");
    Path tokenizer = Files.createTempFile("heddle-", ".bin");
    try {
      Files.write(checkpoint, checkpoint());
      Files.write(tokenizer, tokenizer());
      return Llama2cCheckpoint.open(checkpoint, tokenizer);
    } finally {
      // A file that is open can be read without its name.
      Files.delete(checkpoint);
      Files.delete(tokenizer);
    }
  }

  private static byte[] checkpoint() {
    int floats = SHAPE.context() * SHAPE.headDimension();
    for (List<Integer> dimensions : LlamaTensors.of(SHAPE).values()) {
      floats += dimensions.stream().reduce(1, Math::multiplyExact);
    }
    ByteBuffer bytes = littleEndian(HEADER_INTS * Integer.BYTES + floats * Float.BYTES);
    bytes.putInt(SHAPE.width()).putInt(SHAPE.ffn()).putInt(SHAPE.layers()).putInt(SHAPE.heads());
    bytes.putInt(SHAPE.kvHeads()).putInt(SHAPE.vocabulary()).putInt(SHAPE.context());
    SplittableRandom random = new SplittableRandom(1);
    while (bytes.hasRemaining()) {
      bytes.putFloat((float) random.nextDouble(-MOST_WEIGHT, MOST_WEIGHT));
    }
    return bytes.array();
  }

  /** Tokens of a byte, in the form that the format has for them; nobody reads a text. */
  private static byte[] tokenizer() {
    int entryBytes = Float.BYTES + Integer.BYTES + TEXT_BYTES;
    ByteBuffer bytes = littleEndian(Integer.BYTES + SHAPE.vocabulary() * entryBytes);
    bytes.putInt(TEXT_BYTES);
    for (int token = 0; token < SHAPE.vocabulary(); token++) {
      bytes.putFloat(0).putInt(TEXT_BYTES);
      bytes.put("<0x%02X>".formatted(token).getBytes(StandardCharsets.US_ASCII));
    }
    return bytes.array();
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
