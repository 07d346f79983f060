package dev.heddle.host.model;

import dev.heddle.host.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Map;

/**
 * Opens GGUF files, versions 2 and 3, of Llama architecture.
 *
 * <pre>
 *   "GGUF"  version u32  tensors u64  pairs u64
 *   pairs:    key, type, value
 *   tensors:  name, dimensions, type, offset      {@link GgufTensors}
 *   data, aligned to general.alignment (32)
 * </pre>
 *
 * The architecture gives the RoPE layout. Files of {@code llama} are {@link
 * RopePairing#INTERLEAVED}: their converters permute the rows of Q and K so that neighbours form a
 * pair. Files of {@code exaone}, otherwise the same model, are {@link RopePairing#HALF_SPLIT}.
 *
 * <p>Source: the GGUF specification; key names and defaults as llama.cpp reads them.
 */
public final class GgufFile {
  private static final int MAGIC = 0x46554747;
  private static final int DEFAULT_ALIGNMENT = 32;
  private static final float DEFAULT_ROPE_BASE = 10_000;
  private static final Map<String, RopePairing> ARCHITECTURES =
      Map.of("llama", RopePairing.INTERLEAVED, "exaone", RopePairing.HALF_SPLIT);

  private GgufFile() {}

  /** Whether a file begins like a GGUF file. A file that cannot be read is an error. */
  static boolean hasMagic(Path path) {
    try (FileChannel channel = FileCursor.channel(path)) {
      FileCursor cursor = new FileCursor(path, channel);
      return cursor.remaining() >= 4 && cursor.i32("the magic number") == MAGIC;
    } catch (IOException e) {
      throw new ModelFileException(path, "cannot be closed: " + e, "check the disk", e);
    }
  }

  /** Opens a file. */
  public static ModelFile open(Path path) {
    FileChannel channel = FileCursor.channel(path);
    boolean opened = false;
    try {
      ModelFile model = read(path, channel);
      opened = true;
      return model;
    } finally {
      if (!opened) {
        closeQuietly(channel);
      }
    }
  }

