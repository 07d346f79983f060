package dev.heddle.accel.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
      double gate = new KeyBounds(keys).gate(query);
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
        assertThat(Math.scalb((double) centroid.element(i), centroid.exponent()))
            .isBetween(
                mean - Math.scalb(1.5, centroid.exponent()),
                mean + Math.scalb(0.5, centroid.exponent()));
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
  void aGateThatUnderflowsFromBelowIsTheZeroOfOthers() {
    BlockRouting routing = new BlockRouting(Router.MOBA, 1, 2);
    // The sum of block 0 is negative and too small, so that it becomes -0.
    List<KeySummary> summaries =
        List.of(
            query -> query.exponent() == 0 ? Float.MIN_NORMAL : -1.5f * Float.MIN_NORMAL,
            query -> 0f);
    List<KvVector> heads =
        List.of(KvVector.of(new byte[ELEMENTS], 0), KvVector.of(new byte[ELEMENTS], 1));
    assertThat(routing.blocks(2, heads, summaries)).containsExactly(0, 2);
  }

  @ParameterizedTest
  @EnumSource(Router.class)
  void headsThatShareKeysAddTheirGates(Router router) {
    BlockRouting routing = new BlockRouting(router, 1, 2);
    List<KeySummary> summaries = new ArrayList<>();
    for (float[] gates : new float[][] {{9, 0}, {6, 6}, {0, 9}}) {
      summaries.add(query -> gates[query.exponent()]);
    }
    List<KvVector> heads =
        List.of(KvVector.of(new byte[ELEMENTS], 0), KvVector.of(new byte[ELEMENTS], 1));
    assertThat(routing.blocks(3, heads, summaries)).containsExactly(1, 3);
    assertThat(routing.blocks(3, heads.subList(0, 1), summaries)).containsExactly(0, 3);
    assertThat(routing.blocks(3, heads.subList(1, 2), summaries)).containsExactly(2, 3);
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
  @EnumSource(Router.class)
  void aQueryOfAnotherLengthIsRefused(Router router) {
    KeySummary keys = router.summary(random(new Random(16), 4));
    assertThatThrownBy(() -> keys.gate(KvVector.of(new byte[3], 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a query of 3 elements for keys of 16");
  }
}
