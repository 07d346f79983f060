package dev.heddle.host.mask;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.mask.AttentionMask;
import java.awt.image.BufferedImage;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class MaskPictureTest {
  private static final int DARK = 0xFF10306C;
  private static final int WHITE = 0xFFFFFFFF;

  @Test
  void keptPairsAreDarkAndPrunedOnesWhite() {
    boolean[][][] kept = new boolean[2][300][300];
    kept[1][7][11] = true;
    AttentionMask mask = AttentionMask.of(kept);
    BufferedImage image = MaskPicture.of(List.of(mask, mask));
    assertThat(image.getWidth()).isEqualTo(2 * 300 + 3 * 6);
    assertThat(image.getHeight()).isEqualTo(2 * 300 + 3 * 6);
    int left = 6 + 306;
    for (int top : new int[] {6, 6 + 306}) {
      assertThat(image.getRGB(left + 11, top + 7)).isEqualTo(DARK);
      assertThat(image.getRGB(left + 7, top + 11)).isEqualTo(WHITE);
      assertThat(image.getRGB(6 + 11, top + 7)).isEqualTo(WHITE);
    }
    assertThat(image.getRGB(0, 0)).isNotIn(WHITE, DARK);
  }

  @Test
  void aSmallMaskIsEnlarged() {
    BufferedImage image =
        MaskPicture.of(List.of(AttentionMask.of(new boolean[][][] {{{true, false}}})));
    assertThat(image.getWidth()).isEqualTo(600 + 12);
    assertThat(image.getRGB(6 + 299, 6 + 299)).isEqualTo(DARK);
    assertThat(image.getRGB(6 + 300, 6 + 299)).isEqualTo(WHITE);
  }

  @Test
  void aLargeMaskIsShadedByTheShareOfKeptPairs() {
    boolean[][][] kept = new boolean[1][40][3000];
    kept[0][0][0] = true;
    List<AttentionMask> layers = Collections.nCopies(150, AttentionMask.of(kept));
    BufferedImage image = MaskPicture.of(layers);
    assertThat(image.getWidth()).isLessThanOrEqualTo(4096);
    assertThat(image.getHeight()).isEqualTo(150 * 20 + 151 * 6);
    int quarter = image.getRGB(6, 6) & 0xFF;
    assertThat(quarter).isEqualTo(Math.round(255 - (255 - 0x6C) / 4f));
  }
}
