package dev.heddle.host.model;

import dev.heddle.host.tokenizer.ScoredPieces;
import dev.heddle.host.tokenizer.SpecialTokens;
import dev.heddle.host.tokenizer.TokenKind;
import dev.heddle.host.tokenizer.Tokenizer;
import dev.heddle.host.tokenizer.Vocabulary;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Opens llama2.c checkpoints of the first format (no version in front) with their tokeniser file.
 *
 * <pre>
 *   int32: width ffn layers heads kvHeads vocabulary context
 *          vocabulary negative: the output matrix is stored, else it is the token embedding
 *   fp32:  token_embd | attn_norm of all layers | attn_q | attn_k | attn_v | attn_output
 *          | ffn_norm | ffn_gate | ffn_down | ffn_up | output_norm
 *          | RoPE cosines and sines, context x headDimension / 2 each, not used | [output]
 *
 *   tokeniser: int32 longest text; for each token fp32 score, int32 length, text
 * </pre>
 *
 * Token 0 is unknown, 1 begins a text, 2 ends one, 3 to 258 are the bytes. RoPE is interleaved with
 * base 10,000; the norms' epsilon is 1e-5.
 *
 * <p>Source: {@code run.c} and {@code tokenizer.py} of karpathy/llama2.c.
 */
public final class Llama2cCheckpoint {
  private static final int HEADER_INTS = 7;
  private static final float NORM_EPSILON = 1e-5f;
  private static final float ROPE_BASE = 10_000;
  private static final int UNKNOWN = 0;
  private static final int BOS = 1;
  private static final int EOS = 2;
  private static final int FIRST_BYTE = 3;

  private final Path path;
  private final FileChannel channel;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private long offset = HEADER_INTS * 4L;

