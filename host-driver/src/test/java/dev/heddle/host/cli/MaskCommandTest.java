package dev.heddle.host.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.host.model.NpyWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MaskCommandTest {
  @TempDir private Path folder;
  private Path file;

  /** Two layers of one head: a diagonal of 8 with a full first row, and one kept pair. */
  @BeforeEach
  void writeTheMasks() throws IOException {
    boolean[] pruned = new boolean[2 * 8 * 8];
    for (int i = 0; i < 64; i++) {
      pruned[i] = i >= 8 && i / 8 != i % 8;
      pruned[64 + i] = i != 20;
    }
    file = NpyWriter.write(folder.resolve("mask.npy"), "(2, 1, 8, 8)", pruned);
  }

  @Test
  void eachLayerHasItsFiguresBesideTheBounds() {
    CommandRun run = CommandRun.of("mask", file.toString(), "--banks=8", "--head-dim=16");
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    String[] lines = run.out().split("\\R");
    assertThat(lines[0]).isEqualTo("layers 2, heads 1, queries 8, keys 8; lanes 4, banks 8");
    assertThat(lines[2].trim().split(" +"))
        .containsExactly("0", "15", "76.56", "%", "8", "8", "4", "46.88", "%", "8.53", "5");
    assertThat(lines[3].trim().split(" +"))
        .containsExactly("1", "1", "98.44", "%", "1", "1", "1", "25.00", "%", "128.00", "5");
    assertThat(lines[4]).startsWith("total");
    assertThat(run.out())
        .contains("bound      max(lanes 5, memory 9) = 9 cycles")
        .contains("predicted  max(steps 9, memory 9) = 9 cycles, 1.0000 of the bound")
        .contains("7 rows keep no key");
  }

  @Test
  void theOtherElementsCanBeTheKeptOnes() {
    CommandRun run = CommandRun.of("mask", file.toString(), "--kept", "1");
    assertThat(run.out().lines().skip(2).findFirst().orElseThrow().trim())
        .startsWith("0 ")
        .contains(" 49 ");
  }

  @Test
  void aPictureIsWritten() throws IOException {
    Path picture = folder.resolve("mask.png");
    CommandRun run = CommandRun.of("mask", file.toString(), "--png", picture.toString());
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("picture    " + picture);
    assertThat(ImageIO.read(picture.toFile()).getHeight()).isGreaterThan(300);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--lanes 17            | lanes is 17 but must be 1 to 16",
        "--banks 0             | --banks is 0 but must be 1 to 1024",
        "--kept 2              | --kept is 2 but must be 0 to 1",
        "--head-dim 0          | --head-dim is 0 but must be 1 to 1024",
        "--bytes-per-cycle 0   | --bytes-per-cycle is 0.0 but must be above 0",
        "--bytes-per-cycle NaN | --bytes-per-cycle is NaN but must be above 0",
        "--colour red          | Unknown option"
      })
  void aWrongOptionIsExplained(String arguments, String message) {
    String[] option = arguments.split(" +");
    CommandRun run = CommandRun.of("mask", file.toString(), option[0], option[1]);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith("heddle: ").contains(message).doesNotContain("\tat ");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void aFileThatCannotBeUsedIsExplained() throws IOException {
    Path text = Files.writeString(folder.resolve("notes.txt"), "no mask");
    Path large = NpyWriter.write(folder.resolve("rows.npy"), "(4097, 1)", new boolean[4097]);
    String[][] cases = {
      {folder.resolve("absent.npy").toString(), "no such file"},
      {folder.toString(), "cannot be read"},
      {text.toString(), "so it is no NPY file"},
      {large.toString(), "layer 0: a set has at most 4096 rows but there are 4097; split it"},
    };
    for (String[] c : cases) {
      CommandRun run = CommandRun.of("mask", c[0]);
      assertThat(run.exitCode()).as(c[0]).isEqualTo(1);
      assertThat(run.err()).startsWith("heddle: " + c[0]).contains(c[1]).doesNotContain("\tat ");
      assertThat(run.out()).isEmpty();
    }
  }

  @Test
  void aPictureThatCannotBeWrittenIsExplained() {
    Path picture = folder.resolve("absent/mask.png");
    CommandRun run = CommandRun.of("mask", file.toString(), "--png", picture.toString());
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).startsWith("heddle: cannot write " + picture).doesNotContain("\tat ");
  }
}
