package dev.heddle.host.model;

import dev.heddle.host.tokenizer.ByteLevelBpe;
import dev.heddle.host.tokenizer.PreTokenizer;
import dev.heddle.host.tokenizer.ScoredPieces;
import dev.heddle.host.tokenizer.SpecialTokens;
import dev.heddle.host.tokenizer.TokenKind;
import dev.heddle.host.tokenizer.Tokenizer;
import dev.heddle.host.tokenizer.Vocabulary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The tokeniser that a GGUF file describes under {@code tokenizer.ggml}. */
final class GgufTokenizer {
  private static final String PREFIX = "tokenizer.ggml.";

  private final Path file;
  private final GgufMetadata metadata;
  private final List<String> texts;

  private GgufTokenizer(Path file, GgufMetadata metadata) {
    this.file = file;
    this.metadata = metadata;
    this.texts = metadata.strings(PREFIX + "tokens");
  }

  static Tokenizer read(Path file, GgufMetadata metadata) {
    String model = metadata.string(PREFIX + "model");
    try {
      return switch (model) {
        case "gpt2" -> new GgufTokenizer(file, metadata).byteLevelBpe();
        case "llama" -> new GgufTokenizer(file, metadata).scoredPieces();
        default ->
            throw new ModelFileException(
                file,
                "key " + PREFIX + "model is \"" + model + "\", an unknown kind of tokenizer",
                "use a model with a tokenizer of kind gpt2 or llama");
      };
    } catch (IllegalArgumentException e) {
      throw ModelFileException.damaged(file, "the tokenizer: " + e.getMessage(), e);
    }
  }

  private Tokenizer byteLevelBpe() {
    String name = metadata.findString(PREFIX + "pre").orElse("default");
    PreTokenizer pre =
        PreTokenizer.named(name)
            .orElseThrow(
                () ->
                    new ModelFileException(
                        file,
                        "key " + PREFIX + "pre is \"" + name + "\", an unknown pre-tokenizer",
                        "known ones are " + PreTokenizer.knownNames()));
    int none = Tokenizer.NONE;
    Vocabulary vocabulary =
        new Vocabulary(texts, kinds(), special(none, none, none, pre.prependsBos()));
    return new ByteLevelBpe(vocabulary, metadata.strings(PREFIX + "merges"), pre);
  }

  private Tokenizer scoredPieces() {
    List<Double> stored = metadata.reals(PREFIX + "scores");
    float[] scores = new float[stored.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (float) (double) stored.get(i);
    }
    // The ids of SentencePiece's own special tokens, which hold where the file names no others.
    Vocabulary vocabulary = new Vocabulary(texts, kinds(), special(1, 2, 0, true));
    return new ScoredPieces(vocabulary, scores, metadata.truth(PREFIX + "add_space_prefix", true));
  }

  private SpecialTokens special(int bos, int eos, int unknown, boolean prependsBos) {
    int bosId = id("bos_token_id", bos);
    boolean addBos = metadata.truth(PREFIX + "add_bos_token", prependsBos && bosId >= 0);
    return new SpecialTokens(
        bosId, id("eos_token_id", eos), id("unknown_token_id", unknown), addBos);
  }

  private int id(String key, int otherwise) {
    return metadata.integer(PREFIX + key, 0, texts.size() - 1, otherwise);
  }

  private List<TokenKind> kinds() {
    String key = PREFIX + "token_type";
    if (!metadata.has(key)) {
      return Collections.nCopies(texts.size(), TokenKind.NORMAL);
    }
    List<TokenKind> kinds = new ArrayList<>(texts.size());
    for (long stored : metadata.integers(key)) {
      int id = (int) Math.max(-1, Math.min(stored, Integer.MAX_VALUE));
      kinds.add(
          TokenKind.ofGgufId(id)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "token " + kinds.size() + " has unknown type " + stored)));
    }
    return kinds;
  }
}
