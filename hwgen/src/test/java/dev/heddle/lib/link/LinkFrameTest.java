package dev.heddle.lib.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LinkFrameTest {
  @Test
  void aFrameHasTheBytesOfTheProtocol() {
    byte[] frame =
        LinkFrame.encode("12345678".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    // CRC-32C of "12345678" is 6087809a.
    assertThat(HexFormat.of().formatHex(frame)).isEqualTo("000d31323334353637389a80876000");
    byte[] zeros = LinkFrame.encode(new byte[8]);
    // CRC-32C of eight zeros is 8c28b28a.
    assertThat(HexFormat.of().formatHex(zeros)).isEqualTo("000101010101010101058ab2288c00");
  }

  @Property
  void whatIsSentArrives(
      @ForAll @Size(min = 8, max = 1100) byte[] content, @ForAll @IntRange(max = 4) int zeros) {
    for (int i = 0; i < content.length; i++) {
      content[i] = zeros > 0 && i % zeros == 0 ? 0 : (byte) Math.max(1, content[i]);
    }
    assertArrives(content);
  }

  @Test
  void runsOfAllLengthsArrive() {
    for (int length = 8; length < 800; length++) {
      byte[] content = new byte[length];
      Arrays.fill(content, (byte) 7);
      assertArrives(content);
      content[length - 1] = 0;
      assertArrives(content);
    }
  }

  private static void assertArrives(byte[] content) {
    byte[] frame = LinkFrame.encode(content);
    int crc = content.length + LinkProtocol.CRC_BYTES;
    assertThat(frame[0]).isZero();
    assertThat(frame[frame.length - 1]).isZero();
    byte[] stuffed = Arrays.copyOfRange(frame, 1, frame.length - 1);
    for (byte value : stuffed) {
      assertThat(value).isNotZero();
    }
    assertThat(stuffed.length).isLessThanOrEqualTo(crc + 1 + crc / 254);
    assertThat(LinkFrame.decode(stuffed)).hasValueSatisfying(c -> assertThat(c).isEqualTo(content));
  }

  @Property
  void aChangedBitIsFound(
      @ForAll @Size(min = 8, max = 300) byte[] content, @ForAll @IntRange(min = 0) int bit) {
    byte[] frame = LinkFrame.encode(content);
    byte[] stuffed = Arrays.copyOfRange(frame, 1, frame.length - 1);
    stuffed[bit / 8 % stuffed.length] ^= (byte) (1 << bit % 8);
    assertThat(LinkFrame.decode(stuffed)).isEmpty();
  }

  @Test
  void whatIsTooShortIsNoFrame() {
    assertThat(LinkFrame.decode(new byte[0])).isEmpty();
    assertThat(LinkFrame.decode(new byte[] {1})).isEmpty();
    byte[] frame = LinkFrame.encode(new byte[] {1, 2, 3, 4, 5, 6, 7});
    assertThat(LinkFrame.decode(Arrays.copyOfRange(frame, 1, frame.length - 1))).isEmpty();
  }
}
