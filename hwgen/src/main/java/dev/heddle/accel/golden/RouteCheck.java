package dev.heddle.accel.golden;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.RouterShape;
import dev.heddle.accel.format.BlockRouting.Router;
import dev.heddle.accel.isa.RouteEntry;
import dev.heddle.accel.isa.SummaryEntry;

/**
 * Refuses entries of the route and the summary table that a router would answer with garbage or by
 * hanging, and says what is wrong with them. What is read from card memory is not looked at.
 */
public final class RouteCheck {
  private RouteCheck() {}

  /**
   * Demands that the router of {@code configuration} can execute {@code entry}.
   *
   * @throws IllegalArgumentException that names the field that does not fit
   */
  public static void require(Configuration configuration, RouteEntry entry) {
    RouterShape shape = router(configuration);
    FieldCheck check = new FieldCheck(entry);
    check.between(RouteEntry.ROUTER, 0, Router.values().length - 1);
    check.between(RouteEntry.KEY_LINES, 1, keyLines(configuration));
    check.between(RouteEntry.COUNT, 1, shape.count());
    check.between(RouteEntry.ROWS, 1, shape.rows());
    check.between(RouteEntry.BLOCKS, 0, shape.blocks());
    check.aligned(
        GoldenHead.LINE,
        RouteEntry.QUERIES,
        RouteEntry.QUERY_EXPONENTS,
        RouteEntry.SUMMARIES,
        RouteEntry.SUMMARY_EXPONENTS,
        RouteEntry.PAGES,
        RouteEntry.OUTPUT);
  }

  /**
   * Demands that the router of {@code configuration} can execute {@code entry}.
   *
   * @throws IllegalArgumentException that names the field that does not fit
   */
  public static void require(Configuration configuration, SummaryEntry entry) {
    router(configuration);
    FieldCheck check = new FieldCheck(entry);
    check.between(SummaryEntry.ROUTER, 0, Router.values().length - 1);
    check.between(SummaryEntry.KEY_LINES, 1, keyLines(configuration));
    check.between(SummaryEntry.KEYS, 1, RouterShape.MOST_KEYS);
    long keys = entry.value(SummaryEntry.KEYS);
    if (Long.bitCount(keys) != 1) {
      throw new IllegalArgumentException("keys is %d but must be a power of two".formatted(keys));
    }
    check.aligned(
        GoldenHead.LINE, SummaryEntry.KEY_ROWS, SummaryEntry.KEY_EXPONENTS, SummaryEntry.SUMMARY);
  }

  private static RouterShape router(Configuration configuration) {
    return configuration
        .router()
        .orElseThrow(() -> new IllegalArgumentException("the machine has no router"));
  }

  private static int keyLines(Configuration configuration) {
    return configuration.attention().map(AttentionShape::keyDimension).orElseThrow()
        / GoldenHead.LINE;
  }
}
