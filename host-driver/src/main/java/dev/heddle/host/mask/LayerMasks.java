package dev.heddle.host.mask;

import dev.heddle.accel.mask.AttentionMask;
import dev.heddle.host.model.ModelFileException;
import dev.heddle.host.model.NpyFile;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The masks of a model's layers.
 *
 * @param layers a mask for each layer, at least one
 */
public record LayerMasks(List<AttentionMask> layers) {
  private static final int DIMENSIONS = 4;

  /** Masks. */
  public LayerMasks {
    layers = List.copyOf(layers);
  }

  /**
   * Reads an NPY file of the shape [layer][head][query][key], [head][query][key] or [query][key].
   *
   * @param keptIsNonZero whether the elements that are not zero are the kept pairs; otherwise they
   *     are the pruned ones, as in the masks of ViTCoD
   * @throws ModelFileException when the file cannot be read or has another shape
   */
  public static LayerMasks read(Path path, boolean keptIsNonZero) {
    NpyFile file = NpyFile.read(path);
    List<Integer> shape = file.shape();
    if (shape.size() < 2 || shape.size() > DIMENSIONS || shape.contains(0)) {
      throw new ModelFileException(
          path,
          "its shape is " + shape,
          "give an array of the shape [layer, head, query, key], [head, query, key] or [query, key]"
              + " without empty dimensions");
    }
    int missing = DIMENSIONS - shape.size();
    int[] sizes =
        IntStream.range(0, DIMENSIONS).map(i -> i < missing ? 1 : shape.get(i - missing)).toArray();
    return new LayerMasks(
        IntStream.range(0, sizes[0])
            .mapToObj(layer -> layer(file, sizes, layer, keptIsNonZero))
            .toList());
  }

  private static AttentionMask layer(NpyFile file, int[] sizes, int layer, boolean keptIsNonZero) {
    boolean[][][] kept = new boolean[sizes[1]][sizes[2]][sizes[3]];
    int at = layer * sizes[1] * sizes[2] * sizes[3];
    for (boolean[][] head : kept) {
      for (boolean[] row : head) {
        for (int key = 0; key < row.length; key++) {
          row[key] = file.value(at++) != 0 == keptIsNonZero;
        }
      }
    }
    return AttentionMask.of(kept);
  }
}
