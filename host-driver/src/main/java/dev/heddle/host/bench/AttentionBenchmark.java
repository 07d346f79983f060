package dev.heddle.host.bench;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.RouterShape;
import dev.heddle.accel.format.BlockRouting;
import dev.heddle.accel.format.BlockRouting.Router;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.testbench.BuildProgress;
import dev.heddle.testbench.MemoryModel;
import dev.heddle.testbench.attention.AttentionWork;
import dev.heddle.testbench.attention.RouterWork;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Attention by formula on a machine of 4 lane pairs of 64 elements behind one port of 64 bytes: one
 * ATTEND descriptor, from the cycle in which the engine could take it to the arrival of the last
 * output.
 *
 * <ul>
 *   <li>{@code prefill/512}: 8 heads of 512 causal rows; {@code mac_share}, the pairs of query and
 *       key as a share of what the lanes could score in all cycles.
 *   <li>{@code decode/CONTEXT/MEMORY}: a token of 8 KV heads, each with 4 query heads; {@code
 *       payload_share}, the beats of keys and values as a share of all cycles.
 *   <li>{@code paged/SIZE}: the same at context 1,024 with ideal memory, keys and values in pages
 *       of {@code SIZE} tokens.
 *   <li>{@code moba} and {@code quest}: the last 16 tokens of a prompt of 2,048, of which each sees
 *       4 blocks of 64, or 64 blocks of 16, that the router of the machine chooses for all of them
 *       by the queries of the first, for each KV head, the first while attention waits, the others
 *       beside it; {@code cycles_over_dense} with the choice, beside {@code pairs_over_dense}. The
 *       summaries of the blocks are there.
 *   <li>{@code moba/token} and {@code quest/token}: the same for the last token alone; also {@code
 *       listed_over_dense}, without the choice, where the host lists the blocks, and {@code
 *       break_even_context}, from which on a token takes fewer cycles than with dense attention,
 *       the choice included.
 *   <li>{@code lambda}: 2,048 causal rows that see the first 16 and the last 256 keys; {@code
 *       cycles_over_dense} beside {@code pairs_over_dense}.
 * </ul>
 */
public final class AttentionBenchmark implements Benchmark {
  /** The machine. */
  public static final Configuration CONFIGURATION =
      new Configuration("attention", 1, 512, 16, 16, 1, 64, 8, 250_000_000, Optional.empty())
          .withAttention(new AttentionShape(4, 64, 64, 4, 8192, 1024, 8, 2048).withPages());

  private static final int SEED = 1;
  private static final int EXPONENT_SPREAD = 3;
  private static final int HEADS = 8;
  private static final int QUERIES_PER_KEY = 4;

  /** The machine that chooses blocks. */
  private static final Configuration ROUTER =
      CONFIGURATION.withRouter(new RouterShape(64, 512, QUERIES_PER_KEY));

  private static final int PREFILL = 512;
  private static final List<Integer> CONTEXTS = List.of(1024, 4096);
  private static final List<Integer> PAGES = List.of(1, 8, 16, 32, 64);
  private static final List<BlockRouting> ROUTED =
      List.of(new BlockRouting(Router.MOBA, 64, 4), new BlockRouting(Router.QUEST, 16, 64));
  private static final int ROUTED_CONTEXT = 2048;

  /** Tokens of a prompt that share a choice of blocks. */
  private static final int TILE = 16;

  private static final int LAMBDA_CONTEXT = 2048;
  private static final int LAMBDA_FIRST = 16;
  private static final int LAMBDA_WINDOW = 256;

  private final BuildProgress progress;

  /**
   * The benchmark.
   *
   * @param progress hears about the build of the simulator library
   */
  public AttentionBenchmark(BuildProgress progress) {
    this.progress = progress;
  }

  @Override
  public String name() {
    return "attention";
  }

  @Override
  public Stream<BenchResult> run(Predicate<String> wanted) {
    Stream<BenchResult> prefill = Stream.of("prefill/" + PREFILL).filter(wanted).map(this::prefill);
    Stream<BenchResult> decode =
        CONTEXTS.stream()
            .flatMap(
                context ->
                    BenchMemory.ALL.stream()
                        .filter(memory -> wanted.test(decodeName(context, memory)))
                        .map(memory -> decode(context, memory)));
    Stream<BenchResult> paged =
        PAGES.stream().filter(size -> wanted.test("paged/" + size)).map(this::paged);
    Stream<BenchResult> tiles =
        ROUTED.stream().filter(routing -> wanted.test(tileName(routing))).flatMap(this::tile);
    Stream<BenchResult> routed =
        ROUTED.stream().filter(routing -> wanted.test(tokenName(routing))).flatMap(this::routed);
    Stream<BenchResult> lambda = Stream.of("lambda").filter(wanted).flatMap(this::lambda);
    return Stream.of(prefill, decode, paged, tiles, routed, lambda).flatMap(results -> results);
  }

