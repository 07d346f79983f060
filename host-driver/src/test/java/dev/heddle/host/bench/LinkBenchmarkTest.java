package dev.heddle.host.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.host.link.LineFaults;
import dev.heddle.host.link.LinkStatistics;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class LinkBenchmarkTest {
  private static final long FRAMES = 50_000;

  @TestFactory
  Stream<DynamicTest> overALineWithFaultsNothingIsLostAndNothingComesTwice() {
    return LinkBenchmark.FAULTS.entrySet().stream()
        .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> soak(entry.getValue())));
  }

  private static void soak(LineFaults faults) {
    long seed = Long.getLong("heddle.seed", System.nanoTime());
    System.out.println("link: heddle.seed=" + seed);
    LinkStatistics statistics = new LinkSoak(faults, 1_000_000, seed).run(FRAMES);
    assertThat(statistics.sent()).isGreaterThanOrEqualTo(FRAMES);
    assertThat(statistics.repeated()).isPositive();
    if (faults.losses() > 0) {
      assertThat(statistics.reconnects()).isPositive();
    }
  }

  @Test
  void aSoundLineIsUsedToTheFull() {
    new LinkBenchmark(FRAMES)
        .run(
            workload ->
                Set.of("write/1ms", "write/16ms", "read/1ms", "read/16ms").contains(workload))
        .forEach(
            result ->
                assertThat(result.value())
                    .as(result.workload())
                    .isBetween(result.workload().startsWith("write") ? 0.92 : 0.85, 1.0));
  }
}
