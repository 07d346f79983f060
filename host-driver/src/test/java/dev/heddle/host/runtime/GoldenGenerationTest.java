package dev.heddle.host.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.host.model.ModelFile;
import dev.heddle.host.model.SharedModels;
import dev.heddle.host.model.ShippedModel;
import dev.heddle.host.sampler.Sampler;
import dev.heddle.host.tokenizer.Tokenizer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GoldenGenerationTest {
  private static final String PROMPT = "Once upon a time";

  private static Generation.Result generate(
      ModelFile model, Configuration configuration, Sampler sampler, int tokens) {
    try (GoldenModel golden = GoldenModel.load(model, configuration)) {
      int[] prompt = Generation.promptTokens(model.tokenizer(), PROMPT);
      return new Generation(golden.runtime(), model.tokenizer(), sampler)
          .run(prompt, tokens, token -> {});
    }
  }

  private static String text(Tokenizer tokenizer, Generation.Result result) {
    return tokenizer.decode(result.tokens().stream().mapToInt(Integer::intValue).toArray());
  }

  @Test
  void taleTellsTheSameStoryOnEveryConfiguration() {
    try (ModelFile tale = ShippedModel.tale()) {
      Generation.Result story = generate(tale, Configuration.DEFAULT, Sampler.greedy(), 200);
      assertThat(story.tokens()).hasSize(200);
      assertThat(story.stop()).isEqualTo(Generation.Stop.LENGTH);
      assertThat(text(tale.tokenizer(), story))
          .startsWith(
              ", there was a little girl named Lily. She loved to play outside in the park."
                  + " One day, she saw a big, red ball.");
      assertThat(generate(tale, Configuration.NANO, Sampler.greedy(), 200)).isEqualTo(story);
      assertThat(generate(tale, Configuration.LARGE, Sampler.greedy(), 200)).isEqualTo(story);
    }
  }

  @Test
  void stories260KTellsTheStoryThatItsAuthorPrints() {
    try (ModelFile stories = ModelFile.open(SharedModels.path("stories260K.bin"))) {
      Generation.Result story = generate(stories, Configuration.DEFAULT, Sampler.greedy(), 200);
      assertThat(story.tokens()).hasSize(200);
      assertThat(text(stories.tokenizer(), story))
          .startsWith(
              ", there was a little girl named Lily. She loved to play outside in the park."
                  + " One day, she saw a big, red ball. She wanted to play with it, but it was too"
                  + " high.\nLily's mom said, \"Lily, let's go to the park.\"");
      assertThat(generate(stories, Configuration.NANO, Sampler.greedy(), 200)).isEqualTo(story);
    }
  }

  @Test
  void aSeedTellsOneStoryAndAnotherSeedAnother() {
    try (ModelFile tale = ShippedModel.tale()) {
      Generation.Result first = generate(tale, Configuration.SMALL, new Sampler(0.8f, 0.9f, 7), 60);
      assertThat(generate(tale, Configuration.SMALL, new Sampler(0.8f, 0.9f, 7), 60))
          .isEqualTo(first);
      assertThat(generate(tale, Configuration.SMALL, new Sampler(0.8f, 0.9f, 8), 60).tokens())
          .isNotEqualTo(first.tokens());
    }
  }

  @Test
  void readingInChunksGivesTheLogitsOfReadingTokenByToken() {
    try (ModelFile tale = ShippedModel.tale()) {
      int[] tokens = new Random(3).ints(45, 0, tale.shape().vocabulary()).toArray();
      float[][] single = new float[tokens.length][];
      try (GoldenModel golden = GoldenModel.load(tale, Configuration.NANO)) {
        Sequence sequence = golden.runtime().newSequence();
        for (int i = 0; i < tokens.length; i++) {
          single[i] = golden.runtime().read(sequence, tokens[i]);
        }
      }
      for (Configuration configuration : Configuration.shipped()) {
        try (GoldenModel golden = GoldenModel.load(tale, configuration)) {
          LlamaRuntime runtime = golden.runtime();
          assertThat(runtime.readAll(runtime.newSequence(), tokens)).isDeepEqualTo(single);
          assertThat(runtime.read(runtime.newSequence(), tokens))
              .isEqualTo(single[tokens.length - 1]);
        }
      }
    }
  }

  @Test
  void theContextEndsAGenerationAndRefusesALongerPrompt() {
    try (ModelFile tale = ShippedModel.tale();
        GoldenModel golden = GoldenModel.load(tale, Configuration.LARGE)) {
      LlamaRuntime runtime = golden.runtime();
      Generation generation = new Generation(runtime, tale.tokenizer(), Sampler.greedy());
      int[] full = new Random(4).ints(runtime.contextLength(), 0, 500).toArray();
      Generation.Result result = generation.run(full, 100, token -> {});
      assertThat(result.stop()).isEqualTo(Generation.Stop.CONTEXT_FULL);
      assertThat(result.tokens()).hasSize(1);
      assertThatThrownBy(() -> generation.run(new int[257], 1, token -> {}))
          .isInstanceOf(ContextFullException.class)
          .hasMessage("257 tokens do not fit the model's context of 256; use a shorter prompt");
    }
  }

  @Test
  void anInterruptedThreadStopsTheGeneration() {
    try (ModelFile tale = ShippedModel.tale();
        GoldenModel golden = GoldenModel.load(tale, Configuration.SMALL)) {
      Generation generation = new Generation(golden.runtime(), tale.tokenizer(), Sampler.greedy());
      int[] heard = {0};
      Generation.Result result =
          generation.run(
              new int[] {tale.tokenizer().bos()},
              100,
              token -> {
                if (++heard[0] == 3) {
                  Thread.currentThread().interrupt();
                }
              });
      assertThat(Thread.interrupted()).isTrue();
      assertThat(result.stop()).isEqualTo(Generation.Stop.INTERRUPTED);
      assertThat(result.tokens()).hasSize(3);
    }
  }

  @Test
  void floatingPointMatricesBecomeTheFormatAskedFor() {
    try (ModelFile floats = ModelFile.open(SharedModels.path("tale-800k-f32.gguf"));
        ModelFile q4 = ModelFile.open(SharedModels.path("tale-800k-q4_0.gguf"))) {
      int[] tokens = Generation.promptTokens(q4.tokenizer(), PROMPT);
      try (GoldenModel quantisedAtLoad =
              GoldenModel.load(floats, Configuration.SMALL, WeightFormat.Q4_0);
          GoldenModel wide = GoldenModel.load(floats, Configuration.SMALL, WeightFormat.Q8_0);
          GoldenModel file = GoldenModel.load(q4, Configuration.SMALL)) {
        float[] fromFile = file.runtime().read(file.runtime().newSequence(), tokens);
        LlamaRuntime four = quantisedAtLoad.runtime();
        LlamaRuntime eight = wide.runtime();
        float[] fromFloats = four.read(four.newSequence(), tokens);
        assertThat(fromFloats).hasSameSizeAs(fromFile);
        assertThat(distance(fromFloats, fromFile))
            .isLessThan(distance(eight.read(eight.newSequence(), tokens), fromFile));
      }
    }
  }

  private static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += ((double) a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.sqrt(sum);
  }
}