  private static String decodeName(int context, BenchMemory memory) {
    return "decode/%d/%s".formatted(context, memory.name());
  }

  private static String tileName(BlockRouting routing) {
    return routing.router().toString();
  }

  private static String tokenName(BlockRouting routing) {
    return routing.router() + "/token";
  }

  private BenchResult prefill(String workload) {
    AttentionWork work = new AttentionWork(AttentionRun.memoryFor(bytes(HEADS, PREFILL, PREFILL)));
    Random random = new Random(SEED);
    long pairs = 0;
    for (int head = 0; head < HEADS; head++) {
      pairs += pairs(causal(work, random, PREFILL, PREFILL));
    }
    AttentionRun run = run(work, BenchMemory.IDEAL.model());
    double share = (double) pairs / lanes() / run.cycles();
    return result(workload, "mac_share", share, BenchMemory.IDEAL.model());
  }

  private BenchResult decode(int context, BenchMemory memory) {
    return payload(decodeName(context, memory), token(context), context, memory);
  }

  private BenchResult paged(int size) {
    int context = CONTEXTS.get(0);
    return payload("paged/" + size, paged(token(context), size), context, BenchMemory.IDEAL);
  }

  private BenchResult payload(
      String workload, AttentionWork work, int context, BenchMemory memory) {
    AttentionRun run = run(work, memory.model());
    long payload = 2L * HEADS * context * GoldenHead.LINE;
    double share = (double) payload / CONFIGURATION.beatBytes() / run.cycles();
    return result(workload, "payload_share", share, memory.model());
  }

  private Stream<BenchResult> routed(BlockRouting routing) {
    String workload = tokenName(routing);
    MemoryModel memory = BenchMemory.IDEAL.model();
    double dense = cycles(token(ROUTED_CONTEXT), memory);
    AttentionWork listed = paged(token(ROUTED_CONTEXT), routing.size());
    listed.entries().forEach(entry -> listed.route(entry, routing));
    double pairs = (double) routing.seen(ROUTED_CONTEXT - 1) / ROUTED_CONTEXT;
    int context = routing.size() * routing.count();
    do {
      context += routing.size();
    } while (routedCycles(routing, context, memory) >= cycles(token(context), memory));
    return Stream.concat(
        overDense(workload, routedCycles(routing, ROUTED_CONTEXT, memory) / dense, pairs, memory),
        Stream.of(
            result(workload, "listed_over_dense", cycles(listed, memory) / dense, memory),
            result(workload, "break_even_context", context, memory)));
  }

  /** A tile of a prompt, the last of the context, whose first token chooses for all. */
  private Stream<BenchResult> tile(BlockRouting routing) {
    MemoryModel memory = BenchMemory.IDEAL.model();
    double cycles = routedCycles(routing, tokens(TILE, ROUTED_CONTEXT), memory);
    double pairs = 0;
    double densePairs = 0;
    for (int position = ROUTED_CONTEXT - TILE; position < ROUTED_CONTEXT; position++) {
      pairs += routing.seen(position);
      densePairs += position + 1;
    }
    double dense = cycles(tokens(TILE, ROUTED_CONTEXT), memory);
    return overDense(tileName(routing), cycles / dense, pairs / densePairs, memory);
  }

  /** Cycles of the last token of a context with blocks that the machine chooses. */
  private double routedCycles(BlockRouting routing, int context, MemoryModel memory) {
    return routedCycles(routing, token(context), memory);
  }

  private double routedCycles(BlockRouting routing, AttentionWork rows, MemoryModel memory) {
    AttentionWork work = paged(rows, routing.size());
    RouterWork choice = new RouterWork(work);
    work.entries().forEach(entry -> choice.route(entry, routing));
    return AttentionRun.routed(ROUTER, work, choice, memory, progress).cycles();
  }

