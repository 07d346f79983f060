package dev.heddle.host.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.fpga.Board;
import dev.heddle.fpga.Boards;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Builds the bitstreams of all boards that free tools build, which takes an hour; only in the
 * profile bitstreams.
 */
@EnabledIfSystemProperty(named = "heddle.bitstreams", matches = "true")
class BitstreamTest {
  static Stream<String> boards() {
    return Boards.all().stream()
        .filter(board -> board.device().family().hasFreeTools())
        .map(Board::name);
  }

  @ParameterizedTest
  @MethodSource("boards")
  void theBitstreamMeetsItsClock(String board) {
    Path out = Path.of("target", "bitstreams", board);
    CommandRun run = CommandRun.of("fpga", "build", board, "--out", out.toString());
    assertThat(run.exitCode()).as(run.err()).isZero();
  }
}
