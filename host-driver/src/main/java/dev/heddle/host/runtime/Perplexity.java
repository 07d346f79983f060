package dev.heddle.host.runtime;

import java.util.List;

/**
 * How well a model predicts a text: {@code exp(-mean log p(token | tokens before))}.
 *
 * @param predictions tokens that were predicted
 * @param nats sum of {@code -ln p} over them
 */
public record Perplexity(long predictions, double nats) {
  /** The perplexity. */
  public double value() {
    return StrictMath.exp(nats / predictions);
  }

  /** Both texts together. */
  public Perplexity plus(Perplexity other) {
    return new Perplexity(predictions + other.predictions, nats + other.nats);
  }

  /** Over texts, each a sequence of its own; the first token of each is given. */
  public static Perplexity of(LlamaRuntime runtime, List<int[]> texts) {
    Perplexity sum = new Perplexity(0, 0);
    for (int[] text : texts) {
      try (Sequence sequence = runtime.newSequence()) {
        sum = sum.plus(of(runtime.readAll(sequence, text), text));
      }
    }
    return sum;
  }

  /**
   * Over one text.
   *
   * @param logits behind each token of the text
   */
  public static Perplexity of(float[][] logits, int[] text) {
    double nats = 0;
    for (int i = 0; i + 1 < text.length; i++) {
      nats -= logProbability(logits[i], text[i + 1]);
    }
    return new Perplexity(text.length - 1, nats);
  }

  private static double logProbability(float[] logits, int token) {
    double max = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      max = Math.max(max, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += StrictMath.exp(logit - max);
    }
    return logits[token] - max - StrictMath.log(sum);
  }
}
