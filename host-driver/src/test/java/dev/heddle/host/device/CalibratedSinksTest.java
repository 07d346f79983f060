package dev.heddle.host.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.AttentionState;
import dev.heddle.accel.format.GoldenAttention;
import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.format.ScoreScale;
import dev.heddle.accel.format.SinkCalibration;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.HeadEntry.Output;
import dev.heddle.host.transport.GoldenTransport;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A causal head whose sinks weigh less: a second entry has the sinks alone, side by side. */
class CalibratedSinksTest {
  private static final int ELEMENTS = 64;
  private static final int ROWS = 40;
  private static final List<Integer> SINKS = List.of(9, 33);
  private static final AttentionShape ENGINE =
      new AttentionShape(2, 64, 64, 4, 1024, 1024, 8, 64).withMasks().withStates();
  private static final Configuration MACHINE = Configuration.NANO.withAttention(ENGINE);

  private final Random random = new Random(6);
  private final ScoreScale scale = ScoreScale.ofHeadDimension(ELEMENTS);
  private final List<KvVector> queries = vectors();
  private final List<KvVector> keys = vectors();
  private final List<KvVector> values = vectors();

  private List<KvVector> vectors() {
    List<KvVector> vectors = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      float[] x = new float[ELEMENTS];
      for (int j = 0; j < ELEMENTS; j++) {
        x[j] = (float) random.nextGaussian();
      }
      vectors.add(KvVector.quantise(x, 0, ELEMENTS));
    }
    return vectors;
  }

  /** Writes some keys side by side and returns an entry with them, whose outputs are states. */
  private HeadEntry entry(Device device, List<Integer> places) {
    KeyValueLayout layout = new KeyValueLayout(places.size(), 1, 1);
    MemoryRegion region = device.allocate(layout.bytes(), "keys and values");
    ByteBuffer image = ByteBuffer.allocateDirect((int) layout.bytes());
    for (int i = 0; i < places.size(); i++) {
      KvVector key = keys.get(places.get(i));
      KvVector value = values.get(places.get(i));
      key.write(image, (int) layout.key(i));
      value.write(image, (int) layout.value(i));
      int exponents = (int) layout.exponents(i);
      image.put(exponents, (byte) key.exponent()).put(exponents + 1, (byte) value.exponent());
    }
    device.write(region, 0, image);
    return layout
        .entry(region.address())
        .with(HeadEntry.OUTPUT_FORMAT, Output.STATE.ordinal())
        .with(HeadEntry.KEYS, places.size())
        .with(HeadEntry.GROUP, 1)
        .with(HeadEntry.WINDOW, ENGINE.keys())
        .with(HeadEntry.MULTIPLIER, scale.multiplier())
        .with(HeadEntry.EXPONENT, scale.exponent());
  }

  private static List<Integer> upTo(int row) {
    return IntStream.rangeClosed(0, row).boxed().toList();
  }

  private AttentionState state(int row, List<Integer> places) {
    return GoldenAttention.state(
        queries.get(row),
        places.stream().map(keys::get).toList(),
        places.stream().map(values::get).toList(),
        scale);
  }

  @Test
  void theStatesOfTwoEntriesGiveTheRowsThatTheContractHas() {
    SinkCalibration calibration = new SinkCalibration(0.4);
    int first = SINKS.get(0);
    try (Device device = Device.open(new GoldenTransport(MACHINE, 4 << 20), MACHINE)) {
      List<Long> masks = new ArrayList<>(Collections.nCopies(ROWS - first, 3L));
      Collections.fill(masks.subList(0, SINKS.get(1) - first), 1L);
      HeadQueries all = new HeadQueries(entry(device, upTo(ROWS - 1)), queries, 0);
      HeadQueries sinks =
          new HeadQueries(entry(device, SINKS), queries.subList(first, ROWS), 0).masked(masks);
      List<HeadOutputs> outputs = device.attend(List.of(all, sinks));
      for (int row = 0; row < ROWS; row++) {
        int seenBy = row;
        float[] expected = new float[ELEMENTS];
        List<Integer> seen = SINKS.stream().filter(sink -> sink <= seenBy).toList();
        AttentionState ofRow = state(row, upTo(row));
        calibration.row(
            ofRow, seen.isEmpty() ? AttentionState.empty(ELEMENTS) : state(row, seen), expected, 0);
        float[] actual = new float[ELEMENTS];
        calibration.row(
            outputs.get(0).states().get(row),
            row < first ? AttentionState.empty(ELEMENTS) : outputs.get(1).states().get(row - first),
            actual,
            0);
        assertThat(actual).as("row %d", row).isEqualTo(expected);
        float[] plain = new float[ELEMENTS];
        ofRow.normalise(plain, 0);
        assertThat(outputs.get(0).rows()[row]).isEqualTo(plain);
        assertThat(Arrays.equals(actual, plain)).isEqualTo(row < first);
      }
    }
  }
}
