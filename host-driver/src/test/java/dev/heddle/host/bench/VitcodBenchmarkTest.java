package dev.heddle.host.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.mask.AttentionMask;
import dev.heddle.accel.mask.MaskGenerator;
import dev.heddle.host.mask.LayerMasks;
import dev.heddle.host.model.ModelFileException;
import dev.heddle.host.model.SharedModels;
import dev.heddle.testbench.BuildProgress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VitcodBenchmarkTest {
  private static VitcodBenchmark of(Optional<Path> mask, List<String> notices) {
    return new VitcodBenchmark(mask, notices::add, BuildProgress.SILENT);
  }

  private static MaskedAttention attention(List<AttentionMask> layers) {
    return new MaskedAttention(VitcodBenchmark.CONFIGURATION, layers, VitcodBenchmark.MEMORY);
  }

  @Test
  void theCasesAreTheFileAndTheGeneratedMasks() {
    List<String> cases = new ArrayList<>();
    of(Optional.of(Path.of("some.npy")), new ArrayList<>())
        .run(
            name -> {
              cases.add(name);
              return false;
            })
        .forEach(result -> {});
    assertThat(cases).hasSize(19).contains("some", "random/60/1", "band/98/1", "global/90/1");
  }

  @Test
  void theCaseWithoutItsFileIsLeftOutWithASentence() {
    List<String> notices = new ArrayList<>();
    assertThat(of(Optional.empty(), notices).run(VitcodBenchmark.DEIT::equals)).isEmpty();
    assertThat(notices)
        .containsExactly(
            "deit-tiny-95 is left out: its masks are not shipped; name ViTCoD's file info_0.95.npy with --mask");
  }

  @Test
  void aNamedFileThatIsAbsentIsAnError() {
    VitcodBenchmark bench = of(Optional.of(Path.of("absent.npy")), new ArrayList<>());
    assertThatThrownBy(() -> bench.run("absent"::equals).toList())
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("absent.npy");
  }

  @Test
  void aMaskThatDoesNotFitTheMachineIsRefused() {
    AttentionMask tooLong = new MaskGenerator(MaskGenerator.Kind.RANDOM, 0, 1).generate(1, 2, 300);
    assertThatThrownBy(() -> attention(List.of(tooLong)))
        .isInstanceOf(BenchmarkException.class)
        .hasMessageContaining("a longest row of 300 keys")
        .hasMessageContaining("rows of 1 to 224 keys");
    AttentionMask empty = AttentionMask.of(new boolean[1][2][3]);
    assertThatThrownBy(() -> attention(List.of(empty))).hasMessageContaining("2 empty rows");
  }

  @Test
  void theFloorOfThePublishedMasksIsThatOfTheirNonZeros() {
    Path file = SharedModels.data("vitcod/info_0.95.npy");
    MaskedAttention attention = attention(LayerMasks.read(file, false).layers());
    assertThat(attention.arithmeticFloor()).isEqualTo(18_600);
    assertThat(attention.cost().steps()).isBetween(18_600L, 18_898L);
  }
}
