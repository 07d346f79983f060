package dev.heddle.host.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.GoldenAttention;
import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.format.ScoreScale;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.isa.HeadEntry.Output;
import dev.heddle.accel.mask.AttentionMask;
import dev.heddle.host.device.Device;
import dev.heddle.host.transport.GoldenTransport;
import dev.heddle.host.transport.SimulatorTransport;
import dev.heddle.host.transport.Transport;
import dev.heddle.testbench.BuildProgress;
import dev.heddle.testbench.MemoryModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layers with fixed masks on a device, against each row computed by itself. */
class VisionAttentionTest {
  /** 64 rows and 128 keys an entry, so that heads of a layer must be shared out. */
  private static final Configuration CONFIGURATION =
      Configuration.NANO.withAttention(
          new AttentionShape(2, 64, 64, 4, 128, 64, 32, 64).withSchedule().withBlocks());

  private static final int SEED = 5;

  private record Work(
      List<AttentionMask> masks, LayerVectors queries, LayerVectors keys, LayerVectors values) {
    static Work random(
        int layers, int heads, int queries, int keys, int keyDimension, int valueDimension) {
      Random random = new Random(SEED);
      List<AttentionMask> masks = new ArrayList<>();
      for (int layer = 0; layer < layers; layer++) {
        boolean[][][] kept = new boolean[heads][queries][keys];
        for (boolean[][] head : kept) {
          for (int query = 0; query < queries; query++) {
            // Every fifth row sees nothing, and the whole of layer 1.
            for (int key = 0; key < keys && query % 5 != 4 && layer != 1; key++) {
              head[query][key] = random.nextInt(3) == 0;
            }
          }
        }
        masks.add(AttentionMask.of(kept));
      }
      return new Work(
          masks,
          vectors(random, layers, heads * queries, keyDimension),
          vectors(random, layers, heads * keys, keyDimension),
          vectors(random, layers, heads * keys, valueDimension));
    }

    private static LayerVectors vectors(Random random, int layers, int count, int dimension) {
      List<List<KvVector>> vectors = new ArrayList<>();
      for (int layer = 0; layer < layers; layer++) {
        List<KvVector> ofLayer = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          float[] elements = new float[dimension];
          for (int j = 0; j < dimension; j++) {
            elements[j] = (float) random.nextGaussian();
          }
          ofLayer.add(KvVector.quantise(elements, 0, dimension));
        }
        vectors.add(ofLayer);
      }
      return new LayerVectors(vectors);
    }

    VisionAttention attention(Configuration configuration, Output output) {
      return new VisionAttention(
          configuration, masks, queries.dimension(), values.dimension(), output);
    }

    /** The same with a key for every row. */
    Work withoutEmptyRows() {
      List<AttentionMask> full = new ArrayList<>();
      for (AttentionMask mask : masks) {
        boolean[][][] kept = new boolean[mask.heads()][mask.queries()][mask.keysPerHead()];
        for (int row = 0; row < mask.rows(); row++) {
          boolean[] of = kept[row / mask.queries()][row % mask.queries()];
          of[row % of.length] = true;
          for (int key : mask.keysOf(row)) {
            of[key % of.length] = true;
          }
        }
        full.add(AttentionMask.of(kept));
      }
      return new Work(full, queries, keys, values);
    }

    float[][][] on(Transport transport, VisionAttention attention) {
      try (Device device = Device.open(transport, CONFIGURATION)) {
        float[][][] first = attention.rows(device, queries, keys, values);
        // What was there before must not shine through rows without keys.
        assertThat(attention.rows(device, queries, keys, values)).isDeepEqualTo(first);
        assertThat(device.freeBytes()).isNotNegative();
        return first;
      }
    }

    float[][][] expected() {
      ScoreScale scale = ScoreScale.ofHeadDimension(queries.dimension());
      float[][][] rows = new float[masks.size()][][];
      for (int layer = 0; layer < rows.length; layer++) {
        AttentionMask mask = masks.get(layer);
        rows[layer] = new float[mask.rows()][values.dimension()];
        for (int row = 0; row < mask.rows(); row++) {
          List<KvVector> seenKeys = new ArrayList<>();
          List<KvVector> seenValues = new ArrayList<>();
          for (int key : mask.keysOf(row)) {
            seenKeys.add(keys.layers().get(layer).get(key));
            seenValues.add(values.layers().get(layer).get(key));
          }
          if (!seenKeys.isEmpty()) {
            KvVector query = queries.layers().get(layer).get(row);
            GoldenAttention.row(query, seenKeys, seenValues, scale, rows[layer][row], 0);
          }
        }
      }
      return rows;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 9, 20, 64, 64",
    "3, 3, 21, 21, 64, 64",
    "2, 6, 12, 40, 40, 64",
    "2, 2, 64, 31, 16, 24"
  })
  void theRowsAreThoseThatEachQueryGivesByItself(
      int layers, int heads, int queries, int keys, int keyDimension, int valueDimension) {
    Work work = Work.random(layers, heads, queries, keys, keyDimension, valueDimension);
    assertRowsAre(work.expected(), work, work.attention(CONFIGURATION, Output.FP32));
  }

  @Test
  void outputsCanBeRoundedToCodes() {
    Work work = Work.random(3, 3, 21, 21, 64, 64).withoutEmptyRows();
    float[][][] rounded = work.expected();
    for (float[][] layer : rounded) {
      for (float[] row : layer) {
        for (int from = 0; from < row.length; from += WeightFormat.BLOCK) {
          KvVector block = KvVector.quantise(row, from, from + WeightFormat.BLOCK);
          System.arraycopy(block.dequantise(), 0, row, from, WeightFormat.BLOCK);
        }
      }
    }
    assertRowsAre(rounded, work, work.attention(CONFIGURATION, Output.X8));
  }

  private static void assertRowsAre(float[][][] expected, Work work, VisionAttention attention) {
    Transport golden = new GoldenTransport(CONFIGURATION, attention.memoryBytes());
    assertThat(work.on(golden, attention)).isDeepEqualTo(expected);
    Transport simulated =
        new SimulatorTransport(
            CONFIGURATION,
            attention.memoryBytes(),
            MemoryModel.parse("random:3"),
            BuildProgress.SILENT);
    assertThat(work.on(simulated, attention)).isDeepEqualTo(expected);
  }

  @Test
  void whatTheEngineCannotTakeIsRefusedBeforeAnythingRuns() {
    Work wide = Work.random(1, 1, 4, 8, 65, 64);
    assertThatThrownBy(() -> wide.attention(CONFIGURATION, Output.FP32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("keys of 65 and values of 64 elements")
        .hasMessageContaining("up to 64 and 64");
    Work tall = Work.random(1, 1, 65, 8, 64, 64);
    assertThatThrownBy(() -> tall.attention(CONFIGURATION, Output.FP32))
        .hasMessageContaining("layer 0 has 65 queries and 8 keys a head")
        .hasMessageContaining("up to 64 rows, 128 keys and rows of 32");
    Work plain = Work.random(1, 1, 5, 8, 64, 64);
    assertThatThrownBy(() -> plain.attention(Configuration.DEFAULT, Output.FP32))
        .hasMessageContaining("configuration default takes no schedules; use configuration vision");
    assertThatThrownBy(() -> plain.attention(CONFIGURATION, Output.X8))
        .hasMessageContaining("1 rows without keys");
  }
}
