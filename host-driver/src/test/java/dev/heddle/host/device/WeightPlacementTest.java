package dev.heddle.host.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.format.WeightLayout;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WeightPlacementTest {
  private static final int KB = 1 << 10;

  /** A matrix of rows of 128, 136 bytes each. */
  private static WeightLayout matrix(int rows) {
    return new WeightLayout(WeightFormat.Q8_0, rows, 128, Configuration.NANO);
  }

  private static List<Integer> resident(WeightPlacement placement, int matrices) {
    return IntStream.range(0, matrices).filter(placement::isResident).boxed().toList();
  }

  @Test
  void theLargestStayAndThenWhateverFits() {
    List<WeightLayout> matrices = List.of(matrix(100), matrix(500), matrix(300), matrix(200));
    // Beside a window of 34,304 bytes there are 96,768: for 68,032 and 27,200, and no more.
    WeightPlacement placement = WeightPlacement.of(matrices, 128 * KB);
    assertThat(resident(placement, 4)).containsExactly(1, 3);
    assertThat(placement.residentBytes()).isEqualTo(matrix(500).size() + matrix(200).size());
    assertThat(placement.streamedBytes()).isEqualTo(400 * 136);
    assertThat(placement.isAllResident()).isFalse();
  }

  @Test
  void theWindowDoesNotGrowWithTheMemory() {
    List<WeightLayout> matrices = List.of(matrix(4000), matrix(3000));
    long vectors = Configuration.NANO.maxTokens() * 192;
    long enough = matrix(4000).size() + matrix(3000).size() + vectors + 32 * KB;
    assertThat(WeightPlacement.of(matrices, enough).isAllResident()).isTrue();
    WeightPlacement placement = WeightPlacement.of(matrices, enough - 64);
    assertThat(resident(placement, 2)).containsExactly(0);
  }

  @Test
  void aMatrixWhoseResultsExceedTheWindowIsStreamed() {
    List<WeightLayout> matrices = List.of(matrix(8000), matrix(8800));
    WeightPlacement placement = WeightPlacement.of(matrices, matrix(8800).size() + 40 * KB);
    assertThat(resident(placement, 2)).containsExactly(0);
  }

  @Test
  void theLeastIsARowTileOfTheLongestRowsWithAVector() {
    WeightLayout longest = new WeightLayout(WeightFormat.Q4_0, 9, 1024, Configuration.NANO);
    // Two rows of 32 blocks, a vector, a line of results and three descriptors.
    long bytes = 2 * 32 * 18 + (1024 + 64) + 64 + 3 * 64;
    assertThat(WeightPlacement.leastBytes(List.of(matrix(500), longest))).isEqualTo(bytes);
    WeightPlacement placement = WeightPlacement.of(List.of(longest), bytes);
    assertThat(placement.residentBytes()).isZero();
    assertThat(placement.streamedBytes()).isEqualTo(longest.streamBytes());
  }
}
