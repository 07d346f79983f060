package dev.heddle.host.tokenizer;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts tokens that are matched as a whole out of a prompt, longest first, as llama.cpp does.
 *
 * <pre>
 *   "Hi&lt;|im_end|&gt; there"  ->  text "Hi", token &lt;|im_end|&gt;, text " there"
 * </pre>
 */
final class Fragments {
  /** A stretch of text, or a token when {@code token} is not {@link Tokenizer#NONE}. */
  record Fragment(String text, int token) {
    boolean isText() {
      return token == Tokenizer.NONE;
    }
  }

  private Fragments() {}

  static List<Fragment> of(String text, Vocabulary vocabulary) {
    List<Fragment> fragments = List.of(new Fragment(text, Tokenizer.NONE));
    for (int token : vocabulary.wholeTokens()) {
      String wanted = vocabulary.text(token);
      if (!text.contains(wanted)) {
        continue;
      }
      List<Fragment> cut = new ArrayList<>();
      for (Fragment fragment : fragments) {
        if (fragment.isText()) {
          cut(fragment.text(), wanted, token, cut);
        } else {
          cut.add(fragment);
        }
      }
      fragments = cut;
    }
    return fragments;
  }

  private static void cut(String text, String wanted, int token, List<Fragment> cut) {
    int from = 0;
    for (int at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, from)) {
      addText(text.substring(from, at), cut);
      cut.add(new Fragment(wanted, token));
      from = at + wanted.length();
    }
    addText(text.substring(from), cut);
  }

  private static void addText(String text, List<Fragment> cut) {
    if (!text.isEmpty()) {
      cut.add(new Fragment(text, Tokenizer.NONE));
    }
  }
}