  /** Closes after a failure that is itself being reported. */
  static void closeQuietly(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException ignored) {
      // The failure that led here is the one to report.
    }
  }

  private static ModelFile read(Path path, FileChannel channel) {
    FileCursor cursor = new FileCursor(path, channel);
    long tensorCount = tensorCount(cursor);
    GgufMetadata metadata = GgufMetadata.read(cursor);
    String architecture = architecture(path, metadata);
    if (metadata.integer("split.count", 0, 1 << 16, 0) > 1) {
      throw new ModelFileException(
          path, "is one part of a split model (split.count)", "merge the parts first");
    }
    int alignment = alignment(path, metadata);
    Map<String, Tensor> tensors = GgufTensors.read(cursor, tensorCount, alignment, channel);
    Tokenizer tokenizer = GgufTokenizer.read(path, metadata);
    LlamaShape shape = shape(path, metadata, architecture, tensors);
    String name =
        metadata.findString("general.name").orElseGet(() -> String.valueOf(path.getFileName()));
    return new ModelFile(path, name, shape, tensors, tokenizer, channel);
  }

  /** The metadata of a file. */
  static GgufMetadata metadata(Path path) {
    try (FileChannel channel = FileCursor.channel(path)) {
      FileCursor cursor = new FileCursor(path, channel);
      tensorCount(cursor);
      return GgufMetadata.read(cursor);
    } catch (IOException e) {
      throw new ModelFileException(path, "cannot be closed: " + e, "check the disk", e);
    }
  }

  /** Reads the head of the file up to and with the number of tensors. */
  private static long tensorCount(FileCursor cursor) {
    if (cursor.i32("the magic number") != MAGIC) {
      throw new ModelFileException(
          cursor.file(),
          "does not begin with \"GGUF\"",
          "give a GGUF file or a llama2.c checkpoint");
    }
    checkVersion(cursor.file(), cursor.i32("the version"));
    long count = cursor.i64("the number of tensors");
    GgufTensors.checkCount(cursor, count);
    return count;
  }

  private static void checkVersion(Path path, int version) {
    if (version == 2 || version == 3) {
      return;
    }
    if (Integer.reverseBytes(version) == 2 || Integer.reverseBytes(version) == 3) {
      throw new ModelFileException(
          path, "is a big-endian GGUF file", "use the little-endian form of the model");
    }
    throw new ModelFileException(
        path,
        "has GGUF version " + Integer.toUnsignedString(version) + " at byte 4",
        "versions 2 and 3 can be read: convert the model anew");
  }

  private static String architecture(Path path, GgufMetadata metadata) {
    String architecture = metadata.string("general.architecture");
    if (!ARCHITECTURES.containsKey(architecture)) {
      throw new ModelFileException(
          path,
          "key general.architecture is \"" + architecture + '"',
          "only models of architecture llama (or exaone, its half-split twin) can be used");
    }
    return architecture;
  }

  private static int alignment(Path path, GgufMetadata metadata) {
    int alignment = metadata.integer("general.alignment", 1, 1 << 24, DEFAULT_ALIGNMENT);
    if (Integer.bitCount(alignment) != 1) {
      throw ModelFileException.damaged(
          path, "key general.alignment is " + alignment + ", not a power of two");
    }
    return alignment;
  }

  private static LlamaShape shape(
      Path path, GgufMetadata metadata, String architecture, Map<String, Tensor> tensors) {
    int max = LlamaShape.MAX_DIMENSION;
    String prefix = architecture + '.';
    if (metadata.integer(prefix + "expert_count", 0, max, 0) > 0) {
      throw new ModelFileException(
          path, "is a mixture of experts (" + prefix + "expert_count)", "use a dense Llama model");
    }
    Tensor embedding = tensors.get(LlamaTensors.TOKEN_EMBEDDING);
    if (embedding == null) {
      throw new ModelFileException(
          path, "tensor " + LlamaTensors.TOKEN_EMBEDDING + " is missing", "convert the model anew");
    }
    int width = metadata.integer(prefix + "embedding_length", 1, max);
    int heads = metadata.integer(prefix + "attention.head_count", 1, max);
    int headDimension =
        metadata.integer(prefix + "attention.key_length", 1, max, Math.max(1, width / heads));
    checkSame(path, metadata, prefix + "attention.value_length", headDimension);
    checkSame(path, metadata, prefix + "rope.dimension_count", headDimension);
    checkAttention(path, metadata, prefix);
    try {
      return new LlamaShape(
          metadata.integer(prefix + "block_count", 1, max),
          width,
          heads,
          metadata.integer(prefix + "attention.head_count_kv", 1, max, heads),
          headDimension,
          metadata.integer(prefix + "feed_forward_length", 1, max),
          embedding.rows(),
          metadata.integer(prefix + "context_length", 1, 1 << 30),
          metadata.real(prefix + "attention.layer_norm_rms_epsilon"),
          metadata.real(prefix + "rope.freq_base", DEFAULT_ROPE_BASE),
          ropeScale(path, metadata, prefix),
          ARCHITECTURES.get(architecture),
          !tensors.containsKey(LlamaTensors.OUTPUT));
    } catch (IllegalArgumentException e) {
      throw ModelFileException.damaged(path, e.getMessage(), e);
    }
  }

  private static void checkSame(Path path, GgufMetadata metadata, String key, int headDimension) {
    int value = metadata.integer(key, 1, LlamaShape.MAX_DIMENSION, headDimension);
    if (value != headDimension) {
      throw new ModelFileException(
          path,
          "key " + key + " is " + value + " but the head dimension is " + headDimension,
          "models whose heads are turned or sized in part cannot be used");
    }
  }

  private static void checkAttention(Path path, GgufMetadata metadata, String prefix) {
    if (!metadata.truth(prefix + "attention.causal", true)) {
      throw new ModelFileException(
          path,
          "key " + prefix + "attention.causal is false",
          "use a model that generates text, not one for embeddings");
    }
    float factor = metadata.real(prefix + "rope.scaling.attn_factor", 1);
    if (factor != 1) {
      throw new ModelFileException(
          path,
          "key " + prefix + "rope.scaling.attn_factor is " + factor,
          "models that scale their queries and keys cannot be used");
    }
  }

  private static float ropeScale(Path path, GgufMetadata metadata, String prefix) {
    String scaling = metadata.findString(prefix + "rope.scaling.type").orElse("linear");
    return switch (scaling) {
      case "none" -> 1;
      case "linear" -> {
        float older = metadata.real(prefix + "rope.scale_linear", 1);
        float factor = metadata.real(prefix + "rope.scaling.factor", older);
        yield factor == 0 ? 1 : factor; // as llama.cpp reads it
      }
      default ->
          throw new ModelFileException(
              path,
              "key " + prefix + "rope.scaling.type is \"" + scaling + '"',
              "only linear scaling or none can be used");
    };
  }
}
