package dev.heddle.host.model;

import dev.heddle.host.tokenizer.ScoredPieces;
import dev.heddle.host.tokenizer.TokenKind;
import dev.heddle.host.tokenizer.Vocabulary;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Writes an open model as a GGUF file of another architecture, tokeniser or tensor type. */
public final class GgufCopy {
  private GgufCopy() {}

  /** Hyperparameters and F32 tensors of a model under an architecture's name, no tokeniser. */
  public static GgufWriter of(ModelFile model, String architecture) {
    LlamaShape shape = model.shape();
    String prefix = architecture + '.';
    GgufWriter writer =
        new GgufWriter()
            .hyperparameters(architecture, shape)
            .string("general.name", model.name())
            .uint32(prefix + "rope.dimension_count", shape.headDimension())
            .float32(prefix + "rope.freq_base", shape.ropeBase());
    for (String name : model.tensorNames()) {
      Tensor tensor = model.tensor(name);
      float32Tensor(writer, name, tensor.floats(), dimensions(tensor));
    }
    return writer;
  }

  /** Adds the tokeniser of a llama2.c checkpoint. */
  public static GgufWriter addScoredPieces(GgufWriter writer, ScoredPieces tokenizer) {
    Vocabulary vocabulary = tokenizer.vocabulary();
    float[] scores = new float[vocabulary.size()];
    for (int id = 0; id < scores.length; id++) {
      scores[id] = tokenizer.score(id);
    }
    return addVocabulary(writer, vocabulary)
        .string("tokenizer.ggml.model", "llama")
        .float32s("tokenizer.ggml.scores", scores)
        .truth("tokenizer.ggml.add_space_prefix", tokenizer.addsSpacePrefix())
        .uint32("tokenizer.ggml.unknown_token_id", vocabulary.special().unknown());
  }

  /** Adds the byte-level tokeniser of a GGUF file under another pre-tokeniser. */
  public static GgufWriter addByteLevelBpe(GgufWriter writer, Path gguf, String pre) {
    try (ModelFile model = GgufFile.open(gguf)) {
      addVocabulary(writer, model.tokenizer().vocabulary());
    }
    return writer
        .string("tokenizer.ggml.model", "gpt2")
        .string("tokenizer.ggml.pre", pre)
        .strings("tokenizer.ggml.merges", GgufFile.metadata(gguf).strings("tokenizer.ggml.merges"));
  }

  private static GgufWriter addVocabulary(GgufWriter writer, Vocabulary vocabulary) {
    List<String> texts = IntStream.range(0, vocabulary.size()).mapToObj(vocabulary::text).toList();
    int[] kinds =
        IntStream.range(0, vocabulary.size())
            .mapToObj(vocabulary::kind)
            .mapToInt(TokenKind::ggufId)
            .toArray();
    return writer
        .strings("tokenizer.ggml.tokens", texts)
        .int32s("tokenizer.ggml.token_type", kinds)
        .uint32("tokenizer.ggml.bos_token_id", vocabulary.special().bos())
        .uint32("tokenizer.ggml.eos_token_id", vocabulary.special().eos())
        .truth("tokenizer.ggml.add_bos_token", vocabulary.special().prependsBos());
  }

  /** Adds or replaces a tensor by its values in F32. */
  public static GgufWriter float32Tensor(
      GgufWriter writer, String name, float[] values, long... dimensions) {
    byte[] bytes = new byte[4 * values.length];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    return writer.tensor(name, TensorType.F32.ggufId(), bytes, dimensions);
  }

  /** The dimensions as the writer takes them. */
  public static long[] dimensions(Tensor tensor) {
    return tensor.dimensions().stream().mapToLong(Integer::longValue).toArray();
  }
}
