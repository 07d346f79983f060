package dev.heddle.host.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AttentionPatternTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "dense",
        "window=1",
        "window=16384",
        "lambda=4+64",
        "lambda=1+1",
        "moba=64,4",
        "quest=16,1",
        "moba=64,4,16"
      })
  void textsAreReadAndWrittenAlike(String text) {
    assertThat(AttentionPattern.parse(text)).hasToString(text);
  }

  @Test
  void noFirstTokensAreAWindow() {
    assertThat(AttentionPattern.parse("lambda=0+9")).isEqualTo(AttentionPattern.parse("window=9"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sparse            | sparse is no attention pattern; there are dense, window=N, lambda=G+L, moba=B,K[,T] or quest=B,K[,T]",
        "window            | window is no attention pattern",
        "window=           | window= is no attention pattern",
        "window=-3         | window=-3 is no attention pattern",
        "window=4x         | window=4x is no attention pattern",
        "lambda=4          | lambda=4 is no attention pattern",
        "lambda=4+         | lambda=4+ is no attention pattern",
        "moba=64           | moba=64 is no attention pattern",
        "quest=16,         | quest=16, is no attention pattern",
        "quest=16,4,       | quest=16,4, is no attention pattern",
        "moba=64,4,128     | tiles of 128 tokens; the tokens of a tile are a power of two up to those of a block, 64",
        "moba=12,4         | blocks of 12 tokens; the tokens of a block are a power of two, such as 8",
        "moba=64,0         | 0 blocks; a token sees at least 1, its own",
        "quest=128,129     | 129 blocks of 128 tokens; a token can see at most 16384 tokens",
        "Dense             | Dense is no attention pattern",
        "window=0          | a window has at least 1",
        "lambda=4+0        | a window has at least 1",
        "window=16385      | a token would see 16385 tokens; it can see at most 16384",
        "lambda=16384+1    | lambda=16384+1: a token would see 16385 tokens",
        "window=9999999999 | window=9999999999: a token can see at most 16384 tokens"
      })
  void otherTextsAreExplained(String text, String message) {
    assertThatThrownBy(() -> AttentionPattern.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aTokenSeesTheFirstOnesAndThoseOfItsWindow() {
    for (String text : new String[] {"dense", "window=1", "window=7", "lambda=3+5", "lambda=9+2"}) {
      AttentionPattern pattern = AttentionPattern.parse(text);
      for (int position = 0; position < 40; position++) {
        int i = position;
        int[] expected =
            IntStream.rangeClosed(0, i)
                .filter(j -> (long) i - j < pattern.window() || j < pattern.first())
                .toArray();
        int[] seen =
            IntStream.rangeClosed(0, i)
                .filter(j -> j < pattern.first() || j >= pattern.low(i))
                .toArray();
        assertThat(seen).as("%s at %d", text, i).isEqualTo(expected);
        assertThat(pattern.seen(i)).isEqualTo(expected.length);
      }
    }
  }
}
