package dev.heddle.host.tokenizer;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Byte-level byte pair encoding, the {@code gpt2} tokeniser of GGUF files.
 *
 * <pre>
 *   text -> control tokens cut out -> words -> bytes as characters -> merges by rank -> ids
 * </pre>
 *
 * A byte without a token of its own (a well-formed vocabulary has all 256) gives the unknown token
 * if there is one, else nothing.
 *
 * <p>Source: GPT-2's encoder; the treatment of words and control tokens is llama.cpp's.
 */
public final class ByteLevelBpe implements Tokenizer {
  private final Vocabulary vocabulary;
  private final Map<String, Integer> ranks;
  private final PreTokenizer preTokenizer;
  private final byte[][] pieces;

  /**
   * A tokeniser.
   *
   * @param merges merge rules, best first, each two symbols with one space between them
   */
  public ByteLevelBpe(Vocabulary vocabulary, List<String> merges, PreTokenizer preTokenizer) {
    this.vocabulary = vocabulary;
    this.preTokenizer = preTokenizer;
    this.ranks = new HashMap<>(merges.size() * 2);
    for (int rank = 0; rank < merges.size(); rank++) {
      String merge = merges.get(rank);
      int space = merge.indexOf(' ', 1);
      if (space < 0 || space == merge.length() - 1 || merge.indexOf(' ', space + 1) >= 0) {
        throw new IllegalArgumentException(
            "merge " + rank + " is \"" + merge + "\", not two symbols with one space between them");
      }
      ranks.putIfAbsent(merge, rank);
    }
    this.pieces = new byte[vocabulary.size()][];
    for (int id = 0; id < pieces.length; id++) {
      pieces[id] = piece(vocabulary.text(id), vocabulary.kind(id));
    }
  }

  private static byte[] piece(String text, TokenKind kind) {
    if (kind.silent()) {
      return new byte[0];
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    for (int codePoint : text.codePoints().toArray()) {
      int b = kind == TokenKind.USER_DEFINED ? -1 : ByteAlphabet.byteOf(codePoint);
      if (b >= 0) {
        bytes.write(b);
      } else {
        bytes.writeBytes(Utf8.bytes(Character.toString(codePoint)));
      }
    }
    return bytes.toByteArray();
  }

  @Override
  public int[] encode(String text, boolean addBos) {
    List<Integer> ids = new ArrayList<>();
    if (addBos && bos() != NONE) {
      ids.add(bos());
    }
    for (Fragments.Fragment fragment : Fragments.of(Utf8.wellFormed(text), vocabulary)) {
      if (fragment.isText()) {
        for (String word : preTokenizer.split(fragment.text())) {
          encodeWord(ByteAlphabet.write(word), ids);
        }
      } else {
        ids.add(fragment.token());
      }
    }
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }

  private void encodeWord(String word, List<Integer> ids) {
    if (preTokenizer.wholeWords()) {
      int whole = vocabulary.id(word);
      if (whole != NONE) {
        ids.add(whole);
        return;
      }
    }
    for (String symbol : SymbolMerger.merge(word, this::score)) {
      int id = vocabulary.id(symbol);
      if (id != NONE) {
        ids.add(id);
        continue;
      }
      for (int i = 0; i < symbol.length(); i++) {
        int single = vocabulary.id(symbol.substring(i, i + 1));
        int fallback = single != NONE ? single : vocabulary.special().unknown();
        if (fallback != NONE) {
          ids.add(fallback);
        }
      }
    }
  }

  private double score(String left, String right) {
    Integer rank = ranks.get(left + ' ' + right);
    return rank == null ? SymbolMerger.PairScore.NEVER : -rank;
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
    return false;
  }
}
