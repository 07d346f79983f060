package dev.heddle.host.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heddle.host.model.NpyFile;
import dev.heddle.host.model.NpyWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VitCommandTest {
  private static final int TOKENS = 3;
  private static final int DIMENSION = 4;

  @TempDir private Path folder;
  private Path out;

  /** One layer of two heads: each token sees itself, but the last of head 1 sees nothing. */
  @BeforeEach
  void writeTheInputs() throws IOException {
    boolean[] pruned = new boolean[2 * TOKENS * TOKENS];
    for (int i = 0; i < pruned.length; i++) {
      pruned[i] = i % (TOKENS * TOKENS) % (TOKENS + 1) != 0 || i == pruned.length - 1;
    }
    NpyWriter.write(folder.resolve("mask.npy"), "(2, 3, 3)", pruned);
    float[] elements = new float[2 * TOKENS * DIMENSION];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = i - 10;
    }
    for (String name : List.of("q.npy", "k.npy", "v.npy")) {
      NpyFile.write(folder.resolve(name), List.of(2, TOKENS, DIMENSION), elements);
    }
    out = folder.resolve("out.npy");
  }

  private CommandRun run(String... more) {
    List<String> arguments = new ArrayList<>(List.of("vit", "--device=golden"));
    arguments.add("--mask=" + folder.resolve("mask.npy"));
    arguments.add("--queries=" + folder.resolve("q.npy"));
    arguments.add("--keys=" + folder.resolve("k.npy"));
    arguments.add("--values=" + folder.resolve("v.npy"));
    arguments.addAll(Arrays.asList(more));
    return CommandRun.of(arguments.toArray(String[]::new));
  }

  @Test
  void aTokenThatSeesItselfAloneGivesItsValueAndOneThatSeesNothingZeros() {
    CommandRun run = run("--out=" + out);
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains("golden, configuration vision")
        .contains("1 of 2 heads, 3 queries and 3 keys each")
        .contains("5, 72.2 % pruned")
        .contains(out.toString());
    NpyFile rows = NpyFile.read(out);
    assertThat(rows.shape()).containsExactly(1, 2, TOKENS, DIMENSION);
    for (int i = 0; i < rows.elements(); i++) {
      double expected = i < rows.elements() - DIMENSION ? i - 10 : 0;
      assertThat(rows.value(i)).isCloseTo(expected, within(1e-6));
    }
  }

  @Test
  void vectorsOfAnotherShapeAreExplained() throws IOException {
    NpyFile.write(folder.resolve("k.npy"), List.of(2, 2, DIMENSION), new float[16]);
    CommandRun run = run();
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .startsWith("heddle: " + folder.resolve("k.npy"))
        .contains("its shape is 2 x 2 x 4; the masks ask for 1 x 2 x 3 x the elements")
        .doesNotContain("\tat ");
    NpyFile.write(folder.resolve("k.npy"), List.of(2, TOKENS, 2), new float[12]);
    assertThat(run().err()).contains("has vectors of 4 elements, but").contains("of 2");
  }

  @Test
  void whatCannotBeDoneIsSaidBeforeTheWork() throws IOException {
    CommandRun noFolder = run("--out=" + folder.resolve("absent/out.npy"));
    assertThat(noFolder.exitCode()).isEqualTo(1);
    assertThat(noFolder.err()).contains("there is no folder " + folder.resolve("absent"));
    CommandRun noSchedules = run("--config=default");
    assertThat(noSchedules.exitCode()).isEqualTo(1);
    assertThat(noSchedules.err())
        .contains("mask.npy: configuration default takes no schedules; use configuration vision");
    Files.writeString(folder.resolve("v.npy"), "no array");
    assertThat(run().err()).contains("so it is no NPY file");
    assertThat(CommandRun.of("vit", "--mask=m.npy").exitCode()).isEqualTo(2);
    assertThat(out).doesNotExist();
  }
}