  /** Cycles of attention on the machine that could choose. */
  private double cycles(AttentionWork work, MemoryModel memory) {
    return AttentionRun.of(ROUTER, work, memory, progress).cycles();
  }

  /** The last token of {@code context}, which sees all. */
  private static AttentionWork token(int context) {
    return tokens(1, context);
  }

  /** The last {@code count} tokens of {@code context}. */
  private static AttentionWork tokens(int count, int context) {
    int rows = count * QUERIES_PER_KEY;
    // Room for keys and values that move to pages, of which one of a single token is half empty.
    AttentionWork work = new AttentionWork(AttentionRun.memoryFor(3 * bytes(HEADS, rows, context)));
    Random random = new Random(SEED);
    for (int head = 0; head < HEADS; head++) {
      causal(work, random, rows, context)
          .with(HeadEntry.GROUP, QUERIES_PER_KEY)
          .with(HeadEntry.POSITION, (long) context - count);
    }
    return work;
  }

  private static AttentionWork paged(AttentionWork work, int size) {
    Random random = new Random(SEED);
    work.entries().forEach(entry -> work.page(entry, size, random));
    return work;
  }

  private Stream<BenchResult> lambda(String workload) {
    AttentionWork dense =
        new AttentionWork(AttentionRun.memoryFor(bytes(1, LAMBDA_CONTEXT, LAMBDA_CONTEXT)));
    long densePairs = pairs(causal(dense, new Random(SEED), LAMBDA_CONTEXT, LAMBDA_CONTEXT));
    AttentionWork sparse =
        new AttentionWork(AttentionRun.memoryFor(bytes(1, LAMBDA_CONTEXT, LAMBDA_CONTEXT)));
    HeadEntry entry =
        causal(sparse, new Random(SEED), LAMBDA_CONTEXT, LAMBDA_CONTEXT)
            .with(HeadEntry.WINDOW, LAMBDA_WINDOW)
            .with(HeadEntry.FIRST, LAMBDA_FIRST);
    MemoryModel memory = BenchMemory.IDEAL.model();
    double cycles = (double) run(sparse, memory).cycles() / run(dense, memory).cycles();
    double pairs = (double) pairs(entry) / densePairs;
    return overDense(workload, cycles, pairs, memory);
  }

  private Stream<BenchResult> overDense(
      String workload, double cycles, double pairs, MemoryModel memory) {
    return Stream.of(
        result(workload, "cycles_over_dense", cycles, memory),
        result(workload, "pairs_over_dense", pairs, memory));
  }

  /** Rows of one query head at the last positions of {@code keys} keys. */
  private static HeadEntry causal(AttentionWork work, Random random, int rows, int keys) {
    int dimension = shape().keyDimension();
    return work.random(random, rows, keys, 1, 1, dimension, EXPONENT_SPREAD)
        .with(HeadEntry.BIDIRECTIONAL, 0)
        .with(HeadEntry.WINDOW, keys);
  }

  /** Pairs of a row and a key that it sees. */
  private static long pairs(HeadEntry entry) {
    long first = entry.value(HeadEntry.FIRST);
    long window = entry.value(HeadEntry.WINDOW);
    long pairs = 0;
    for (long row = 0; row < entry.value(HeadEntry.ROWS); row++) {
      long position = entry.value(HeadEntry.POSITION) + row / entry.value(HeadEntry.GROUP);
      long low = Math.max(0, position + 1 - window);
      pairs += position + 1 - low + Math.min(first, low);
    }
    return pairs;
  }

  /** Enough bytes for the vectors, exponents and outputs of entries. */
  private static long bytes(int entries, int rows, int keys) {
    long ofRows = (long) rows * (GoldenHead.LINE * (1 + Float.BYTES) + 8);
    long ofKeys = (long) keys * (2 * GoldenHead.LINE + 2);
    return entries * (ofRows + ofKeys + 1024);
  }

  private AttentionRun run(AttentionWork work, MemoryModel memory) {
    return AttentionRun.of(CONFIGURATION, work, memory, progress);
  }

  private BenchResult result(String workload, String metric, double value, MemoryModel memory) {
    return new BenchResult(
        name(),
        workload,
        metric,
        value,
        Optional.of(CONFIGURATION.name()),
        Optional.of(memory.label()));
  }

  private static AttentionShape shape() {
    return CONFIGURATION.attention().orElseThrow();
  }

  private static int lanes() {
    return shape().lanes();
  }
}
