package dev.heddle.accel.golden;

import static dev.heddle.accel.golden.GoldenHead.LINE;
import static dev.heddle.accel.golden.GoldenHead.PAGE_BYTES;

import dev.heddle.accel.format.BlockRouting;
import dev.heddle.accel.format.BlockRouting.Router;
import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.format.QueryGroup;
import dev.heddle.accel.isa.MemoryField;
import dev.heddle.accel.isa.RouteEntry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Executes one entry of the route table on card memory: reads queries and summaries, chooses blocks
 * by {@link BlockRouting#largest}, writes the list of their pages.
 */
public final class GoldenRoute {
  private final RouteEntry entry;
  private final ByteBuffer memory;

  /** The execution of {@code entry} on {@code memory}. */
  public GoldenRoute(RouteEntry entry, ByteBuffer memory) {
    this.entry = entry;
    this.memory = memory.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Chooses the blocks and writes their pages. */
  public void run() {
    List<Integer> chosen = BlockRouting.largest(gates(), value(RouteEntry.COUNT));
    for (int i = 0; i < outputBytes(chosen.size()) / PAGE_BYTES; i++) {
      int page =
          i < chosen.size()
              ? memory.getInt(value(RouteEntry.PAGES) + chosen.get(i) * PAGE_BYTES)
              : 0;
      memory.putInt(value(RouteEntry.OUTPUT) + i * PAGE_BYTES, page);
    }
  }

  /** The gates of the blocks before the token's own. */
  public float[] gates() {
    QueryGroup queries = new QueryGroup(queries());
    Router router = Router.values()[value(RouteEntry.ROUTER)];
    SummaryImage image = new SummaryImage(value(RouteEntry.KEY_LINES));
    float[] gates = new float[value(RouteEntry.BLOCKS)];
    for (int block = 0; block < gates.length; block++) {
      int start = value(RouteEntry.SUMMARIES) + block * image.bytes();
      int exponent = memory.get(value(RouteEntry.SUMMARY_EXPONENTS) + block);
      gates[block] = image.read(router, memory, start, exponent).gate(queries);
    }
    return gates;
  }

  private List<KvVector> queries() {
    List<KvVector> queries = new ArrayList<>();
    byte[] codes = new byte[value(RouteEntry.KEY_LINES) * LINE];
    for (int row = 0; row < value(RouteEntry.ROWS); row++) {
      memory.get(value(RouteEntry.QUERIES) + row * codes.length, codes);
      queries.add(KvVector.of(codes, memory.get(value(RouteEntry.QUERY_EXPONENTS) + row)));
    }
    return queries;
  }

  /** Pages that an entry lists. */
  public static int pages(RouteEntry entry) {
    return (int) Math.min(entry.value(RouteEntry.BLOCKS) + 1, entry.value(RouteEntry.COUNT));
  }

  /** Bytes of a list of {@code pages} pages, whole lines. */
  public static int outputBytes(int pages) {
    return GoldenHead.lines(pages * PAGE_BYTES) * LINE;
  }

  private int value(MemoryField field) {
    return Math.toIntExact(entry.value(field));
  }
}
