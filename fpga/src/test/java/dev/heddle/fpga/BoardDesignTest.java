package dev.heddle.fpga;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BoardDesignTest {
  static Stream<Board> boards() {
    return Boards.all().stream();
  }

  @ParameterizedTest
  @MethodSource("boards")
  void everyPortOfTheTopHasAPinOfItsOwn(Board board) {
    Map<String, String> files = new BoardDesign(board).files();
    String top = files.get(board.top() + ".v");
    String constraints = files.get(ConstraintFile.name(board));
    Set<String> sites = new HashSet<>();
    ConstraintFile.pins(board)
        .forEach(
            (port, pin) -> {
              String name = port.replaceAll("\\[.*", "");
              assertThat(top).containsPattern("(input|output|inout) +wire .*" + name + "\\b");
              assertThat(constraints)
                  .containsPattern(Pattern.quote(port) + "\\W.*\\b" + pin.site() + "\\b");
              assertThat(sites.add(pin.site())).as(pin.site()).isTrue();
            });
    assertThat(board.sources()).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("boards")
  void theScriptBuildsEveryModuleThatIsWritten(Board board) {
    BoardDesign design = new BoardDesign(board);
    String script = design.files().get("build.sh");
    design.files().keySet().stream()
        .filter(file -> file.endsWith(".v"))
        .forEach(file -> assertThat(script).contains(" " + file));
    assertThat(script).contains(ConstraintFile.name(board)).contains(board.bitstream());
  }
}
