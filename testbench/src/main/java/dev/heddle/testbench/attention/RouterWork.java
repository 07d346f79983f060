package dev.heddle.testbench.attention;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.BlockRouting;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.golden.GoldenRoute;
import dev.heddle.accel.golden.GoldenSummary;
import dev.heddle.accel.golden.RouteCheck;
import dev.heddle.accel.golden.SummaryImage;
import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.Operation;
import dev.heddle.accel.isa.RouteEntry;
import dev.heddle.accel.isa.SummaryEntry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Work for a router beside {@link AttentionWork}, in the same image of card memory: summaries of
 * the blocks of its paged entries, and the choice among them.
 *
 * <pre>
 *   SUMMARISE --> summaries --> ROUTE --> page lists --> ATTEND
 * </pre>
 */
public final class RouterWork {
  private final AttentionWork work;
  private final List<SummaryEntry> summaries = new ArrayList<>();
  private final List<RouteEntry> routes = new ArrayList<>();

  /** No work yet, in the memory of {@code work}. */
  public RouterWork(AttentionWork work) {
    this.work = work;
  }

  /** The blocks that are summarised. */
  public List<SummaryEntry> summaries() {
    return summaries;
  }

  /** The choices. */
  public List<RouteEntry> routes() {
    return routes;
  }

  /**
   * Leaves an entry whose rows are the queries of the last tokens, all of one block, those of its
   * listed pages that the queries of the first of them choose: the complete ones are summarised,
   * and the list is what a route entry gives.
   */
  public RouteEntry route(HeadEntry head, BlockRouting routing) {
    int last = Math.toIntExact(head.value(HeadEntry.KEYS)) - 1;
    int blocks = last / routing.size();
    int keyLines = Math.toIntExact(head.value(HeadEntry.KEY_LINES));
    int bytes = new SummaryImage(keyLines).bytes();
    RouteEntry entry =
        new RouteEntry()
            .with(RouteEntry.ROUTER, routing.router().ordinal())
            .with(RouteEntry.KEY_LINES, keyLines)
            .with(RouteEntry.COUNT, routing.count())
            .with(RouteEntry.ROWS, head.value(HeadEntry.GROUP))
            .with(RouteEntry.BLOCKS, blocks)
            .with(RouteEntry.QUERIES, head.value(HeadEntry.QUERIES))
            .with(RouteEntry.QUERY_EXPONENTS, head.value(HeadEntry.QUERY_EXPONENTS))
            .with(RouteEntry.SUMMARIES, work.allocate(blocks * bytes))
            .with(RouteEntry.SUMMARY_EXPONENTS, work.allocate(blocks))
            .with(RouteEntry.PAGES, head.value(HeadEntry.PAGES));
    for (int block = 0; block < blocks; block++) {
      summaries.add(summary(head, routing, entry, block));
    }
    int pages = GoldenRoute.pages(entry);
    entry.with(RouteEntry.OUTPUT, work.allocate(GoldenRoute.outputBytes(pages)));
    AttentionWork.see(head.with(HeadEntry.PAGES, entry.value(RouteEntry.OUTPUT)), routing, pages);
    routes.add(entry);
    return entry;
  }

  private SummaryEntry summary(HeadEntry head, BlockRouting routing, RouteEntry route, int block) {
    int list = Math.toIntExact(head.value(HeadEntry.PAGES));
    long page = (long) work.image().getInt(list + block * GoldenHead.PAGE_BYTES) * GoldenHead.LINE;
    int bytes = new SummaryImage((int) head.value(HeadEntry.KEY_LINES)).bytes();
    return new SummaryEntry()
        .with(SummaryEntry.ROUTER, routing.router().ordinal())
        .with(SummaryEntry.KEY_LINES, head.value(HeadEntry.KEY_LINES))
        .with(SummaryEntry.KEYS, routing.size())
        .with(SummaryEntry.KEY_ROWS, head.value(HeadEntry.KEY_ROWS) + page)
        .with(SummaryEntry.KEY_EXPONENTS, head.value(HeadEntry.KEY_EXPONENTS) + page)
        .with(SummaryEntry.SUMMARY, route.value(RouteEntry.SUMMARIES) + (long) block * bytes)
        .with(SummaryEntry.SUMMARY_EXPONENT, route.value(RouteEntry.SUMMARY_EXPONENTS) + block);
  }

  /** Adds a block that is summarised. */
  public void add(SummaryEntry entry) {
    summaries.add(entry);
  }

  /** Adds a choice. */
  public void add(RouteEntry entry) {
    routes.add(entry);
  }

  /** Writes the summary table and returns the descriptor that runs it. */
  public Descriptor summarise() {
    int table = work.allocate(summaries.size() * SummaryEntry.BYTES);
    for (int i = 0; i < summaries.size(); i++) {
      summaries.get(i).encode(work.image(), table + i * SummaryEntry.BYTES);
    }
    return AttentionWork.run(
            Operation.SUMMARISE, table, SummaryEntry.BYTES, List.of(summaries.size()))
        .get(0);
  }

  /**
   * Writes the route table and returns the descriptors that run it.
   *
   * @param counts how many entries each runs, all of them together
   */
  public List<Descriptor> route(List<Integer> counts) {
    int table = work.allocate(routes.size() * RouteEntry.BYTES);
    for (int i = 0; i < routes.size(); i++) {
      routes.get(i).encode(work.image(), table + i * RouteEntry.BYTES);
    }
    return AttentionWork.run(Operation.ROUTE, table, RouteEntry.BYTES, counts);
  }

  /**
   * Executes all entries on the image in Java, summaries first.
   *
   * @throws IllegalArgumentException when the router of {@code configuration} cannot take an entry
   */
  public void runGolden(Configuration configuration) {
    ByteBuffer image = work.image();
    for (SummaryEntry entry : summaries) {
      RouteCheck.require(configuration, entry);
      new GoldenSummary(entry, image).run();
    }
    for (RouteEntry entry : routes) {
      RouteCheck.require(configuration, entry);
      new GoldenRoute(entry, image).run();
    }
  }
}
