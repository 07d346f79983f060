package dev.heddle.host.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Splits a text into the words that byte-level BPE works on; named by {@code tokenizer.ggml.pre}.
 *
 * <p>A splitter is a sequence of patterns. Each cuts every piece of the one before into its matches
 * and the stretches between them, and sees no further than its piece.
 *
 * <p>Source: the pre-tokenisers of llama.cpp of the same names.
 */
public enum PreTokenizer {
  /** GPT-2's words: contractions, letters, digits, the rest, each with one space in front. */
  GPT_2(false, false, List.of("gpt-2", "mpt", "olmo", "jais", "phi-2"), Words.GPT_2),

  /** Every digit on its own, then as GPT-2. */
  SMOLLM(
      false,
      false,
      List.of("smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b"),
      "\\p{N}",
      Words.GPT_2),

  /** Punctuation on its own, then as GPT-2, then digits in threes; for files that name none. */
  DEFAULT(
      false,
      false,
      List.of("default"),
      "[\\p{P}$+<=>^~|]+",
      Words.GPT_2,
      "\\p{N}+",
      "[0-9][0-9][0-9]"),

  /** Llama 3: letters with any one character in front, digits in threes, line ends kept apart. */
  LLAMA_3(true, true, List.of("llama-bpe", "llama3", "llama-v3"), Words.llama3("\\p{N}{1,3}")),

  /** Qwen 2: as Llama 3 with every digit on its own. */
  QWEN_2(false, false, List.of("qwen2", "megrez"), Words.llama3("\\p{N}"));

  private final boolean wholeWords;
  private final boolean prependsBos;

  @SuppressWarnings("ImmutableEnumChecker") // from List.of
  private final List<String> names;

  @SuppressWarnings("ImmutableEnumChecker") // from Stream.toList
  private final List<Pattern> patterns;

  PreTokenizer(boolean wholeWords, boolean prependsBos, List<String> names, String... patterns) {
    this.wholeWords = wholeWords;
    this.prependsBos = prependsBos;
    this.names = names;
    this.patterns = Arrays.stream(patterns).map(Pattern::compile).toList();
  }

  /** Whether a word that is a token is taken whole, without regard to the merge rules. */
  public boolean wholeWords() {
    return wholeWords;
  }

  /** Whether a model of this kind expects a bos token when its file does not say. */
  public boolean prependsBos() {
    return prependsBos;
  }

  /** The splitter with a name, if it is known. */
  public static Optional<PreTokenizer> named(String name) {
    return Arrays.stream(values()).filter(p -> p.names.contains(name)).findFirst();
  }

  /** All known names, for error messages. */
  public static String knownNames() {
    return Arrays.stream(values()).flatMap(p -> p.names.stream()).collect(Collectors.joining(", "));
  }

  /** The words of a text; together they are the text. */
  public List<String> split(String text) {
    List<String> pieces = List.of(text);
    for (Pattern pattern : patterns) {
      List<String> finer = new ArrayList<>();
      for (String piece : pieces) {
        Matcher matcher = pattern.matcher(piece);
        int from = 0;
        while (matcher.find()) {
          addPiece(piece.substring(from, matcher.start()), finer);
          addPiece(matcher.group(), finer);
          from = matcher.end();
        }
        addPiece(piece.substring(from), finer);
      }
      pieces = finer;
    }
    return pieces;
  }

  private static void addPiece(String piece, List<String> pieces) {
    if (!piece.isEmpty()) {
      pieces.add(piece);
    }
  }

  /** Patterns that several splitters share; white space is Unicode's property. */
  private static final class Words {
    private static final String SPACE = "\\p{IsWhite_Space}";
    private static final String SPACES = SPACE + "+(?!\\P{IsWhite_Space})|" + SPACE + "+";

    static final String GPT_2 =
        "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^" + SPACE + "\\p{L}\\p{N}]+|" + SPACES;

    static String llama3(String digits) {
      return "'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]"
          + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|"
          + digits
          + "| ?[^"
          + SPACE
          + "\\p{L}\\p{N}]+[\\r\\n]*|"
          + SPACE
          + "*[\\r\\n]+|"
          + SPACES;
    }
  }
}
