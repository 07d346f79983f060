package dev.heddle.host.tokenizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The token texts of a model with their kinds, indexed both ways.
 *
 * <p>An inconsistent vocabulary (a text twice, a special id out of range, lists of unequal length)
 * is an {@link IllegalArgumentException}.
 */
public final class Vocabulary {
  /** Texts that end an answer in the common chat formats, whatever the file calls them. */
  private static final Set<String> END_TEXTS =
      Set.of("<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|endoftext|>");

  private final List<String> texts;
  private final List<TokenKind> kinds;
  private final SpecialTokens special;
  private final Map<String, Integer> ids;
  private final List<Integer> wholeTokens;

  /** A vocabulary; entry i of both lists is token i. */
  public Vocabulary(List<String> texts, List<TokenKind> kinds, SpecialTokens special) {
    this.texts = List.copyOf(texts);
    this.special = special;
    if (texts.isEmpty()) {
      throw new IllegalArgumentException("the vocabulary is empty");
    }
    if (kinds.size() != texts.size()) {
      throw new IllegalArgumentException(
          "there are " + texts.size() + " tokens but " + kinds.size() + " token types");
    }
    checkId("bos", special.bos());
    checkId("eos", special.eos());
    checkId("unknown", special.unknown());
    if (special.prependsBos() && special.bos() == Tokenizer.NONE) {
      throw new IllegalArgumentException("a bos token is to be prepended but none is defined");
    }
    this.ids = new HashMap<>(texts.size() * 2);
    List<TokenKind> effective = new ArrayList<>(kinds);
    for (int id = 0; id < texts.size(); id++) {
      Integer earlier = ids.putIfAbsent(texts.get(id), id);
      if (earlier != null) {
        throw new IllegalArgumentException(
            "tokens " + earlier + " and " + id + " have the same text \"" + texts.get(id) + '"');
      }
      if (END_TEXTS.contains(texts.get(id))) {
        effective.set(id, TokenKind.CONTROL);
      }
    }
    this.kinds = List.copyOf(effective);
    List<Integer> whole = new ArrayList<>();
    for (int id = 0; id < texts.size(); id++) {
      if (effective.get(id).matchedWhole() && !texts.get(id).isEmpty()) {
        whole.add(id);
      }
    }
    whole.sort(Comparator.comparingInt((Integer id) -> -Utf8.bytes(texts.get(id)).length));
    this.wholeTokens = List.copyOf(whole);
  }

  private void checkId(String name, int id) {
    if (id != Tokenizer.NONE && (id < 0 || id >= texts.size())) {
      throw new IllegalArgumentException(
          "the " + name + " token is " + id + " but there are " + texts.size() + " tokens");
    }
  }

  /** Number of tokens. */
  public int size() {
    return texts.size();
  }

  /** The text of a token as stored in the model file. */
  public String text(int token) {
    if (token < 0 || token >= texts.size()) {
      throw new IllegalArgumentException(
          "token " + token + " is not in the vocabulary of " + texts.size() + " tokens");
    }
    return texts.get(token);
  }

  /** The kind of a token. */
  public TokenKind kind(int token) {
    text(token);
    return kinds.get(token);
  }

  /** The token with a text, or {@link Tokenizer#NONE}. */
  public int id(String text) {
    return ids.getOrDefault(text, Tokenizer.NONE);
  }

  /** The ids with a meaning of their own. */
  public SpecialTokens special() {
    return special;
  }

  /** Whether generation is over when the model emits this token. */
  public boolean endsGeneration(int token) {
    return token == special.eos() || END_TEXTS.contains(text(token));
  }

  /** Tokens that are cut out of a prompt before it is split, longest text first. */
  List<Integer> wholeTokens() {
    return wholeTokens;
  }
}
