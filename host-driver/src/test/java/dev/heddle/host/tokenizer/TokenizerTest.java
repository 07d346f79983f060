package dev.heddle.host.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.host.model.ModelFile;
import dev.heddle.host.model.SharedModels;
import dev.heddle.host.model.ShippedModel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class TokenizerTest {
  private static final Tokenizer TALE = tale();
  private static final Tokenizer PREFIXED = scored(true);
  private static final Tokenizer PLAIN = scored(false);

  private static Tokenizer tale() {
    try (ModelFile model = ShippedModel.tale()) {
      return model.tokenizer();
    }
  }

  private static Tokenizer stories() {
    try (ModelFile model = ModelFile.open(SharedModels.path("stories260K.bin"))) {
      return model.tokenizer();
    }
  }

  /** A vocabulary of the bytes and some joins, so that no file is needed. */
  private static Tokenizer scored(boolean spacePrefix) {
    List<String> texts = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
    List<TokenKind> kinds = new ArrayList<>();
    kinds.add(TokenKind.UNKNOWN);
    kinds.addAll(Collections.nCopies(2, TokenKind.CONTROL));
    for (int b = 0; b < 256; b++) {
      texts.add(ScoredPieces.byteText(b));
      kinds.add(TokenKind.BYTE);
    }
    for (String text : List.of("a", "b", "c", "\u2581", "ab", "bc", "abc", "\u2581a", "\u00e9")) {
      texts.add(text);
      kinds.add(TokenKind.NORMAL);
    }
    float[] scores = new float[texts.size()];
    for (int id = 259; id < scores.length; id++) {
      scores[id] = -id;
    }
    scores[texts.indexOf("bc")] = -1;
    Vocabulary vocabulary = new Vocabulary(texts, kinds, new SpecialTokens(1, 2, 0, true));
    return new ScoredPieces(vocabulary, scores, spacePrefix);
  }

  @Test
  void theStoryModelsPromptHasItsKnownIds() {
    int[] ids = TALE.encode("Once upon a time", true);
    assertThat(ids[0]).isEqualTo(511);
    assertThat(TALE.decode(ids)).isEqualTo("Once upon a time");
    assertThat(TALE.encode("", true)).containsExactly(511);
    assertThat(TALE.encode("", false)).isEmpty();
    assertThat(TALE.encode("<|endoftext|>", false)).containsExactly(511);
    assertThat(TALE.decode(511)).isEmpty();
  }

  @Test
  void llama2cPromptsHaveTheIdsOfItsOwnTokenizer() {
    // llama2.c's run.c on tok512.bin.
    assertThat(stories().encode("Once upon a time", true)).containsExactly(1, 403, 407, 261, 378);
    assertThat(stories().decode(new int[] {1, 403, 407, 261, 378})).isEqualTo("Once upon a time");
  }

  @Test
  void theBestScoreJoinsFirstAndOfEqualsTheLeftmost() {
    Tokenizer tokenizer = PLAIN;
    Vocabulary vocabulary = tokenizer.vocabulary();
    assertThat(tokenizer.encode("ab", false)).containsExactly(vocabulary.id("ab"));
    assertThat(tokenizer.encode("abc", false)).containsExactly(vocabulary.id("abc"));
    assertThat(tokenizer.encode("bbc", false))
        .containsExactly(vocabulary.id("b"), vocabulary.id("bc"));
    assertThat(tokenizer.encode("\u00e9\u00e8", false))
        .containsExactly(vocabulary.id("\u00e9"), 3 + 0xC3, 3 + 0xA8);
  }

  @Test
  void aSpacePrefixIsAddedAndTakenAway() {
    Tokenizer tokenizer = PREFIXED;
    assertThat(tokenizer.encode("a", true))
        .containsExactly(1, tokenizer.vocabulary().id("\u2581a"));
    assertThat(tokenizer.decode(tokenizer.encode("a b", true))).isEqualTo("a b");
    assertThat(tokenizer.decode(tokenizer.encode(" a", true))).isEqualTo(" a");
    assertThat(tokenizer.encode("", true)).containsExactly(1);
    assertThat(
            new String(
                tokenizer.decode(tokenizer.vocabulary().id("\u2581a")), StandardCharsets.UTF_8))
        .isEqualTo(" a");
  }

  @Test
  void aStreamEmitsWholeCharactersOnly() {
    TextStream stream = TALE.stream();
    List<String> parts = new ArrayList<>();
    for (byte b : "a\ud83d\ude00\u00e9".getBytes(StandardCharsets.UTF_8)) {
      parts.add(stream.append(byteToken(b)));
    }
    assertThat(parts).containsExactly("a", "", "", "", "\ud83d\ude00", "", "\u00e9");
    assertThat(stream.finish()).isEmpty();
  }

  @Test
  void aStreamReplacesBytesThatCannotBecomeACharacter() {
    TextStream stream = TALE.stream();
    assertThat(stream.append(byteToken((byte) 0xE4))).isEmpty();
    assertThat(stream.append(byteToken((byte) 'x'))).isEqualTo("\ufffdx");
    assertThat(stream.append(byteToken((byte) 0x80))).isEqualTo("\ufffd");
    assertThat(stream.append(byteToken((byte) 0xFF))).isEqualTo("\ufffd");
    assertThat(stream.append(byteToken((byte) 0xF0))).isEmpty();
    assertThat(stream.append(byteToken((byte) 0x9F))).isEmpty();
    assertThat(stream.finish()).isEqualTo("\ufffd");
    assertThat(stream.append(byteToken((byte) 'y'))).isEqualTo("y");
  }

  private static int byteToken(byte b) {
    return TALE.vocabulary().id(Character.toString(ByteAlphabet.character(b)));
  }

  @Test
  void theByteAlphabetIsGpt2s() {
    assertThat(ByteAlphabet.write(" \n!~\u00ad")).isEqualTo("\u0120\u010a!~\u00c2\u0143");
    for (int b = 0; b < 256; b++) {
      assertThat(ByteAlphabet.byteOf(ByteAlphabet.character((byte) b))).isEqualTo(b);
    }
    assertThat(ByteAlphabet.byteOf(' ')).isEqualTo(-1);
    assertThat(ByteAlphabet.byteOf(0x1F600)).isEqualTo(-1);
  }

  @Test
  void anIdOutsideTheVocabularyIsRefused() {
    for (int id : new int[] {-1, 512, Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> TALE.decode(id))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("token " + id);
    }
  }

  @Test
  void unpairedSurrogatesAreReadAsReplacementCharacters() {
    assertThat(TALE.decode(TALE.encode("a\ud83db\ude00", false))).isEqualTo("a\ufffdb\ufffd");
    Tokenizer scored = PREFIXED;
    assertThat(scored.decode(scored.encode("\ude00", true))).isEqualTo("\ufffd");
  }

  @Test
  void aLongTextTakesLittleTime() {
    String text = "aab b'c\u00e9 ".repeat(20_000);
    assertThat(TALE.decode(TALE.encode(text, false))).isEqualTo(text);
    String oneWord = "the".repeat(20_000);
    assertThat(TALE.decode(TALE.encode(oneWord, false))).isEqualTo(oneWord);
    Tokenizer scored = PREFIXED;
    assertThat(scored.decode(scored.encode(text, false))).isEqualTo(text);
  }

  @Property(tries = 2_000)
  void byteLevelBpeRoundTripsAnyUnicode(@ForAll @StringLength(max = 60) String text) {
    String clean = Utf8.wellFormed(text);
    assertThat(TALE.decode(TALE.encode(text, true))).isEqualTo(clean);
  }

  @Property(tries = 2_000)
  void scoredPiecesRoundTripAnyUnicode(@ForAll @NotEmpty @StringLength(max = 60) String text) {
    String clean = Utf8.wellFormed(text).replace(ScoredPieces.SPACE_MARK, ' ');
    for (boolean prefix : new boolean[] {true, false}) {
      Tokenizer tokenizer = prefix ? PREFIXED : PLAIN;
      assertThat(tokenizer.decode(tokenizer.encode(text, true))).isEqualTo(clean);
    }
  }

  @Property(tries = 500)
  void everySplitterOnlyCutsNeverChanges(@ForAll @StringLength(max = 60) String text) {
    for (PreTokenizer pre : PreTokenizer.values()) {
      assertThat(String.join("", pre.split(text))).isEqualTo(text);
    }
  }
}
