package dev.heddle.fpga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PllTest {
  static Stream<SerialBoard> boards() {
    return Boards.serial().stream();
  }

  private static long setting(Pll pll, String name) {
    return Long.parseLong(pll.parameters().get(name).replaceAll(".*'d", ""));
  }

  @ParameterizedTest
  @MethodSource("boards")
  void theLoopOfABoardMakesItsClockWithinWhatTheDeviceAllows(SerialBoard board) {
    Pll pll = Pll.of(board);
    long from = board.oscillatorHz();
    long made;
    long loop;
    switch (board.device().family()) {
      case ICE40 -> {
        long comparison = from / (setting(pll, "DIVR") + 1);
        loop = comparison * (setting(pll, "DIVF") + 1);
        made = loop >> setting(pll, "DIVQ");
        assertThat(comparison).isBetween(10_000_000L, 133_000_000L);
        assertThat(loop).isBetween(533_000_000L, 1_066_000_000L);
      }
      case ECP5 -> {
        made = from / setting(pll, "CLKI_DIV") * setting(pll, "CLKFB_DIV");
        loop = made * setting(pll, "CLKOP_DIV");
        assertThat(loop).isBetween(400_000_000L, 800_000_000L);
      }
      case ARTIX7 -> {
        loop = from / setting(pll, "DIVCLK_DIVIDE") * setting(pll, "CLKFBOUT_MULT");
        made = loop / setting(pll, "CLKOUT0_DIVIDE");
        assertThat(loop).isBetween(800_000_000L, 1_600_000_000L);
      }
      default -> {
        made = from * (setting(pll, "FBDIV_SEL") + 1) / (setting(pll, "IDIV_SEL") + 1);
        loop = made * setting(pll, "ODIV_SEL");
        assertThat(loop).isBetween(500_000_000L, 1_200_000_000L);
      }
    }
    assertThat(made).isEqualTo(board.clockHz());
  }

  @Test
  void theIceBreakerDoublesItsClock() {
    assertThat(Pll.of(Boards.ICEBREAKER).verilog("a", "b", "c", Optional.empty()))
        .isEqualTo(
            """
              SB_PLL40_PAD #(
                .FEEDBACK_PATH("SIMPLE"),
                .DIVR(4'd0),
                .DIVF(7'd63),
                .DIVQ(3'd5),
                .FILTER_RANGE(3'd1)
              ) pll (
                .PACKAGEPIN(a),
                .PLLOUTGLOBAL(b),
                .LOCK(c),
                .BYPASS(1'b0),
                .RESETB(1'b1)
              );
            """);
  }

  @Test
  void aClockThatNoSettingMakesIsRefused() {
    assertThatThrownBy(() -> Pll.ice40(12_000_000, 24_000_001))
        .hasMessage("no setting of the PLL makes 24000001 Hz of 12000000 Hz");
  }
}
