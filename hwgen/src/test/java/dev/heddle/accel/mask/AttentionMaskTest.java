package dev.heddle.accel.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class AttentionMaskTest {
  private static final boolean[][][] TWO_HEADS = {
    {{true, false, true}, {false, false, false}},
    {{false, false, true}, {true, true, true}},
  };

  @Test
  void headsLieOneAfterTheOtherInRowsAndKeys() {
    AttentionMask mask = AttentionMask.of(TWO_HEADS);
    assertThat(mask.rows()).isEqualTo(4);
    assertThat(mask.keys()).isEqualTo(6);
    assertThat(mask.keysOf(0)).containsExactly(0, 2);
    assertThat(mask.keysOf(1)).isEmpty();
    assertThat(mask.keysOf(2)).containsExactly(5);
    assertThat(mask.keysOf(3)).containsExactly(3, 4, 5);
    assertThat(mask.contains(3, 4)).isTrue();
    assertThat(mask.contains(2, 4)).isFalse();
  }

  @Test
  void theStatisticsCountTheKeptPairs() {
    AttentionMask mask = AttentionMask.of(TWO_HEADS);
    assertThat(mask.nonZeros()).isEqualTo(6);
    assertThat(mask.pairs()).isEqualTo(12);
    assertThat(mask.sparsity()).isEqualTo(0.5);
    assertThat(mask.longestRow()).isEqualTo(3);
    assertThat(mask.rowLength(0)).isEqualTo(2);
    assertThat(mask.columnLength(5)).isEqualTo(2);
    assertThat(mask.columnLength(1)).isZero();
    assertThat(mask.emptyRows()).containsExactly(1);
  }

  @Test
  void aMaskWithoutRowsOrKeysIsRefused() {
    assertThatThrownBy(() -> AttentionMask.of(new boolean[0][][]))
        .hasMessage("a mask of 0 heads, 0 queries and 0 keys; each must be at least 1");
    assertThatThrownBy(() -> AttentionMask.of(new boolean[2][3][0]))
        .hasMessage("a mask of 2 heads, 3 queries and 0 keys; each must be at least 1");
  }

  @Test
  void headsAndRowsOfDifferentSizeAreRefused() {
    assertThatThrownBy(() -> AttentionMask.of(new boolean[][][] {{{true}}, {{true}, {true}}}))
        .hasMessage("head 1 has 2 queries but the first has 1");
    assertThatThrownBy(() -> AttentionMask.of(new boolean[][][] {{{true}, {true, true}}}))
        .hasMessage("row 1 of head 0 has 2 keys but the first has 1");
  }
}
