package dev.heddle.fpga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.Configuration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages of boards; {@code -Dheddle.golden.update=true} writes them anew. */
class BoardDocumentsTest {
  private static final Path DOCS = Path.of("..", "docs");
  private static final BuildReport FIGURES = new BuildReport(13795, 7263, 22, 30, 0, 60.9e6);

  @TempDir private Path folder;

  @Test
  void thePagesInTheRepositoryAreThoseThatAreWritten() throws IOException {
    BoardDocuments documents = new BoardDocuments(DOCS);
    if (Boolean.getBoolean("heddle.golden.update")) {
      documents.write();
    }
    for (Map.Entry<String, String> text : documents.texts().entrySet()) {
      assertThat(DOCS.resolve(text.getKey())).hasContent(text.getValue());
    }
  }

  @Test
  void figuresInTheRepositoryAreOfTheBoardsAsTheyAre() throws IOException {
    Map<String, MeasuredBuild> builds = new BoardDocuments(DOCS).builds();
    for (Board board : Boards.all()) {
      boolean kept = Files.exists(DOCS.resolve("boards").resolve(MeasuredBuild.file(board)));
      assertThat(builds.containsKey(board.name())).as(board.name()).isEqualTo(kept);
      assertThat(kept).as(board.name()).isEqualTo(board.device().family().hasFreeTools());
    }
  }

  @Test
  void everyBoardThatWasBuiltMeetsItsClockAndUsesItsMultipliers() throws IOException {
    new BoardDocuments(DOCS)
        .builds()
        .forEach(
            (name, build) -> {
              assertThat(build.meetsClock()).as(name).isTrue();
              int multipliers = Boards.named(name).orElseThrow().device().multipliers();
              assertThat(5 * build.figures().multipliers())
                  .as(name)
                  .isGreaterThanOrEqualTo(4 * multipliers);
            });
  }

  @Test
  void theTableHasWhatTheBuildsFound() {
    Board board = Boards.ULX3S.withMachine(Configuration.NANO);
    assertThat(BoardMarkdown.page(board, Optional.of(MeasuredBuild.of(board, FIGURES))))
        .contains(
            "13,795 look-up tables, 7,263 flip-flops, multipliers 22 of 156, 14 %",
            "60.9 MHz for 60.", "32 MB of SDRAM, AS4C16M16SA, at most 0.120 GB/s");
    BuildReport slow = new BuildReport(1000, 600, 0, 5, 4, 20e6);
    assertThat(BoardMarkdown.table(Map.of("icebreaker", MeasuredBuild.of(Boards.ICEBREAKER, slow))))
        .contains(
            "| `pico` | 1,000 of 5,280 | 600 | 0 of 8, 0 % | 5 of 30, and 4 large ones"
                + " | 20.0 MHz for 24, **missed** | 0.19 | 0.096 |");
  }

  @Test
  void figuresOfAnotherMachineAreLeftOut() throws IOException {
    BoardDocuments documents = new BoardDocuments(folder);
    Board other = Boards.ULX3S.withMachine(Configuration.SMALL);
    documents.keep(Boards.ULX3S, MeasuredBuild.of(other, FIGURES));
    documents.keep(Boards.ICESUGAR, MeasuredBuild.of(Boards.ICESUGAR, FIGURES));
    assertThat(documents.builds()).containsOnlyKeys("icesugar");
    assertThat(documents.builds().get("icesugar"))
        .isEqualTo(MeasuredBuild.of(Boards.ICESUGAR, FIGURES));
  }

  @Test
  void withoutAPlaceForTheTableNothingIsWritten() throws IOException {
    Files.writeString(folder.resolve("boards.md"), "# Boards\n");
    BoardDocuments documents = new BoardDocuments(folder);
    assertThatThrownBy(documents::write).hasMessageContaining("has no place for the table");
    assertThat(folder.resolve("boards")).doesNotExist();
  }
}
