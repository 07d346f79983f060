package dev.heddle.host.vision;

import dev.heddle.accel.format.KvVector;
import dev.heddle.host.model.ModelFileException;
import dev.heddle.host.model.NpyFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The queries, the keys or the values of a model's layers, quantised.
 *
 * @param layers for each layer the vectors of its heads, head after head, as the rows and keys of
 *     an {@link dev.heddle.accel.mask.AttentionMask} are numbered
 */
public record LayerVectors(List<List<KvVector>> layers) {
  /** Vectors; the lists are copied. */
  public LayerVectors {
    layers = layers.stream().map(List::copyOf).toList();
  }

  /**
   * Reads an NPY file of the shape [layer][head][token][element]; layers, or layers and heads, may
   * be missing where there is one.
   *
   * @param layers layers that there must be
   * @param heads heads that each must have
   * @param tokens vectors that each of those must have
   * @throws ModelFileException when the file cannot be read or has another shape
   */
  public static LayerVectors read(Path path, int layers, int heads, int tokens) {
    NpyFile file = NpyFile.read(path);
    List<Integer> wanted = List.of(layers, heads, tokens);
    int dimensions = wanted.size() + 1;
    List<Integer> shape = new ArrayList<>(file.shape());
    if (shape.size() >= 2 && shape.size() < dimensions) {
      shape.addAll(0, Collections.nCopies(dimensions - shape.size(), 1));
    }
    if (shape.size() != dimensions
        || !shape.subList(0, wanted.size()).equals(wanted)
        || shape.get(wanted.size()) == 0) {
      throw new ModelFileException(
          path,
          "its shape is " + text(file.shape()),
          "the masks ask for %d x %d x %d x the elements of a vector"
              .formatted(layers, heads, tokens));
    }
    int dimension = shape.get(wanted.size());
    List<List<KvVector>> read = new ArrayList<>();
    int at = 0;
    for (int layer = 0; layer < layers; layer++) {
      List<KvVector> vectors = new ArrayList<>();
      for (int i = 0; i < heads * tokens; i++) {
        vectors.add(vector(file, at, dimension));
        at += dimension;
      }
      read.add(vectors);
    }
    return new LayerVectors(read);
  }

  private static KvVector vector(NpyFile file, int start, int dimension) {
    float[] elements = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      elements[i] = (float) file.value(start + i);
      if (Float.isInfinite(elements[i])) {
        throw new ModelFileException(
            file.path(),
            "element %d is %s, beyond single precision".formatted(start + i, file.value(start + i)),
            "scale the vectors");
      }
    }
    return KvVector.quantise(elements, 0, dimension);
  }

  private static String text(List<Integer> shape) {
    return shape.stream().map(String::valueOf).collect(Collectors.joining(" x "));
  }

  /** Elements of a vector. */
  public int dimension() {
    return layers.get(0).get(0).length();
  }
}
