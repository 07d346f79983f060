package dev.heddle.host.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.mask.AttentionMask;
import dev.heddle.accel.mask.MaskGenerator;
import dev.heddle.accel.mask.ScheduleCompiler;
import dev.heddle.host.model.SharedModels;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MaskCostTest {
  @Test
  void theBytesAreThoseOfVectorsOutputsAndSchedule() {
    boolean[][][] kept = new boolean[2][3][5];
    kept[0][0][0] = true;
    kept[1][2][4] = true;
    MaskCost cost = MaskCost.of(AttentionMask.of(kept), new ScheduleCompiler(4, 8), 16);
    assertThat(cost.steps()).isEqualTo(1);
    assertThat(cost.emptyRows()).isEqualTo(4);
    assertThat(cost.scheduleBytes()).isEqualTo(128);
    assertThat(cost.bytes()).isEqualTo((6 + 10 + 10) * 17 + 6 * 16 + 128);
    assertThat(cost.memoryBound(100)).isEqualTo(7);
    assertThat(cost.utilisation()).isEqualTo(0.5);
    assertThat(cost.plus(cost).steps()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"8, 18785", "16, 18680"})
  void theMasksOfDeitTinyTakeFewMoreStepsThanTheirBound(int banks, int most) {
    Path file = SharedModels.data("vitcod/info_0.95.npy");
    List<AttentionMask> layers = LayerMasks.read(file, false).layers();
    assertThat(layers).hasSize(12);
    ScheduleCompiler compiler = new ScheduleCompiler(4, banks);
    MaskCost total =
        layers.stream()
            .map(layer -> MaskCost.of(layer, compiler, 64))
            .reduce(MaskCost::plus)
            .orElseThrow();
    assertThat(total.nonZeros()).isEqualTo(74_399);
    assertThat(total.stepBound()).isEqualTo(18_604);
    assertThat(total.steps()).isBetween(18_604L, (long) most);
    assertThat(total.scheduleBytesPerNonZero()).isLessThan(1.85);
  }

  @ParameterizedTest
  @EnumSource(MaskGenerator.Kind.class)
  void generatedMasksTakeFewMoreStepsThanTheirBound(MaskGenerator.Kind kind) {
    for (double sparsity : new double[] {0.6, 0.7, 0.8, 0.9, 0.95, 0.98}) {
      AttentionMask mask = new MaskGenerator(kind, sparsity, 1).generate(3, 197, 197);
      MaskCost cost = MaskCost.of(mask, new ScheduleCompiler(4, 16), 64);
      assertThat((double) cost.steps() / cost.stepBound())
          .as("%s, %s sparse", kind, sparsity)
          .isLessThan(1.05);
    }
  }

  @Test
  void costsOnDifferentLanesDoNotAddUp() {
    AttentionMask mask = AttentionMask.of(new boolean[][][] {{{true}}});
    MaskCost two = MaskCost.of(mask, new ScheduleCompiler(2, 8), 8);
    MaskCost four = MaskCost.of(mask, new ScheduleCompiler(4, 8), 8);
    assertThatThrownBy(() -> two.plus(four)).hasMessageContaining("on 2 and on 4 lanes");
  }
}
