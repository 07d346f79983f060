package dev.heddle.host.model;

import dev.heddle.accel.format.Fp16;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A tiny Llama with random weights as a GGUF file, in any tensor type, to be bent by tests. */
public final class TestModel {
  /** One layer of width 64, 4 heads of 16, 2 KV heads, 288 tokens, untied. */
  public static final LlamaShape SHAPE =
      new LlamaShape(
          1, 64, 4, 2, 16, 96, 288, 32, 1e-5f, 10_000, 1, RopePairing.INTERLEAVED, false);

  private TestModel() {}

  /** A good file of {@link #SHAPE} whose matrices have the given type. */
  public static GgufWriter of(TensorType matrices) {
    return of(SHAPE, matrices);
  }

  /** A good file of a shape whose matrices have the given type. */
  public static GgufWriter of(LlamaShape shape, TensorType matrices) {
    GgufWriter writer = withoutTensors(shape);
    Random random = new Random(7);
    LlamaTensors.of(shape)
        .forEach(
            (name, dimensions) -> {
              long[] sizes = dimensions.stream().mapToLong(Integer::longValue).toArray();
              TensorType type = sizes.length == 1 ? TensorType.F32 : matrices;
              int rows = sizes.length == 1 ? 1 : (int) sizes[1];
              byte[] data = randomBytes(type, rows * type.rowBytes((int) sizes[0]), random);
              writer.tensor(name, type.ggufId(), data, sizes);
            });
    return writer;
  }

  /** Hyperparameters but those of RoPE, and a tokeniser; no tensors. */
  public static GgufWriter withoutTensors(LlamaShape shape) {
    String architecture =
        switch (shape.ropePairing()) {
          case INTERLEAVED -> "llama";
          case HALF_SPLIT -> "exaone";
        };
    String prefix = architecture + '.';
    GgufWriter writer =
        new GgufWriter()
            .hyperparameters(architecture, shape)
            .uint32(prefix + "attention.key_length", shape.headDimension())
            .uint32(prefix + "attention.value_length", shape.headDimension());
    List<String> texts = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
    for (int b = 0; b < 256; b++) {
      texts.add(String.format("<0x%02X>", b));
    }
    while (texts.size() < shape.vocabulary()) {
      texts.add("w" + texts.size());
    }
    int[] kinds = new int[shape.vocabulary()];
    for (int id = 0; id < kinds.length; id++) {
      kinds[id] = id == 0 ? 2 : id < 3 ? 3 : id < 259 ? 6 : 1;
    }
    return writer
        .string("tokenizer.ggml.model", "llama")
        .strings("tokenizer.ggml.tokens", texts)
        .float32s("tokenizer.ggml.scores", new float[shape.vocabulary()])
        .int32s("tokenizer.ggml.token_type", kinds);
  }

  /** Random elements whose scales, minimums and floats are small finite numbers. */
  private static byte[] randomBytes(TensorType type, long size, Random random) {
    byte[] bytes = new byte[(int) size];
    random.nextBytes(bytes);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < bytes.length; at += type.bytesPerBlock()) {
      if (type == TensorType.F32) {
        buffer.putFloat(at, (float) random.nextGaussian());
      } else {
        buffer.putShort(at, (short) Fp16.fromFloat((float) random.nextGaussian()));
      }
      if (type == TensorType.Q4_1) {
        buffer.putShort(at + 2, (short) Fp16.fromFloat((float) random.nextGaussian()));
      }
    }
    return bytes;
  }
}
