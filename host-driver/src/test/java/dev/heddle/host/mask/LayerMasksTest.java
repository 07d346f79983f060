package dev.heddle.host.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.mask.AttentionMask;
import dev.heddle.host.model.ModelFileException;
import dev.heddle.host.model.NpyWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayerMasksTest {
  @TempDir private Path folder;

  private Path file(String shape, boolean... values) throws IOException {
    return NpyWriter.write(folder.resolve("mask.npy"), shape, values);
  }

  @Test
  void theLastDimensionsAreLayerHeadQueryAndKey() throws IOException {
    boolean[] pruned = new boolean[2 * 2 * 1 * 3];
    pruned[0] = true;
    pruned[11] = true;
    List<AttentionMask> layers = LayerMasks.read(file("(2, 2, 1, 3)", pruned), false).layers();
    assertThat(layers).hasSize(2);
    assertThat(layers.get(0).keysOf(0)).containsExactly(1, 2);
    assertThat(layers.get(0).keysOf(1)).containsExactly(3, 4, 5);
    assertThat(layers.get(1).keysOf(1)).containsExactly(3, 4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"(1, 1, 2, 3)", "(1, 2, 3)", "(2, 3)"})
  void layersAndHeadsMayBeLeftOut(String shape) throws IOException {
    Path file = file(shape, true, false, false, false, false, true);
    AttentionMask mask = LayerMasks.read(file, true).layers().get(0);
    assertThat(mask.heads()).isEqualTo(1);
    assertThat(mask.keysOf(0)).containsExactly(0);
    assertThat(mask.keysOf(1)).containsExactly(2);
    assertThat(LayerMasks.read(file, false).layers().get(0).nonZeros()).isEqualTo(4);
  }

  @Test
  void otherShapesAreRefused() throws IOException {
    assertThatThrownBy(() -> LayerMasks.read(file("(2,)", true, false), true))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("its shape is [2]; give an array of the shape [layer, head,");
    assertThatThrownBy(() -> LayerMasks.read(file("(1, 1, 1, 1, 1)", true), true))
        .isInstanceOf(ModelFileException.class);
    assertThatThrownBy(() -> LayerMasks.read(file("(2, 0)"), true))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("without empty dimensions");
  }
}
