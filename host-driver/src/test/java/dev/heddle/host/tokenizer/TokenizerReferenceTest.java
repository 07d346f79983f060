package dev.heddle.host.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.host.model.GgufCopy;
import dev.heddle.host.model.GgufWriter;
import dev.heddle.host.model.ModelFile;
import dev.heddle.host.model.SharedModels;
import dev.heddle.host.model.ShippedModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares token ids with llama.cpp, an independent implementation. */
class TokenizerReferenceTest {
  private static final long SEED = 20_240_229;
  private static final int RANDOM_TEXTS = 300;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"gpt-2", "smollm", "default", "llama-bpe", "qwen2"})
  void byteLevelBpeGivesTheIdsOfLlamaCpp(String pre) {
    Path copy = folder.resolve(pre + ".gguf");
    try (ModelFile tale = ShippedModel.tale()) {
      GgufWriter writer = GgufCopy.of(tale, "llama");
      GgufCopy.addByteLevelBpe(writer, tale.path(), pre).write(copy);
    }
    assertSameIds(copy);
  }

  @Test
  void theShippedModelsTokenizerGivesTheIdsOfLlamaCpp() {
    try (ModelFile tale = ShippedModel.tale()) {
      assertSameIds(tale.path());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void scoredPiecesGiveTheIdsOfLlamaCpp(boolean spacePrefix) {
    Path copy = folder.resolve("stories.gguf");
    try (ModelFile model = ModelFile.open(SharedModels.path("stories260K.bin"))) {
      GgufWriter writer = GgufCopy.of(model, "llama");
      GgufCopy.addScoredPieces(writer, (ScoredPieces) model.tokenizer())
          .truth("tokenizer.ggml.add_space_prefix", spacePrefix)
          .write(copy);
    }
    assertSameIds(copy);
  }

  private static void assertSameIds(Path gguf) {
    List<String> texts = VariedTexts.of(RANDOM_TEXTS, SEED);
    assertThat(texts).hasSizeGreaterThan(400);
    List<String> differences = new ArrayList<>();
    try (ReferenceTokens reference = new ReferenceTokens(gguf);
        ModelFile model = ModelFile.open(gguf)) {
      for (String text : texts) {
        int[] expected = reference.encode(text);
        int[] actual = model.tokenizer().encode(text, false);
        if (!Arrays.equals(expected, actual)) {
          differences.add(
              escaped(text)
                  + "\n  llama.cpp "
                  + Arrays.toString(expected)
                  + "\n  Heddle    "
                  + Arrays.toString(actual));
        }
      }
    }
    assertThat(differences).isEmpty();
  }

  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    text.chars()
        .forEach(
            c -> escaped.append(c >= ' ' && c < 127 ? "" + (char) c : String.format("\\u%04x", c)));
    return escaped.toString();
  }
}
