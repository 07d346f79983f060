package dev.heddle.accel.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heddle.accel.format.BlockRouting.Router;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which blocks queries choose, against gates in arithmetic without roundings. */
class BlockRoutingTest {
  private static final int ELEMENTS = 16;

  private static KvVector random(Random random) {
    byte[] codes = new byte[ELEMENTS];
    for (int i = 0; i < ELEMENTS; i++) {
      codes[i] = (byte) (random.nextInt(255) - Int8Block.MAX_CODE);
    }
    return KvVector.of(codes, random.nextInt(4) - 8);
  }

  private static List<KvVector> random(Random random, int count) {
    return IntStream.range(0, count).mapToObj(i -> random(random)).toList();
  }

  private static List<KeySummary> summaries(BlockRouting routing, List<KvVector> keys) {
    List<KeySummary> summaries = new ArrayList<>();
    routing.summarise(keys, summaries);
    return summaries;
  }

  /** The product of a query and the mean of keys, exact but for the roundings of doubles. */
  private static double mean(KvVector query, List<KvVector> keys) {
    double sum = 0;
    for (KvVector key : keys) {
      sum += Math.scalb((double) query.dot(key), query.exponent() + key.exponent());
    }
    return sum / keys.size();
  }

  /** Quest's bound over the values themselves. */
  private static double bound(KvVector query, List<KvVector> keys) {
    double bound = 0;
    float[] q = query.dequantise();
    for (int i = 0; i < ELEMENTS; i++) {
      int element = i;
      double low = keys.stream().mapToDouble(key -> key.dequantise()[element]).min().orElseThrow();
      double high = keys.stream().mapToDouble(key -> key.dequantise()[element]).max().orElseThrow();
      bound += Math.max(q[i] * low, q[i] * high);
    }
    return bound;
  }

  @ParameterizedTest
  @CsvSource({"64, 3, 1344", "64, 1, 512", "64, 8, 2304", "16, 4, 1952"})
  void everyTokenSeesItsBlockAndTheOnesWithTheLargestMeans(int size, int count, int visits) {
    Random random = new Random(11);
    List<KvVector> keys = random(random, 512);
    BlockRouting routing = new BlockRouting(Router.MOBA, size, count);
    List<KeySummary> summaries = summaries(routing, keys);
    int visited = 0;
    for (int token = 0; token < keys.size(); token++) {
      int i = token;
      KvVector query = random(random);
      List<Integer> seen = routing.blocks(i, List.of(query), summaries);
      int own = i / size;
      assertThat(seen).isSorted().doesNotHaveDuplicates().endsWith(own);
      assertThat(seen).hasSize(Math.min(own + 1, count));
      // Roundings may exchange blocks of nearly equal means, and no others.
      double[] means =
          IntStream.range(0, own)
              .mapToDouble(b -> mean(query, keys.subList(b * size, (b + 1) * size)))
              .toArray();
      double least =
          seen.stream()
              .filter(b -> b < own)
              .mapToDouble(b -> means[b])
              .min()
              .orElse(Double.POSITIVE_INFINITY);
      double tolerance = 1e-3 * Math.scalb(127.0 * 127.0, query.exponent() - 5);
      for (int b = 0; b < own; b++) {
        assertThat(seen.contains(b) || means[b] <= least + tolerance).as("block %d", b).isTrue();
      }
      visited += seen.size();
      int tokens = seen.stream().mapToInt(b -> Math.min((b + 1) * size, i + 1) - b * size).sum();
      assertThat(routing.seen(i)).isEqualTo(tokens);
      assertThat(routing.mostSeen(i + 1)).isGreaterThanOrEqualTo(tokens);
    }
    assertThat(visited).isEqualTo(visits);
  }

