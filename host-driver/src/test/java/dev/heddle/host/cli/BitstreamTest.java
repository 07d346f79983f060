package dev.heddle.host.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.fpga.Board;
import dev.heddle.fpga.Boards;
import dev.heddle.fpga.MeasuredBuild;
import java.io.IOException;
import java.nio.file.Files;
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
  static Stream<? extends Board> boards() {
    return Boards.all().stream().filter(board -> board.device().family().hasFreeTools());
  }

  @ParameterizedTest
  @MethodSource("boards")
  void theBitstreamMeetsItsClockAndUsesTheMultipliers(Board board) throws IOException {
    Path out = Path.of("target", "bitstreams", board.name());
    CommandRun run = CommandRun.of("fpga", "build", board.name(), "--out", out.toString());
    assertThat(run.exitCode()).as(run.err()).isZero();
    MeasuredBuild build =
        MeasuredBuild.parse(Files.readString(out.resolve(MeasuredBuild.file(board))));
    assertThat(5 * build.figures().multipliers())
        .isGreaterThanOrEqualTo(4 * board.device().multipliers());
  }
}
