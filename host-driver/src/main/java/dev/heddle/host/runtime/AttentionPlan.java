package dev.heddle.host.runtime;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.RouterShape;
import dev.heddle.accel.format.BlockRouting;
import dev.heddle.accel.format.BlockRouting.Router;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.isa.AppendEntry;
import dev.heddle.accel.isa.CopyEntry;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.RouteEntry;
import dev.heddle.accel.isa.SummaryEntry;
import dev.heddle.host.model.LlamaShape;
import java.util.Optional;

/**
 * How a machine would compute the attention of a model: whether it can, and the card memory that it
 * takes.
 *
 * @param configuration of the machine
 * @param model the model
 * @param pattern which tokens its tokens see
 */
record AttentionPlan(Configuration configuration, LlamaShape model, AttentionPattern pattern) {
  /** Room for descriptors and completion records. */
  private static final int WORK_BYTES = 8192;

  /**
   * Why the machine cannot compute the attention; empty when it can.
   *
   * @param budget bytes of card memory that keys and values may take
   */
  Optional<String> refusal(long budget) {
    if (configuration.attention().isEmpty()) {
      return Optional.of(
          "configuration %s has no attention engine".formatted(configuration.name()));
    }
    AttentionShape engine = configuration.attention().get();
    int dimension = Math.min(engine.keyDimension(), engine.valueDimension());
    if (model.headDimension() > dimension) {
      return Optional.of(
          "the model's heads have %d elements, those of configuration %s at most %d"
              .formatted(model.headDimension(), configuration.name(), dimension));
    }
    if (model.group() > engine.rows()) {
      return Optional.of(
          "%d query heads share keys, configuration %s takes at most %d rows"
              .formatted(model.group(), configuration.name(), engine.rows()));
    }
    if (pattern.routing().isPresent()) {
      if (!engine.pages()) {
        return Optional.of(
            "%s needs listed pages, which the engine of configuration %s does not take; use --attention-pages true"
                .formatted(pattern, configuration.name()));
      }
      int longest = pattern.mostSeen(LlamaRuntime.contextLength(model, pattern));
      if (longest > engine.longestRow()) {
        return Optional.of(tooLong());
      }
    }
    long bytes = cardForm().bytes();
    return bytes > budget
        ? Optional.of(
            "the keys and values of a sequence take %,d bytes of card memory, but weights, vectors and lists leave %,d"
                .formatted(bytes, budget))
        : Optional.empty();
  }

  /** Bytes of card memory that a sequence and its queries take where there is an engine. */
  long memoryBytes() {
    if (refusal(Long.MAX_VALUE).isPresent()) {
      return 0;
    }
    return cardForm().bytes() + workBytes();
  }

  /**
   * Why the host chooses the blocks that tokens see; empty when the router of the machine does, or
   * there is no choice.
   */
  Optional<String> hostRouting() {
    if (pattern.routing().isEmpty()) {
      return Optional.empty();
    }
    BlockRouting routing = pattern.routing().get();
    if (configuration.router().isEmpty()) {
      int count = Math.max(RouterShape.DEFAULT.count(), routing.count());
      return Optional.of(
          "configuration %s has no router; use --router-count %d"
              .formatted(configuration.name(), count));
    }
    int tokens = LlamaRuntime.contextLength(model, pattern);
    return configuration
        .router()
        .get()
        .refusal(routing, model.group(), tokens)
        .map(
            reason ->
                "the router of configuration %s does not take %s: %s"
                    .formatted(configuration.name(), pattern, reason));
  }

  private boolean routes() {
    return pattern.routing().isPresent() && hostRouting().isEmpty();
  }

  /** Bytes for queries, outputs, lists and tables, twice for they grow by being moved. */
  long workBytes() {
    long row =
        (long) lines() * GoldenHead.LINE * (Byte.BYTES + Float.BYTES) + 1 + GoldenHead.MASK_BYTES;
    long rows = (long) model.heads() * configuration.maxTokens() * row;
    long pages =
        pattern.routing().map(BlockRouting::count).orElse(0) * (long) GoldenHead.PAGE_BYTES;
    long entry = HeadEntry.BYTES + RouteEntry.BYTES + 2 * GoldenHead.LINE + pages;
    long entries = (long) model.kvHeads() * (pages == 0 ? 1 : configuration.maxTokens());
    long summaries = routes() ? (long) cardForm().pages() * model.kvHeads() : 0;
    long moved = configuration.append() ? movedBytes() : 0;
    return 2 * (rows + entries * entry + summaries * SummaryEntry.BYTES + moved + WORK_BYTES);
  }

  /** Bytes of keys and values that are appended, with their table, or of a table that copies. */
  private long movedBytes() {
    long token = 2L * lines() * GoldenHead.LINE * Float.BYTES + AppendEntry.BYTES;
    long appended = configuration.maxTokens() * model.kvHeads() * token;
    long copied = (long) model.layers() * model.kvHeads() * TokenTree.MOST_NODES * CopyEntry.BYTES;
    boolean trees = configuration.attention().filter(AttentionShape::masks).isPresent();
    return Math.max(appended, trees ? copied : 0);
  }

  /** How the keys and values of a sequence lie in card memory. */
  CardCache.Form cardForm() {
    AttentionShape engine = configuration.attention().orElseThrow();
    int chunk = configuration.maxTokens();
    int longest = pattern.mostSeen(LlamaRuntime.contextLength(model, pattern));
    int slots =
        longest <= engine.longestRow()
            ? CacheForm.slots(model, pattern, chunk)
            : engine.longestRow();
    int page = pattern.routing().map(BlockRouting::size).orElse(slots);
    Optional<Router> router =
        routes() ? pattern.routing().map(BlockRouting::router) : Optional.empty();
    return new CardCache.Form(model.layers(), model.kvHeads(), lines(), slots, page, router);
  }

  private int lines() {
    return GoldenHead.lines(model.headDimension());
  }

  /** That the engine does not take rows as long. */
  String tooLong() {
    return "tokens that see more than %d keys, the most that configuration %s takes"
        .formatted(configuration.attention().orElseThrow().longestRow(), configuration.name());
  }
}
