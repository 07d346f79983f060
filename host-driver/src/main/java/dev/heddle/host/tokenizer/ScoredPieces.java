package dev.heddle.host.tokenizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * SentencePiece-style encoding by token scores, the {@code llama} tokeniser of GGUF files and of
 * llama2.c.
 *
 * <p>A space is written U+2581. Neighbouring symbols are joined while their text is a token, the
 * highest score first. A character without a token becomes the tokens of its UTF-8 bytes ({@code
 * <0xHH>}), or the unknown token where the vocabulary lacks one of them.
 *
 * <pre>
 *   "once more" -> U+2581 "once" U+2581 "more" -> characters -> joins by score -> ids
 * </pre>
 *
 * Because U+2581 means a space, a text that holds the character itself decodes to a space.
 *
 * <p>Source: SentencePiece's BPE mode as llama.cpp does it.
 */
public final class ScoredPieces implements Tokenizer {
  /** What is written for a space inside the vocabulary. */
  public static final char SPACE_MARK = '\u2581';

  private final Vocabulary vocabulary;
  private final float[] scores;
  private final boolean spacePrefix;
  private final int[] byteTokens = new int[256];
  private final byte[][] pieces;

  /**
   * A tokeniser.
   *
   * @param scores one number for each token; the higher, the earlier a join that makes the token
   * @param spacePrefix whether a space is put in front of a text and after every control token
   */
  public ScoredPieces(Vocabulary vocabulary, float[] scores, boolean spacePrefix) {
    if (scores.length != vocabulary.size()) {
      throw new IllegalArgumentException(
          "there are " + vocabulary.size() + " tokens but " + scores.length + " scores");
    }
    for (int id = 0; id < scores.length; id++) {
      if (Float.isNaN(scores[id])) {
        throw new IllegalArgumentException("the score of token " + id + " is not a number");
      }
    }
    this.vocabulary = vocabulary;
    this.scores = scores.clone();
    this.spacePrefix = spacePrefix;
    Map<Integer, Byte> bytes = new HashMap<>();
    for (int b = 0; b < 256; b++) {
      int id = vocabulary.id(byteText(b));
      bytes.put(id, (byte) b);
      if (id == NONE && b < 0x80) {
        id = vocabulary.id(Character.toString(b));
      }
      byteTokens[b] = id == NONE ? vocabulary.special().unknown() : id;
      if (byteTokens[b] == NONE) {
        throw new IllegalArgumentException(
            "there is no token for byte " + byteText(b) + " and no unknown token");
      }
    }
    this.pieces = new byte[vocabulary.size()][];
    for (int id = 0; id < pieces.length; id++) {
      pieces[id] = piece(id, bytes.get(id));
    }
  }

  /** How the token of a byte is written, for instance {@code <0x0A>}. */
  public static String byteText(int b) {
    return String.format(Locale.ROOT, "<0x%02X>", b);
  }

  /** The score of a token. */
  public float score(int token) {
    vocabulary.text(token);
    return scores[token];
  }

  private byte[] piece(int id, Byte value) {
    String text = vocabulary.text(id);
    TokenKind kind = vocabulary.kind(id);
    if (kind.silent()) {
      return new byte[0];
    }
    if (kind == TokenKind.BYTE) {
      if (value != null) {
        return new byte[] {value};
      }
      throw new IllegalArgumentException(
          "token " + id + " is a byte but its text is \"" + text + "\", not <0xHH>");
    }
    return Utf8.bytes(text.replace(SPACE_MARK, ' '));
  }

  @Override
  public int[] encode(String text, boolean addBos) {
    List<Integer> ids = new ArrayList<>();
    if (addBos && bos() != NONE) {
      ids.add(bos());
    }
    boolean prefix = spacePrefix;
    String clean = Utf8.wellFormed(text);
    if (!clean.isEmpty()) {
      for (Fragments.Fragment fragment : Fragments.of(clean, vocabulary)) {
        if (fragment.isText()) {
          String spaced = prefix ? ' ' + fragment.text() : fragment.text();
          encodeText(spaced.replace(' ', SPACE_MARK), ids);
          prefix = false;
        } else {
          ids.add(fragment.token());
          prefix = spacePrefix;
        }
      }
    }
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }

  private void encodeText(String text, List<Integer> ids) {
    for (String symbol : SymbolMerger.merge(text, this::pairScore)) {
      int id = vocabulary.id(symbol);
      if (id != NONE) {
        ids.add(id);
        continue;
      }
      for (byte b : Utf8.bytes(symbol)) {
        ids.add(byteTokens[b & 0xFF]);
      }
    }
  }

  private double pairScore(String left, String right) {
    int joined = vocabulary.id(left + right);
    return joined == NONE ? SymbolMerger.PairScore.NEVER : scores[joined];
  }

  @Override
  public byte[] decode(int token) {
    vocabulary.text(token);
    return pieces[token].clone();
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  @Override
  public boolean addsSpacePrefix() {
    return spacePrefix;
  }
}
