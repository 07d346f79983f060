package dev.heddle.host.runtime;

import dev.heddle.host.sampler.Sampler;
import dev.heddle.host.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/** Continues a prompt token by token. */
public final class Generation {
  /** Why a generation ended. */
  public enum Stop {
    /** As many tokens as asked for. */
    LENGTH,
    /** The model said that the text is over. */
    END_OF_TEXT,
    /** The sequence is as long as the model's context. */
    CONTEXT_FULL,
    /** The thread was interrupted. */
    INTERRUPTED
  }

  /**
   * What was generated.
   *
   * @param tokens without the prompt and without the token that ended the text
   * @param stop why it ended
   */
  public record Result(List<Integer> tokens, Stop stop) {}

  private final LlamaRuntime runtime;
  private final Tokenizer tokenizer;
  private final Sampler sampler;

  /** A generation with a loaded model. */
  public Generation(LlamaRuntime runtime, Tokenizer tokenizer, Sampler sampler) {
    this.runtime = runtime;
    this.tokenizer = tokenizer;
    this.sampler = sampler;
  }

  /**
   * The tokens of a prompt, with the begin-of-text token where the model expects one or the prompt
   * is empty.
   *
   * @throws IllegalArgumentException when that leaves no token
   */
  public static int[] promptTokens(Tokenizer tokenizer, String prompt) {
    int[] tokens = tokenizer.encode(prompt, tokenizer.prependsBos() || prompt.isEmpty());
    if (tokens.length == 0) {
      throw new IllegalArgumentException("the prompt is empty and this model needs one");
    }
    return tokens;
  }

  /**
   * Reads the prompt and generates.
   *
   * @param limit most tokens to generate
   * @param listener hears each token as it is chosen
   * @throws ContextFullException when the prompt alone is longer than the context
   */
  public Result run(int[] prompt, int limit, IntConsumer listener) {
    Sequence sequence = runtime.newSequence();
    List<Integer> tokens = new ArrayList<>();
    float[] logits = runtime.read(sequence, prompt);
    while (true) {
      if (tokens.size() >= limit) {
        return new Result(tokens, Stop.LENGTH);
      }
      int token = sampler.sample(logits);
      if (tokenizer.endsGeneration(token)) {
        return new Result(tokens, Stop.END_OF_TEXT);
      }
      tokens.add(token);
      listener.accept(token);
      if (Thread.currentThread().isInterrupted()) {
        return new Result(tokens, Stop.INTERRUPTED);
      }
      if (tokens.size() < limit) {
        if (sequence.length() >= runtime.contextLength()) {
          return new Result(tokens, Stop.CONTEXT_FULL);
        }
        logits = runtime.read(sequence, token);
      }
    }
  }
}
