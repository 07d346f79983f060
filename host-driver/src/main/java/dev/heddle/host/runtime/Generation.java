package dev.heddle.host.runtime;

import dev.heddle.host.sampler.Sampler;
import dev.heddle.host.tokenizer.Tokenizer;
import dev.heddle.host.transport.TransportException;
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
   * @param decodedTokens those of {@code tokens} that the model read in turn
   * @param stop why it ended
   */
  public record Result(List<Integer> tokens, int decodedTokens, Stop stop) {}

  private final LlamaRuntime runtime;
  private final Tokenizer tokenizer;
  private final Sampler sampler;
  private final boolean endless;

  /** A generation with a loaded model, until the model ends the text. */
  public Generation(LlamaRuntime runtime, Tokenizer tokenizer, Sampler sampler) {
    this(runtime, tokenizer, sampler, false);
  }

  /**
   * A generation with a loaded model.
   *
   * @param endless whether to go on where the model ends the text
   */
  public Generation(LlamaRuntime runtime, Tokenizer tokenizer, Sampler sampler, boolean endless) {
    this.endless = endless;
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
   * @param limit most tokens to generate, at least 1
   * @param listener hears each token as it is chosen
   * @throws ContextFullException when the prompt alone is longer than the context
   */
  public Result run(int[] prompt, int limit, IntConsumer listener) {
    try (Sequence sequence = runtime.newSequence()) {
      return run(sequence, prompt, limit, listener);
    }
  }

  private Result run(Sequence sequence, int[] prompt, int limit, IntConsumer listener) {
    List<Integer> tokens = new ArrayList<>();
    Stop stop = null;
    try {
      float[] logits = runtime.read(sequence, prompt);
      while (stop == null) {
        int token = sampler.sample(logits);
        if (!endless && tokenizer.endsGeneration(token)) {
          stop = Stop.END_OF_TEXT;
          break;
        }
        tokens.add(token);
        listener.accept(token);
        stop = reason(sequence, tokens, limit);
        if (stop == null) {
          logits = runtime.read(sequence, token);
        }
      }
    } catch (TransportException e) {
      if (!Thread.currentThread().isInterrupted()) {
        throw e;
      }
      stop = Stop.INTERRUPTED;
    }
    int decoded = Math.max(0, sequence.length() - prompt.length);
    return new Result(tokens, decoded, stop);
  }

  /** Why to end before the next token is read; null to go on. */
  private Stop reason(Sequence sequence, List<Integer> tokens, int limit) {
    if (Thread.currentThread().isInterrupted()) {
      return Stop.INTERRUPTED;
    }
    if (tokens.size() >= limit) {
      return Stop.LENGTH;
    }
    return sequence.length() >= runtime.contextLength() ? Stop.CONTEXT_FULL : null;
  }
}
