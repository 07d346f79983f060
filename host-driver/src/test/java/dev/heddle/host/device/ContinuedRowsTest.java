package dev.heddle.host.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.AttentionState;
import dev.heddle.accel.format.GoldenAttention;
import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.format.ScoreCap;
import dev.heddle.accel.format.ScoreScale;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.host.transport.GoldenTransport;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Rows whose first keys the host has worked on and whose others the machine does. */
class ContinuedRowsTest {
  private static final int ELEMENTS = 64;
  private static final int ROWS = 3;
  private static final int KEYS = 700;

  private static final AttentionShape CUTTING = new AttentionShape(2, 64, 64, 4, 1024, 1024, 8, 64);

  private final Random random = new Random(4);
  private final ScoreScale scale = ScoreScale.ofHeadDimension(ELEMENTS);
  private final ScoreCap cap = ScoreCap.of(30);
  private final List<KvVector> queries = vectors(ROWS);
  private final List<KvVector> keys = vectors(KEYS);
  private final List<KvVector> values = vectors(KEYS);

  private List<KvVector> vectors(int count) {
    List<KvVector> vectors = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] x = new float[ELEMENTS];
      for (int j = 0; j < ELEMENTS; j++) {
        x[j] = (float) random.nextGaussian() * 3;
      }
      vectors.add(KvVector.quantise(x, 0, ELEMENTS));
    }
    return vectors;
  }

  private AttentionState state(KvVector query, int to) {
    return GoldenAttention.state(
        query,
        keys.subList(0, to),
        values.subList(0, to),
        scale,
        (score, key) -> cap.capped(score));
  }

  /** Runs the keys from {@code first} on. */
  private float[][] attend(AttentionShape shape, int first, List<AttentionState> states) {
    Configuration configuration = Configuration.NANO.withAttention(shape);
    KeyValueLayout layout = new KeyValueLayout(KEYS - first, 1, 1);
    try (Device device = Device.open(new GoldenTransport(configuration, 4 << 20), configuration)) {
      MemoryRegion region = device.allocate(layout.bytes(), "keys and values");
      ByteBuffer image = ByteBuffer.allocateDirect((int) layout.bytes());
      for (int i = 0; i < layout.tokens(); i++) {
        KvVector key = keys.get(first + i);
        KvVector value = values.get(first + i);
        key.write(image, (int) layout.key(i));
        value.write(image, (int) layout.value(i));
        int exponents = (int) layout.exponents(i);
        image.put(exponents, (byte) key.exponent()).put(exponents + 1, (byte) value.exponent());
      }
      device.write(region, 0, image);
      HeadEntry entry =
          layout
              .entry(region.address())
              .withCap(cap)
              .with(HeadEntry.KEYS, layout.tokens())
              .with(HeadEntry.GROUP, ROWS)
              .with(HeadEntry.BIDIRECTIONAL, 1)
              .with(HeadEntry.MULTIPLIER, scale.multiplier())
              .with(HeadEntry.EXPONENT, scale.exponent());
      HeadQueries head = new HeadQueries(entry, queries, (long) ROWS * layout.tokens());
      return device.attend(List.of(head.continued(states))).get(0).rows();
    }
  }

  @Test
  void theRestOfARowGoesOnFromTheStateOfItsFirstSegment() {
    int split = GoldenAttention.SEGMENT;
    List<AttentionState> states = queries.stream().map(query -> state(query, split)).toList();
    float[][] rows = attend(CUTTING.withStates().withCaps(), split, states);
    for (int row = 0; row < ROWS; row++) {
      float[] whole = new float[ELEMENTS];
      state(queries.get(row), KEYS).normalise(whole, 0);
      assertThat(rows[row]).isEqualTo(whole);
    }
  }

  @Test
  void statesThatDoNotFitAreRefused() {
    List<AttentionState> few = List.of(AttentionState.empty(ELEMENTS));
    AttentionShape shape = CUTTING.withStates().withCaps();
    assertThatThrownBy(() -> attend(shape, 512, few))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 states for 3 rows; each row goes on from one");
    List<AttentionState> shorter =
        queries.stream().map(query -> AttentionState.empty(ELEMENTS / 2)).toList();
    assertThatThrownBy(() -> attend(shape, 512, shorter))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a state of 32 elements, but the values of the entry have 64");
    List<AttentionState> fitting =
        queries.stream().map(query -> AttentionState.empty(ELEMENTS)).toList();
    assertThatThrownBy(() -> attend(CUTTING.withCaps(), 512, fitting))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the entry goes on from states, but the attention engine reads none; use continued=0");
  }
}
