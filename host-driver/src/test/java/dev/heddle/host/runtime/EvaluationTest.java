package dev.heddle.host.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaModel;
import dev.heddle.accel.Configuration;
import dev.heddle.host.model.GgufCopy;
import dev.heddle.host.model.ModelFile;
import dev.heddle.host.model.SharedModels;
import dev.heddle.host.sampler.Sampler;
import dev.heddle.host.tokenizer.ReferenceTokens;
import dev.heddle.host.tokenizer.ScoredPieces;
import dev.heddle.host.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How good stories260K stays in 8 bits, on the stories of {@code eval.txt}. */
class EvaluationTest {
  /** Tokens of a story that count; below llama.cpp's context in {@link ReferenceTokens#load}. */
  private static final int LONGEST = 250;

  private static final int FEWEST_PREDICTIONS = 4000;
  private static final String SEPARATOR = "<|story|>";

  private static ModelFile stories;
  private static final List<int[]> TEXTS = new ArrayList<>();
  private static final List<float[][]> LOGITS = new ArrayList<>();

  @TempDir private Path folder;

  @BeforeAll
  static void readTheStories() throws IOException {
    stories = ModelFile.open(SharedModels.path("stories260K.bin"));
    for (String story : Files.readString(SharedModels.path("eval.txt")).split(SEPARATOR)) {
      int[] tokens = stories.tokenizer().encode(story.strip(), true);
      TEXTS.add(Arrays.copyOf(tokens, Math.min(tokens.length, LONGEST)));
    }
    try (GoldenModel golden = GoldenModel.load(stories, Configuration.LARGE)) {
      for (int[] text : TEXTS) {
        LOGITS.add(golden.runtime().readAll(golden.runtime().newSequence(), text));
      }
    }
  }

  @AfterAll
  static void closeTheModel() {
    if (stories != null) {
      stories.close();
    }
  }

  private static Perplexity perplexity(List<float[][]> logits) {
    Perplexity sum = new Perplexity(0, 0);
    for (int i = 0; i < TEXTS.size(); i++) {
      sum = sum.plus(Perplexity.of(logits.get(i), TEXTS.get(i)));
    }
    return sum;
  }

  @Test
  void perplexityIsWithinOneAndAHalfPercentOfFloatingPoint() {
    FloatLlama reference = new FloatLlama(stories);
    Perplexity exact = perplexity(TEXTS.stream().map(reference::logits).toList());
    Perplexity golden = perplexity(LOGITS);
    System.out.printf(
        "stories260K on %d tokens: perplexity %.4f in floating point, %.4f golden (%+.2f %%)%n",
        exact.predictions(),
        exact.value(),
        golden.value(),
        100 * (golden.value() / exact.value() - 1));
    assertThat(golden.predictions()).isGreaterThanOrEqualTo(FEWEST_PREDICTIONS);
    assertThat(golden.value()).isLessThan(1.015 * exact.value());
  }

  @Test
  void theLikeliestTokenIsLlamaCppsOfNinetyThreeInAHundred() {
    Path gguf = folder.resolve("stories260K.gguf");
    Tokenizer tokenizer = stories.tokenizer();
    GgufCopy.addScoredPieces(GgufCopy.of(stories, "llama"), (ScoredPieces) tokenizer).write(gguf);
    int compared = 0;
    int equal = 0;
    try (LlamaModel reference = ReferenceTokens.load(gguf)) {
      for (int i = 0; i < TEXTS.size() && compared < FEWEST_PREDICTIONS; i++) {
        int[] text = TEXTS.get(i);
        for (int length = 2; length <= text.length; length++) {
          int[] read = Arrays.copyOf(text, length);
          String prompt = tokenizer.decode(read);
          if (!Arrays.equals(tokenizer.encode(prompt, true), read)) {
            continue; // llama.cpp takes a text, and this one would be other tokens
          }
          int ours = Sampler.greedy().sample(LOGITS.get(i)[length - 1]);
          String theirs =
              reference.complete(
                  new InferenceParameters(prompt)
                      .setTemperature(0)
                      .setRepeatPenalty(1)
                      .setCachePrompt(true)
                      .setNPredict(1));
          compared++;
          equal += theirs.equals(new String(tokenizer.decode(ours), UTF_8)) ? 1 : 0;
        }
      }
    }
    System.out.printf(
        "stories260K: %d of %d likeliest tokens are llama.cpp's (%.4f)%n",
        equal, compared, (double) equal / compared);
    assertThat(compared).isGreaterThanOrEqualTo(FEWEST_PREDICTIONS);
    assertThat((double) equal / compared).isGreaterThanOrEqualTo(0.93);
  }
}
