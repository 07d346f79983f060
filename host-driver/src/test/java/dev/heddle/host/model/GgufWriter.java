package dev.heddle.host.model;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes GGUF files, good ones and such as no converter would make.
 *
 * <p>Keys and tensors appear in the order of their first mention; setting one again replaces it.
 * Nothing is checked.
 */
public final class GgufWriter {
  private record Entry(
      String name, int type, List<Long> dimensions, ByteBuffer data, long offset) {}

  private static final long NEXT = -1;

  private final Map<String, byte[]> pairs = new LinkedHashMap<>();
  private final Map<String, Entry> tensors = new LinkedHashMap<>();
  private int version = 3;
  private int alignment = 32;
  private long tensorCount = NEXT;
  private long pairCount = NEXT;

  /** Another version number than 3; the layout stays. */
  public GgufWriter version(int number) {
    version = number;
    return this;
  }

  /** Another number of tensors in the header than there are. */
  public GgufWriter tensorCount(long count) {
    tensorCount = count;
    return this;
  }

  /** Another number of metadata pairs in the header than there are. */
  public GgufWriter pairCount(long count) {
    pairCount = count;
    return this;
  }

  /** The alignment of the data, as a key too. */
  public GgufWriter alignment(int bytes) {
    alignment = bytes;
    return uint32("general.alignment", bytes);
  }

  public GgufWriter string(String key, String value) {
    return raw(key, GgufType.STRING.id(), string(value));
  }

  public GgufWriter uint32(String key, int value) {
    return raw(key, GgufType.UINT32.id(), uint32(value));
  }

  public GgufWriter uint64(String key, long value) {
    return raw(key, GgufType.UINT64.id(), uint64(value));
  }

  public GgufWriter float32(String key, float value) {
    return raw(key, GgufType.FLOAT32.id(), uint32(Float.floatToRawIntBits(value)));
  }

  public GgufWriter truth(String key, boolean value) {
    return raw(key, GgufType.BOOL.id(), new byte[] {(byte) (value ? 1 : 0)});
  }

  public GgufWriter strings(String key, List<String> values) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    values.forEach(value -> all.writeBytes(string(value)));
    return array(key, GgufType.STRING, values.size(), all.toByteArray());
  }

  public GgufWriter int32s(String key, int... values) {
    byte[] all = new byte[4 * values.length];
    le(all).asIntBuffer().put(values);
    return array(key, GgufType.INT32, values.length, all);
  }

  public GgufWriter float32s(String key, float... values) {
    byte[] all = new byte[4 * values.length];
    le(all).asFloatBuffer().put(values);
    return array(key, GgufType.FLOAT32, values.length, all);
  }

  /** A value of a type by its number, as bytes. */
  public GgufWriter raw(String key, int type, byte[] value) {
    pairs.put(key, concat(uint32(type), value));
    return this;
  }

  public GgufWriter withoutKey(String key) {
    pairs.remove(key);
    return this;
  }

  /** Adds the hyperparameters of a model under an architecture's name, but for those of RoPE. */
  public GgufWriter hyperparameters(String architecture, LlamaShape shape) {
    String prefix = architecture + '.';
    return string("general.architecture", architecture)
        .uint32(prefix + "block_count", shape.layers())
        .uint32(prefix + "embedding_length", shape.width())
        .uint32(prefix + "feed_forward_length", shape.ffn())
        .uint32(prefix + "context_length", shape.context())
        .uint32(prefix + "attention.head_count", shape.heads())
        .uint32(prefix + "attention.head_count_kv", shape.kvHeads())
        .float32(prefix + "attention.layer_norm_rms_epsilon", shape.normEpsilon());
  }

  /** A tensor behind those before it; the first dimension is the contiguous one. */
  public GgufWriter tensor(String name, int type, byte[] data, long... dimensions) {
    return tensorAt(NEXT, name, type, data, dimensions);
  }

  /** A tensor whose entry states an offset of its own; its data still follow those before it. */
  public GgufWriter tensorAt(long offset, String name, int type, byte[] data, long... dimensions) {
    List<Long> boxed = Arrays.stream(dimensions).boxed().toList();
    tensors.put(name, new Entry(name, type, boxed, ByteBuffer.wrap(data), offset));
    return this;
  }

  public GgufWriter withoutTensor(String name) {
    tensors.remove(name);
    return this;
  }

  /** The file's bytes. */
  public byte[] bytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(uint32(version));
    out.writeBytes(uint64(tensorCount == NEXT ? tensors.size() : tensorCount));
    out.writeBytes(uint64(pairCount == NEXT ? pairs.size() : pairCount));
    pairs.forEach(
        (key, value) -> {
          out.writeBytes(string(key));
          out.writeBytes(value);
        });
    long offset = 0;
    for (Entry tensor : tensors.values()) {
      out.writeBytes(string(tensor.name()));
      out.writeBytes(uint32(tensor.dimensions().size()));
      tensor.dimensions().forEach(dimension -> out.writeBytes(uint64(dimension)));
      out.writeBytes(uint32(tensor.type()));
      out.writeBytes(uint64(tensor.offset() == NEXT ? offset : tensor.offset()));
      offset += tensor.data().capacity() + padding(tensor.data().capacity());
    }
    out.writeBytes(new byte[padding(out.size())]);
    for (Entry tensor : tensors.values()) {
      out.writeBytes(tensor.data().array());
      out.writeBytes(new byte[padding(tensor.data().capacity())]);
    }
    return out.toByteArray();
  }

  /** Writes the file and returns its path. */
  public Path write(Path file) {
    try {
      return Files.write(file, bytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int padding(int size) {
    return Math.floorMod(-size, alignment);
  }

  private GgufWriter array(String key, GgufType type, int count, byte[] elements) {
    return raw(
        key, GgufType.ARRAY.id(), concat(concat(uint32(type.id()), uint64(count)), elements));
  }

  private static byte[] string(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return concat(uint64(bytes.length), bytes);
  }

  private static byte[] uint32(int value) {
    byte[] bytes = new byte[4];
    le(bytes).putInt(value);
    return bytes;
  }

  private static byte[] uint64(long value) {
    byte[] bytes = new byte[8];
    le(bytes).putLong(value);
    return bytes;
  }

  private static ByteBuffer le(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] concat(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
