package dev.heddle.host.model;

import dev.heddle.host.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An open model file: hyperparameters, tensors by their GGUF names, and the tokeniser.
 *
 * <p>Opening reads and checks the directory of the file; tensors are mapped into memory when first
 * used. Everything that can be wrong is a {@link ModelFileException} from {@code open}.
 */
public final class ModelFile implements AutoCloseable {
  private final Path path;
  private final String name;
  private final LlamaShape shape;
  private final Map<String, Tensor> tensors;
  private final Tokenizer tokenizer;
  private final FileChannel channel;

  ModelFile(
      Path path,
      String name,
      LlamaShape shape,
      Map<String, Tensor> tensors,
      Tokenizer tokenizer,
      FileChannel channel) {
    this.path = path;
    this.name = name;
    this.shape = shape;
    this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    this.tokenizer = tokenizer;
    this.channel = channel;
    LlamaTensors.check(path, shape, this.tensors);
    if (tokenizer.size() != shape.vocabulary()) {
      throw new ModelFileException(
          path,
          "the tokenizer has "
              + tokenizer.size()
              + " tokens but the embedding has "
              + shape.vocabulary()
              + " rows",
          "use the tokenizer that belongs to the model");
    }
  }

  /**
   * Opens a GGUF file or a llama2.c checkpoint, told apart by their first bytes.
   *
   * <p>The tokeniser of a checkpoint is looked for beside it: {@code tokN.bin} with N the number of
   * tokens, else {@code tokenizer.bin}.
   */
  public static ModelFile open(Path path) {
    if (GgufFile.hasMagic(path)) {
      return GgufFile.open(path);
    }
    int vocabulary = Llama2cCheckpoint.vocabulary(path);
    for (String name : List.of("tok" + vocabulary + ".bin", "tokenizer.bin")) {
      Path tokenizer = path.resolveSibling(name);
      if (Files.exists(tokenizer)) {
        return Llama2cCheckpoint.open(path, tokenizer);
      }
    }
    throw new ModelFileException(
        path,
        "no tokenizer for this llama2.c checkpoint lies beside it",
        "put tok" + vocabulary + ".bin or tokenizer.bin into the same folder, or name the file");
  }

  /** The file this model is read from. */
  public Path path() {
    return path;
  }

  /** What the model calls itself, else the file's name. */
  public String name() {
    return name;
  }

  /** The hyperparameters. */
  public LlamaShape shape() {
    return shape;
  }

  /** The tokeniser. */
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /** The names of all tensors, in file order. */
  public Set<String> tensorNames() {
    return tensors.keySet();
  }

  /** A tensor by name, for instance {@code blk.0.attn_q.weight} ({@link LlamaTensors}). */
  public Tensor tensor(String tensorName) {
    return find(tensorName)
        .orElseThrow(
            () -> new IllegalArgumentException(path + " has no tensor named " + tensorName));
  }

  /** A tensor of a layer, for instance {@code (0, "attn_q")}. */
  public Tensor tensor(int layer, String part) {
    return tensor(LlamaTensors.layer(layer, part));
  }

  /** A tensor by name, if there is one. */
  public Optional<Tensor> find(String tensorName) {
    return Optional.ofNullable(tensors.get(tensorName));
  }

  /** The output matrix, which is the token embedding when the two are tied. */
  public Tensor output() {
    return tensor(shape.tiedOutput() ? LlamaTensors.TOKEN_EMBEDDING : LlamaTensors.OUTPUT);
  }

  /**
   * The angle in radians by which each of the {@code headDimension / 2} pairs turns from one
   * position to the next: {@code base^(-2i/d) / (ropeScale * factor(i))}, where the factors are 1
   * unless the file has {@code rope_freqs.weight}.
   */
  public double[] ropeFrequencies() {
    int pairs = shape.headDimension() / 2;
    float[] factors = find(LlamaTensors.ROPE_FACTORS).map(Tensor::floats).orElse(null);
    double[] frequencies = new double[pairs];
    for (int i = 0; i < pairs; i++) {
      double factor = factors == null ? 1 : factors[i];
      frequencies[i] =
          StrictMath.pow(shape.ropeBase(), -(double) i / pairs) / (shape.ropeScale() * factor);
    }
    return frequencies;
  }

  /** Closes the file. Buffers taken from its tensors stay valid. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new ModelFileException(
          path, "cannot be closed: " + e.getMessage(), "check the disk", e);
    }
  }
}
