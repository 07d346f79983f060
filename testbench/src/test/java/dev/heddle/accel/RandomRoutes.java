package dev.heddle.accel;

import dev.heddle.accel.format.BlockRouting.Router;
import dev.heddle.accel.format.Int8Block;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.golden.GoldenRoute;
import dev.heddle.accel.golden.SummaryImage;
import dev.heddle.accel.isa.RouteEntry;
import dev.heddle.accel.isa.SummaryEntry;
import dev.heddle.testbench.attention.AttentionWork;
import dev.heddle.testbench.attention.RouterWork;
import java.util.Random;

/**
 * Random entries of route and summary tables, of the kinds in which routers go wrong: summaries are
 * random bytes, so that gates take any value.
 */
final class RandomRoutes {
  /** What is special about an entry. */
  enum Kind {
    /** Nothing. */
    ANY,
    /** Only the token's own block. */
    ONE,
    /** As many as there are blocks. */
    ALL,
    /** More than there are blocks. */
    MORE,
    /** All gates are equal. */
    EQUAL,
    /** Some gates are equal. */
    TIES,
    /** Gates are zeros of both signs and tiny numbers. */
    ZEROS,
    /** Gates are below zero. */
    NEGATIVE,
    /** Exponents from one end to the other. */
    EXTREME,
    /** No block before the token's own. */
    NONE,
    /** As many blocks as the router takes. */
    MOST
  }

  private static final int MOST_BLOCKS = 100;
  private static final int MOST_KEYS = 256;

  private final Random random;
  private final RouterShape shape;
  private final int dimension;
  private final AttentionWork memory;
  private final RouterWork work;

  /** Entries for the router of a configuration, of {@code bytes} bytes of card memory. */
  RandomRoutes(long seed, Configuration configuration, int bytes) {
    random = new Random(seed);
    shape = configuration.router().orElseThrow();
    dimension = configuration.attention().orElseThrow().keyDimension();
    memory = new AttentionWork(bytes);
    work = new RouterWork(memory);
  }

  AttentionWork memory() {
    return memory;
  }

  RouterWork work() {
    return work;
  }

  /** Adds an entry that chooses. */
  void route(Kind kind) {
    int lines = 1 + random.nextInt(dimension / GoldenHead.LINE);
    int rows = 1 + random.nextInt(Math.min(4, shape.rows()));
    int blocks =
        switch (kind) {
          case NONE -> 0;
          case MOST -> shape.blocks();
          default -> random.nextInt(Math.min(shape.blocks(), MOST_BLOCKS) + 1);
        };
    int count =
        switch (kind) {
          case ONE -> 1;
          case ALL -> Math.min(blocks + 1, shape.count());
          case MORE -> Math.min(blocks + 2 + random.nextInt(4), shape.count());
          default -> 1 + random.nextInt(shape.count());
        };
    route(kind, rows, lines, blocks, count);
  }

  /** Adds an entry of given size that chooses at most 16 blocks. */
  void route(int rows, int lines, int blocks) {
    route(Kind.ANY, rows, lines, blocks, GoldenHead.LINE / GoldenHead.PAGE_BYTES);
  }

  private void route(Kind kind, int rows, int lines, int blocks, int count) {
    RouteEntry entry =
        new RouteEntry()
            .with(RouteEntry.ROUTER, random.nextInt(Router.values().length))
            .with(RouteEntry.KEY_LINES, lines)
            .with(RouteEntry.COUNT, count)
            .with(RouteEntry.ROWS, rows)
            .with(RouteEntry.BLOCKS, blocks)
            .with(RouteEntry.QUERIES, codes(rows * lines, kind == Kind.NEGATIVE))
            .with(RouteEntry.QUERY_EXPONENTS, exponents(rows, kind))
            .with(RouteEntry.SUMMARIES, summaries(blocks, lines, kind))
            .with(RouteEntry.SUMMARY_EXPONENTS, exponents(blocks, kind))
            .with(RouteEntry.PAGES, pages(blocks + 1));
    int bytes = GoldenRoute.outputBytes(GoldenRoute.pages(entry));
    work.add(entry.with(RouteEntry.OUTPUT, memory.allocate(bytes)));
  }

  /** Adds a block of keys. */
  void summary(Kind kind) {
    int lines = 1 + random.nextInt(dimension / GoldenHead.LINE);
    int keys = 1 << random.nextInt(Integer.numberOfTrailingZeros(MOST_KEYS) + 1);
    int exponent = memory.allocate(1) + random.nextInt(GoldenHead.LINE);
    work.add(
        new SummaryEntry()
            .with(SummaryEntry.ROUTER, random.nextInt(Router.values().length))
            .with(SummaryEntry.KEY_LINES, lines)
            .with(SummaryEntry.KEYS, keys)
            .with(SummaryEntry.KEY_ROWS, codes(keys * lines, kind == Kind.NEGATIVE))
            .with(SummaryEntry.KEY_EXPONENTS, exponents(2 * keys, kind))
            .with(SummaryEntry.SUMMARY, memory.allocate(new SummaryImage(lines).bytes()))
            .with(SummaryEntry.SUMMARY_EXPONENT, exponent));
  }

  private int codes(int lines, boolean negative) {
    int place = memory.allocate(lines * GoldenHead.LINE);
    for (int i = 0; i < lines * GoldenHead.LINE; i++) {
      int code = random.nextInt(2 * Int8Block.MAX_CODE + 1) - Int8Block.MAX_CODE;
      if (random.nextInt(16) == 0) {
        code = code < 0 ? -Int8Block.MAX_CODE : Int8Block.MAX_CODE;
      }
      memory.image().put(place + i, (byte) (negative ? Math.abs(code) : code));
    }
    return place;
  }

  private int exponents(int count, Kind kind) {
    int place = memory.allocate(Math.max(1, count));
    int base = kind == Kind.ZEROS ? -80 : -7;
    int spread = 1 + random.nextInt(20);
    for (int i = 0; i < count; i++) {
      int exponent = base - random.nextInt(spread);
      if (kind == Kind.EXTREME) {
        exponent =
            Int8Block.MIN_EXPONENT
                + random.nextInt(Int8Block.MAX_EXPONENT - Int8Block.MIN_EXPONENT + 1);
      }
      if (kind == Kind.EQUAL || kind == Kind.TIES) {
        exponent = base;
      }
      memory.image().put(place + i, (byte) exponent);
    }
    return place;
  }

  private int summaries(int blocks, int lines, Kind kind) {
    int bytes = new SummaryImage(lines).bytes();
    int place = memory.allocate(Math.max(1, blocks) * bytes);
    for (int block = 0; block < blocks; block++) {
      int same = kind == Kind.EQUAL ? 0 : kind == Kind.TIES ? random.nextInt(block + 1) : block;
      for (int i = 0; i < bytes; i++) {
        int value = random.nextInt(256);
        if (same != block) {
          value = memory.image().get(place + same * bytes + i);
        } else if (kind == Kind.ZEROS && block % 2 == 0) {
          value = 0;
        } else if (kind == Kind.NEGATIVE) {
          value = -1 - random.nextInt(128);
        }
        memory.image().put(place + block * bytes + i, (byte) value);
      }
    }
    return place;
  }

  private int pages(int count) {
    int place = memory.allocate(count * GoldenHead.PAGE_BYTES);
    for (int i = 0; i < count; i++) {
      memory.image().putInt(place + i * GoldenHead.PAGE_BYTES, random.nextInt());
    }
    return place;
  }
}