  @Test
  void aGateOfBoundsIsNoSmallerThanAnyProductAndCloseToTheExactBound() {
    Random random = new Random(12);
    for (int round = 0; round < 500; round++) {
      List<KvVector> keys = random(random, 16);
      KvVector query = random(random);
      double gate = new KeyBounds(keys).gate(new QueryGroup(List.of(query)));
      double exact = bound(query, keys);
      assertThat(gate).isGreaterThanOrEqualTo(exact);
      // Rounded outwards by less than a code in each place.
      assertThat(gate - exact)
          .isLessThanOrEqualTo(Math.scalb(127.0 * ELEMENTS, query.exponent() - 5));
      for (KvVector key : keys) {
        assertThat(gate)
            .isGreaterThanOrEqualTo(
                Math.scalb((double) query.dot(key), query.exponent() + key.exponent()));
      }
    }
  }

  @Test
  void aMeanIsOffByLessThanItsLastBitButOne() {
    Random random = new Random(13);
    for (int round = 0; round < 200; round++) {
      List<KvVector> keys = random(random, 32);
      KeyCentroid centroid = new KeyCentroid(keys);
      for (int i = 0; i < ELEMENTS; i++) {
        int element = i;
        double mean =
            keys.stream().mapToDouble(key -> key.dequantise()[element]).average().orElseThrow();
        int unit = centroid.exponent() - KeyCentroid.FRACTION_BITS;
        assertThat(Math.scalb((double) centroid.element(i), unit))
            .isBetween(mean - Math.scalb(1.5, unit), mean + Math.scalb(0.5, unit));
        assertThat(centroid.element(i)).isBetween((int) Short.MIN_VALUE, (int) Short.MAX_VALUE);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Router.class)
  void aBlockThatAQueryWantsMostIsAlwaysSeen(Router router) {
    Random random = new Random(14);
    BlockRouting routing = new BlockRouting(router, 16, 2);
    for (int needle = 0; needle < 15; needle++) {
      KvVector query = random(random);
      byte[] along = new byte[ELEMENTS];
      for (int i = 0; i < ELEMENTS; i++) {
        along[i] = query.code(i);
      }
      List<KvVector> keys = new ArrayList<>(random(random, 256));
      for (int i = 0; i < 16; i++) {
        keys.set(needle * 16 + i, KvVector.of(along, -3));
      }
      assertThat(routing.blocks(255, List.of(query), summaries(routing, keys)))
          .containsExactly(needle, 15);
    }
  }

  @ParameterizedTest
  @EnumSource(Router.class)
  void ofEqualBlocksTheLowerOnesAreSeen(Router router) {
    BlockRouting routing = new BlockRouting(router, 4, 3);
    Random random = new Random(15);
    KvVector key = random(random);
    List<KeySummary> summaries = summaries(routing, Collections.nCopies(40, key));
    assertThat(routing.blocks(39, List.of(random(random)), summaries)).containsExactly(0, 1, 9);
  }

  @Test
  void ofEqualGatesWhichBothZerosAreTheLowerBlocksAreSeen() {
    assertThat(BlockRouting.largest(new float[] {-0f, 0f, -1f}, 2)).containsExactly(0, 3);
    assertThat(BlockRouting.largest(new float[] {0f, -0f, -1f}, 2)).containsExactly(0, 3);
    assertThat(BlockRouting.largest(new float[] {1f, 2f, 2f, 2f, 0f}, 3)).containsExactly(1, 2, 5);
    assertThat(BlockRouting.largest(new float[] {-3f, -2f, -3f}, 3)).containsExactly(0, 1, 3);
    assertThat(BlockRouting.largest(new float[0], 3)).containsExactly(0);
  }

  @ParameterizedTest
  @EnumSource(Router.class)
  void aGateOfOneQueryIsTheExactSumRoundedOnce(Router router) {
    Random random = new Random(17);
    for (int round = 0; round < 200; round++) {
      KvVector query = random(random);
      KeySummary summary = router.summary(random(random, 16));
      long sum = 0;
      for (int i = 0; i < ELEMENTS; i++) {
        int low = query.code(i) * summary.low(i);
        int high = query.code(i) * summary.high(i);
        int mean = query.code(i) * (256 * summary.high(i) + Byte.toUnsignedInt(summary.low(i)));
        sum += router == Router.MOBA ? mean : Math.max(low, high);
      }
      int fraction = router == Router.MOBA ? KeyCentroid.FRACTION_BITS : 0;
      float exact =
          (float) Math.scalb((double) sum, summary.exponent() + query.exponent() - fraction);
      assertThat(summary.gate(new QueryGroup(List.of(query)))).isEqualTo(exact);
    }
  }

  @ParameterizedTest
  @EnumSource(Router.class)
  void headsThatShareKeysAddTheirGates(Router router) {
    Random random = new Random(18);
    for (int round = 0; round < 200; round++) {
      List<KvVector> heads = random(random, 4);
      KeySummary summary = router.summary(random(random, 16));
      double sum = 0;
      double magnitude = 0;
      for (KvVector head : heads) {
        float gate = summary.gate(new QueryGroup(List.of(head)));
        sum += gate;
        magnitude += Math.abs(gate);
      }
      // Exponents are no more than 8 apart, so only the roundings to fp32 differ.
      assertThat((double) summary.gate(new QueryGroup(heads)))
          .isCloseTo(sum, within(magnitude * 0x1p-23));
    }
  }

  @ParameterizedTest
  @EnumSource(Router.class)
  void aSummaryIsWhatItsBytesSay(Router router) {
    Random random = new Random(19);
    KeySummary summary = router.summary(random(random, 64));
    byte[] low = new byte[ELEMENTS];
    byte[] high = new byte[ELEMENTS];
    for (int i = 0; i < ELEMENTS; i++) {
      low[i] = summary.low(i);
      high[i] = summary.high(i);
    }
    KeySummary again = router.summary(low, high, summary.exponent());
    QueryGroup queries = new QueryGroup(random(random, 3));
    assertThat(again.gate(queries)).isEqualTo(summary.gate(queries)).isNotZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "12  | 2   | blocks of 12 tokens; the tokens of a block are a power of two, such as 8",
        "0   | 2   | blocks of 0 tokens; the tokens of a block are a power of two, such as 1",
        "16  | 0   | 0 blocks; a token sees at least 1, its own",
        "128 | 129 | 129 blocks of 128 tokens; a token can see at most 16384 tokens"
      })
  void impossibleBlocksAreExplained(int size, int count, String message) {
    assertThatThrownBy(() -> new BlockRouting(Router.MOBA, size, count))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -4, 3, 32})
  void impossibleTilesAreExplained(int tile) {
    assertThatThrownBy(() -> new BlockRouting(Router.MOBA, 16, 2, tile))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "tiles of %d tokens; the tokens of a tile are a power of two up to those of a block, 16",
            tile);
  }

  @Test
  void theFirstTokenOfATileChooses() {
    BlockRouting routing = new BlockRouting(Router.QUEST, 16, 2, 4);
    assertThat(IntStream.range(0, 17).filter(routing::chooses)).containsExactly(0, 4, 8, 12, 16);
    assertThat(routing).hasToString("quest=16,2,4");
    BlockRouting each = new BlockRouting(Router.QUEST, 16, 2);
    assertThat(IntStream.range(0, 17).allMatch(each::chooses)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(Router.class)
  void aQueryOfAnotherLengthIsRefused(Router router) {
    KeySummary keys = router.summary(random(new Random(16), 4));
    assertThatThrownBy(() -> keys.gate(new QueryGroup(List.of(KvVector.of(new byte[3], 0)))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a query of 3 elements for keys of 16");
  }

  @Test
  void queriesThatChooseTogetherAreOfOneLength() {
    List<KvVector> queries = List.of(random(new Random(20)), KvVector.of(new byte[3], 0));
    assertThatThrownBy(() -> new QueryGroup(queries))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a query of 16 elements for keys of 3");
  }
}
