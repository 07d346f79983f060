package dev.heddle.lib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class UartPeriodTest {
  @Test
  void usualRatesAreMetWithinTheFraction() {
    assertThat(UartPeriod.of(12_000_000, 115_200)).isEqualTo(26_667);
    assertThat(UartPeriod.baud(12_000_000, 26_667)).isEqualTo(115_199);
    assertThat(UartPeriod.of(24_000_000, 3_000_000)).isEqualTo(8 << 8);
    assertThat(UartPeriod.of(25_000_000, 3_000_000)).isEqualTo(2_133);
  }

  @Test
  void aRateThatTheClockCannotMakeIsRefused() {
    assertThatThrownBy(() -> UartPeriod.of(12_000_000, 12_000_000))
        .hasMessage(
            "a clock of 12000000 Hz cannot make 12000000 baud: a bit takes 4 to 4095 cycles");
    assertThatThrownBy(() -> UartPeriod.of(100_000_000, 300)).hasMessageContaining("cannot make");
    assertThatThrownBy(() -> UartPeriod.of(1, 0)).hasMessageContaining("cannot make 0 baud");
  }
}