  private Llama2cCheckpoint(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /** Opens a checkpoint and its tokeniser file. */
  public static ModelFile open(Path checkpoint, Path tokenizer) {
    FileChannel channel = FileCursor.channel(checkpoint);
    boolean opened = false;
    try {
      ModelFile model = new Llama2cCheckpoint(checkpoint, channel).read(tokenizer);
      opened = true;
      return model;
    } finally {
      if (!opened) {
        GgufFile.closeQuietly(channel);
      }
    }
  }

  /** The number of tokens in a checkpoint's header. */
  static int vocabulary(Path checkpoint) {
    try (FileChannel channel = FileCursor.channel(checkpoint)) {
      return shape(new FileCursor(checkpoint, channel)).vocabulary();
    } catch (IOException e) {
      throw new ModelFileException(checkpoint, "cannot be closed: " + e, "check the disk", e);
    }
  }

  private static LlamaShape shape(FileCursor cursor) {
    int[] header = new int[HEADER_INTS];
    for (int i = 0; i < HEADER_INTS; i++) {
      header[i] = cursor.i32("the header");
    }
    int width = header[0];
    int heads = header[3];
    boolean tied = header[5] > 0;
    try {
      if (heads < 1 || width < 1 || width % heads != 0 || header[5] == Integer.MIN_VALUE) {
        throw new IllegalArgumentException(
            "a width of " + width + ", " + heads + " heads and " + header[5] + " tokens");
      }
      return new LlamaShape(
          header[2],
          width,
          heads,
          header[4],
          width / heads,
          header[1],
          Math.abs(header[5]),
          header[6],
          NORM_EPSILON,
          ROPE_BASE,
          1,
          RopePairing.INTERLEAVED,
          tied);
    } catch (IllegalArgumentException e) {
      throw new ModelFileException(
          cursor.file(),
          "is neither a GGUF file nor a llama2.c checkpoint: in its header, " + e.getMessage(),
          "give a GGUF file or a llama2.c checkpoint of the first format",
          e);
    }
  }

  private ModelFile read(Path tokenizer) {
    FileCursor cursor = new FileCursor(path, channel);
    LlamaShape shape = shape(cursor);
    int width = shape.width();
    checkSize(cursor, shape);
    place(LlamaTensors.TOKEN_EMBEDDING, width, shape.vocabulary());
    placeLayers(shape, "attn_norm", width, 1);
    placeLayers(shape, "attn_q", width, shape.queryWidth());
    placeLayers(shape, "attn_k", width, shape.kvWidth());
    placeLayers(shape, "attn_v", width, shape.kvWidth());
    placeLayers(shape, "attn_output", shape.queryWidth(), width);
    placeLayers(shape, "ffn_norm", width, 1);
    placeLayers(shape, "ffn_gate", width, shape.ffn());
    placeLayers(shape, "ffn_down", shape.ffn(), width);
    placeLayers(shape, "ffn_up", width, shape.ffn());
    place(LlamaTensors.OUTPUT_NORM, width, 1);
    offset += ropeTableBytes(shape);
    if (!shape.tiedOutput()) {
      place(LlamaTensors.OUTPUT, width, shape.vocabulary());
    }
    return new ModelFile(
        path,
        String.valueOf(path.getFileName()),
        shape,
        tensors,
        tokenizer(tokenizer, shape.vocabulary()),
        channel);
  }

  private static long ropeTableBytes(LlamaShape shape) {
    return (long) shape.context() * shape.headDimension() * TensorType.F32.bytesPerBlock();
  }

  /** The size follows from the header; any other means another format or a cut file. */
  private static void checkSize(FileCursor cursor, LlamaShape shape) {
    double weights = shape.layers() * elementsPerLayer(shape);
    weights += (double) shape.width() * (shape.vocabulary() + 1);
    weights += shape.tiedOutput() ? 0 : (double) shape.width() * shape.vocabulary();
    double bytes =
        HEADER_INTS * 4 + weights * TensorType.F32.bytesPerBlock() + ropeTableBytes(shape);
    if (bytes != cursor.size()) {
      throw new ModelFileException(
          cursor.file(),
          String.format(
              "has %d bytes, but its header (as a llama2.c checkpoint) asks for %.0f",
              cursor.size(), bytes),
          "fetch the file anew, or give a GGUF file");
    }
  }

  private static double elementsPerLayer(LlamaShape shape) {
    double width = shape.width();
    return width * (2.0 + 2.0 * shape.queryWidth() + 2.0 * shape.kvWidth() + 3.0 * shape.ffn());
  }

  private void placeLayers(LlamaShape shape, String part, int columns, int rows) {
    for (int layer = 0; layer < shape.layers(); layer++) {
      place(LlamaTensors.layer(layer, part), columns, rows);
    }
  }

  private void place(String name, int columns, int rows) {
    List<Integer> dimensions = rows == 1 ? List.of(columns) : List.of(columns, rows);
    Tensor tensor = new Tensor(name, TensorType.F32, dimensions, offset, path, channel);
    tensors.put(name, tensor);
    offset += tensor.byteSize();
  }

  /** Reads a tokeniser file of {@code size} tokens. */
  private static Tokenizer tokenizer(Path file, int size) {
    try (FileChannel channel = FileCursor.channel(file)) {
      FileCursor cursor = new FileCursor(file, channel);
      int longest = cursor.i32("the length of the longest token");
      List<String> texts = new ArrayList<>();
      List<TokenKind> kinds = new ArrayList<>();
      if (size > cursor.remaining() / 8) {
        throw new ModelFileException(
            file,
            "has " + cursor.size() + " bytes, too few for " + size + " tokens",
            "use the tokenizer that belongs to the model");
      }
      float[] scores = new float[size];
      for (int id = 0; id < size; id++) {
        String what = "token " + id;
        scores[id] = cursor.f32("the score of " + what);
        int length = cursor.i32("the length of " + what);
        String text = cursor.utf8(length, Math.max(0, longest), what);
        TokenKind kind = kind(id);
        kinds.add(kind);
        texts.add(text(id, text));
      }
      if (cursor.remaining() != 0) {
        throw new ModelFileException(
            file,
            "has " + cursor.remaining() + " bytes after token " + (size - 1),
            "use the tokenizer that belongs to the model");
      }
      SpecialTokens special = new SpecialTokens(BOS, EOS, UNKNOWN, true);
      return new ScoredPieces(new Vocabulary(texts, kinds, special), scores, true);
    } catch (IllegalArgumentException e) {
      throw ModelFileException.damaged(file, "the tokenizer: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new ModelFileException(file, "cannot be closed: " + e, "check the disk", e);
    }
  }

  private static TokenKind kind(int id) {
    if (id == UNKNOWN) {
      return TokenKind.UNKNOWN;
    }
    if (id == BOS || id == EOS) {
      return TokenKind.CONTROL;
    }
    return id < FIRST_BYTE + 256 ? TokenKind.BYTE : TokenKind.NORMAL;
  }

  /** The text as SentencePiece has it: the file pads control tokens and writes plain spaces. */
  private static String text(int id, String stored) {
    return switch (kind(id)) {
      case CONTROL, UNKNOWN -> stored.strip();
      case BYTE -> stored;
      default -> stored.replace(' ', ScoredPieces.SPACE_MARK);
    };
  }
}
