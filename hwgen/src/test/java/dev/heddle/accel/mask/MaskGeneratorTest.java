package dev.heddle.accel.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MaskGeneratorTest {
  @ParameterizedTest
  @ValueSource(doubles = {0.60, 0.70, 0.80, 0.90, 0.95, 0.98})
  void theSparsityIsTheWantedOne(double sparsity) {
    for (MaskGenerator.Kind kind : MaskGenerator.Kind.values()) {
      AttentionMask mask = new MaskGenerator(kind, sparsity, 1).generate(3, 197, 197);
      assertThat(mask.nonZeros()).isEqualTo(3 * Math.round((1 - sparsity) * 197 * 197));
      assertThat(mask.emptyRows()).isEmpty();
    }
  }

  @Property(tries = 200)
  void everyRowKeepsAKeyWhateverTheShape(
      @ForAll MaskGenerator.Kind kind,
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 99) int percent,
      @ForAll @IntRange(min = 1, max = 40) int queries,
      @ForAll @IntRange(min = 1, max = 40) int keys) {
    MaskGenerator generator = new MaskGenerator(kind, percent / 100.0, seed);
    AttentionMask mask = generator.generate(2, queries, keys);
    assertThat(mask.emptyRows()).isEmpty();
    long wanted = Math.round((1 - percent / 100.0) * queries * keys);
    assertThat(mask.nonZeros()).isEqualTo((int) (2 * Math.max(queries, wanted)));
    assertThat(generator.generate(2, queries, keys)).isEqualTo(mask);
  }

  @Test
  void aBandKeepsTheDiagonalAndItsNeighbours() {
    AttentionMask mask = new MaskGenerator(MaskGenerator.Kind.BAND, 0.9, 7).generate(1, 100, 100);
    assertThat(IntStream.range(0, 100).allMatch(i -> mask.contains(i, i))).isTrue();
    long near = IntStream.range(2, 98).filter(i -> mask.contains(i, i + 2)).count();
    assertThat(near).isEqualTo(96);
    assertThat(IntStream.range(0, 60).filter(i -> mask.contains(i, i + 40)).count()).isLessThan(20);
  }

  @Test
  void globalKeysAreKeptByEveryQuery() {
    AttentionMask mask = new MaskGenerator(MaskGenerator.Kind.GLOBAL, 0.9, 7).generate(1, 100, 100);
    assertThat(IntStream.range(0, 100).filter(key -> mask.columnLength(key) == 100).count())
        .isBetween(5L, 7L);
  }

  @Test
  void anotherSeedGivesAnotherMask() {
    assertThat(new MaskGenerator(MaskGenerator.Kind.RANDOM, 0.9, 1).generate(1, 50, 50))
        .isNotEqualTo(new MaskGenerator(MaskGenerator.Kind.RANDOM, 0.9, 2).generate(1, 50, 50));
  }

  @Test
  void aSparsityThatLeavesNothingIsRefused() {
    assertThatThrownBy(() -> new MaskGenerator(MaskGenerator.Kind.RANDOM, 1, 0))
        .hasMessage("sparsity is 1.0 but must be at least 0 and below 1");
    assertThatThrownBy(() -> new MaskGenerator(MaskGenerator.Kind.BAND, Double.NaN, 0))
        .hasMessageContaining("sparsity is NaN");
  }
}
