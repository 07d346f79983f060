package dev.heddle.lib.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LinkParametersTest {
  private static LinkParameters of(int payload, int window) {
    return new LinkParameters(payload, window, 24_000_000, 0x1000, 1 << 20, 12, 1);
  }

  @Test
  void theRingsHaveRoomForAWindowOfTheLargestRequestsAndForTheLargestReply() {
    // 8 * (2 + 8 + 240) + 6 = 2006 and 240 + 12 + 1 + 2 = 255; a place stays empty.
    assertThat(of(240, 8).receiveRing()).isEqualTo(2048);
    assertThat(of(240, 8).transmitRing()).isEqualTo(256);
    assertThat(of(246, 8).receiveRing()).isEqualTo(4096);
    assertThat(of(241, 8).transmitRing()).isEqualTo(512);
    assertThat(of(4096, 32).receiveRing()).isEqualTo(1 << 18);
  }

  @Test
  void aTrialOfARateTakesItsTimeAtAnyClock() {
    assertThat(of(40, 2).trialCycles()).isEqualTo(6_000_000);
    assertThat(new LinkParameters(40, 2, 2_000_000_000, 0, 4096, 12, 8).trialCycles())
        .isEqualTo(500_000_000);
  }

  @Test
  void memoryIsAddressedWithAsManyBitsAsItNeeds() {
    assertThat(of(40, 2).memoryBits()).isEqualTo(20);
    assertThat(new LinkParameters(40, 2, 1000, 0, 4097, 12, 8).memoryBits()).isEqualTo(13);
    assertThat(new LinkParameters(40, 2, 1000, 0, 1L << 40, 12, 8).memoryBits()).isEqualTo(32);
  }

  @Test
  void whatCannotBeBuiltIsRefused() {
    assertThatThrownBy(() -> of(35, 8))
        .hasMessage("a payload has at most 36 to 4096 bytes, not 35");
    assertThatThrownBy(() -> of(4097, 8)).hasMessageContaining("not 4097");
    assertThatThrownBy(() -> of(40, 64))
        .hasMessage("a window is 2, 4, 8, 16 or 32 requests, not 64");
    assertThatThrownBy(() -> of(40, 3)).hasMessageContaining("not 3");
    assertThatThrownBy(() -> new LinkParameters(40, 2, 999, 0, 4096, 12, 1))
        .hasMessage("a clock has at least 1000 Hz, not 999");
    assertThatThrownBy(() -> new LinkParameters(40, 2, 1000, 1 << 20, 4096, 12, 1))
        .hasMessage("a period has 20 bits, not 0x100000");
    assertThatThrownBy(() -> new LinkParameters(40, 2, 1000, 0, 4095, 12, 1))
        .hasMessage("card memory has at least 4096 bytes, not 4095");
    assertThatThrownBy(() -> new LinkParameters(40, 2, 1000, 0, 4096, 33, 1))
        .hasMessage("the address of a register has 3 to 32 bits, not 33");
    assertThatThrownBy(() -> new LinkParameters(40, 2, 1000, 0, 4096, 12, 3))
        .hasMessage("a CRC does 1, 2, 4 or 8 bits in a cycle, not 3");
  }
}
