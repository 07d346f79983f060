package dev.heddle.host.model;

import static org.assertj.core.api.Assertions.assertThat;

import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaModel;
import dev.heddle.host.tokenizer.ReferenceTokens;
import dev.heddle.host.tokenizer.ScoredPieces;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks with llama.cpp which elements of a head each architecture turns together. */
class RopePairingReferenceTest {
  @TempDir Path folder;

  @Test
  void exaoneIsLlamaWithItsHeadsSplitInHalves() {
    Path llama = folder.resolve("llama.gguf");
    Path exaone = folder.resolve("exaone.gguf");
    Path mistaken = folder.resolve("mistaken.gguf");
    try (ModelFile stories = ModelFile.open(SharedModels.path("stories260K.bin"))) {
      ScoredPieces tokenizer = (ScoredPieces) stories.tokenizer();
      GgufCopy.addScoredPieces(GgufCopy.of(stories, "llama"), tokenizer).write(llama);
      GgufCopy.addScoredPieces(GgufCopy.of(stories, "exaone"), tokenizer).write(mistaken);
      GgufWriter writer = GgufCopy.of(stories, "exaone");
      for (int layer = 0; layer < stories.shape().layers(); layer++) {
        splitHeads(writer, stories.tensor(layer, "attn_q"), stories.shape().headDimension());
        splitHeads(writer, stories.tensor(layer, "attn_k"), stories.shape().headDimension());
      }
      GgufCopy.addScoredPieces(writer, tokenizer).write(exaone);
    }
    try (ModelFile model = ModelFile.open(llama)) {
      assertThat(model.shape().ropePairing()).isEqualTo(RopePairing.INTERLEAVED);
    }
    try (ModelFile model = ModelFile.open(exaone)) {
      assertThat(model.shape().ropePairing()).isEqualTo(RopePairing.HALF_SPLIT);
    }
    String story = story(llama);
    assertThat(story).hasSizeGreaterThan(60).contains("there was a little girl named Lily");
    assertThat(story(exaone)).isEqualTo(story);
    assertThat(story(mistaken)).isNotEqualTo(story);
  }

  /** Moves the rows of each head from pairs (2i, 2i + 1) to pairs (i, i + d/2). */
  private static void splitHeads(GgufWriter writer, Tensor tensor, int headDimension) {
    int columns = tensor.columns();
    float[] values = tensor.floats();
    float[] moved = new float[values.length];
    for (int row = 0; row < tensor.rows(); row++) {
      int inHead = row % headDimension;
      int to = row - inHead + inHead / 2 + inHead % 2 * headDimension / 2;
      System.arraycopy(values, row * columns, moved, to * columns, columns);
    }
    GgufCopy.float32Tensor(writer, tensor.name(), moved, GgufCopy.dimensions(tensor));
  }

  private static String story(Path gguf) {
    try (LlamaModel model = ReferenceTokens.load(gguf)) {
      return model.complete(
          new InferenceParameters("Once upon a time").setTemperature(0).setNPredict(40));
    }
  }
}
