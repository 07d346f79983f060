package dev.heddle.host.mask;

import dev.heddle.accel.mask.AttentionMask;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;

/**
 * A picture of masks: a row of squares for each layer, a square for each head, in it queries down
 * and keys across, kept pairs dark.
 *
 * <pre>
 *            head 0   head 1
 *   layer 0  [\   ]   [|\  ]
 *   layer 1  [ \ |]   [--- ]
 * </pre>
 *
 * A small mask is enlarged; in a large one a pixel stands for several pairs and is the darker, the
 * more of them are kept.
 */
public final class MaskPicture {
  private static final int GAP = 6;
  private static final int MAX_SIZE = 4096;
  private static final int ENLARGED_SIZE = 600;
  private static final int BACKGROUND = 0xB8BCC4;
  private static final int PRUNED = 0xFFFFFF;
  private static final int KEPT = 0x10306C;

  private final List<AttentionMask> layers;
  private final int pairsPerPixel;
  private final int pixelsPerPair;
  private final BufferedImage image;

  private MaskPicture(List<AttentionMask> layers) {
    this.layers = layers;
    int columns = layers.stream().mapToInt(AttentionMask::heads).max().orElseThrow();
    int queries = layers.stream().mapToInt(AttentionMask::queries).max().orElseThrow();
    int keys = layers.stream().mapToInt(AttentionMask::keysPerHead).max().orElseThrow();
    long across = (long) columns * keys;
    long down = (long) layers.size() * queries;
    long room = MAX_SIZE - (Math.max(columns, layers.size()) + 1L) * GAP;
    if (room < Math.max(columns, layers.size())) {
      throw new IllegalArgumentException(
          "%d layers of %d heads do not fit a picture of %d x %d pixels; split the file"
              .formatted(layers.size(), columns, MAX_SIZE, MAX_SIZE));
    }
    int shrink = 1;
    while (Math.max(
            (long) columns * divided(keys, shrink), (long) layers.size() * divided(queries, shrink))
        > room) {
      shrink++;
    }
    this.pairsPerPixel = shrink;
    this.pixelsPerPair = (int) Math.max(1, ENLARGED_SIZE / Math.max(across, down));
    this.image =
        new BufferedImage(
            columns * (squareSize(keys) + GAP) + GAP,
            layers.size() * (squareSize(queries) + GAP) + GAP,
            BufferedImage.TYPE_INT_RGB);
    draw(squareSize(queries), squareSize(keys));
  }

  /**
   * Draws masks.
   *
   * @throws IllegalArgumentException when there are too many layers or heads for a picture
   */
  public static BufferedImage of(List<AttentionMask> layers) {
    return new MaskPicture(layers).image;
  }

  /** Draws masks into a PNG file; an existing file is replaced. */
  public static void write(List<AttentionMask> layers, Path path) throws IOException {
    BufferedImage image = of(layers);
    try (var stream = Files.newOutputStream(path)) {
      ImageIO.write(image, "png", stream);
    }
  }

  private static int divided(int size, int by) {
    return (size + by - 1) / by;
  }

  private int squareSize(int pairs) {
    return divided(pairs, pairsPerPixel) * pixelsPerPair;
  }

  private void draw(int height, int width) {
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(new Color(BACKGROUND));
    graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
    graphics.dispose();
    for (int layer = 0; layer < layers.size(); layer++) {
      AttentionMask mask = layers.get(layer);
      for (int head = 0; head < mask.heads(); head++) {
        drawHead(mask, head, GAP + head * (width + GAP), GAP + layer * (height + GAP));
      }
    }
  }

  private void drawHead(AttentionMask mask, int head, int left, int top) {
    int across = divided(mask.keysPerHead(), pairsPerPixel);
    int[] kept = new int[across];
    for (int query = 0; query < mask.queries(); query++) {
      for (int key : mask.keysOf(head * mask.queries() + query)) {
        kept[(key - head * mask.keysPerHead()) / pairsPerPixel]++;
      }
      int line = query / pairsPerPixel;
      boolean complete = (query + 1) % pairsPerPixel == 0 || query + 1 == mask.queries();
      if (complete) {
        int rows = query + 1 - line * pairsPerPixel;
        for (int x = 0; x < across; x++) {
          int columns = Math.min(pairsPerPixel, mask.keysPerHead() - x * pairsPerPixel);
          fill(
              left + x * pixelsPerPair,
              top + line * pixelsPerPair,
              colour((double) kept[x] / (rows * columns)));
        }
        Arrays.fill(kept, 0);
      }
    }
  }

  private void fill(int left, int top, int colour) {
    for (int y = 0; y < pixelsPerPair; y++) {
      for (int x = 0; x < pixelsPerPair; x++) {
        image.setRGB(left + x, top + y, colour);
      }
    }
  }

  private static int colour(double share) {
    int colour = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      int from = PRUNED >> shift & 0xFF;
      int to = KEPT >> shift & 0xFF;
      colour |= (int) Math.round(from + (to - from) * share) << shift;
    }
    return colour;
  }
}
