package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.AttentionShape;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.Stream;
import java.util.ArrayList;
import java.util.List;

/**
 * Lets the steps of the sources enter the lanes, one a cycle, each when
 *
 * <ol>
 *   <li>all its keys are loaded,
 *   <li>the query of each row that begins is there,
 *   <li>there is room for its scores.
 * </ol>
 *
 * It also turns places among the keys of an entry into places of the ring. No latency.
 */
public final class StepIssue extends Component {
  /** Steps of the sources. */
  public final Stream<Step> source;

  /** Number of keys of the entries, in their order. */
  public final Stream<UInt> counts;

  /** Keys loaded so far, modulo twice the ring. */
  public final UInt loaded;

  /** For each lane whether a query has come for it. */
  public final Vec<Bit> arrived;

  /** Whether the scores of a step have left. */
  public final Bit left;

  /** Steps for the lanes. */
  public final Stream<Step> steps;

  /** Whether a step waits for room for its scores. */
  public final Bit scoresFull;

  private static final int QUERIES_AHEAD = 16;

  /** For an engine of {@code shape}. */
  public StepIssue(AttentionShape shape) {
    int lanes = shape.lanes();
    int placeBits = shape.placeBits() + 1;
    source = in(Stream.of(Step.of(shape)));
    counts = in(Stream.of(uint(placeBits)));
    loaded = in(uint(placeBits));
    arrived = in(lanes, bit());
    left = in(bit());
    steps = out(Stream.of(Step.of(shape)));
    scoresFull = out(bit());
    document("Lets steps enter the lanes when their keys, queries and room for scores are there.");
    parameter("LANES", lanes);
    parameter("KEYS", shape.keys());
    parameter("SCORES", shape.scores());

    Bit ends = wire(bit());
    RingProgress keysLoaded = new RingProgress(this, loaded, counts, ends);
    UInt inside = reg(uint(bits(shape.scores() + 1)), 0);
    Bit room = inside.ne(shape.scores());
    Step step = source.payload;
    Bit ready = counts.valid;
    List<LaneKey> keys = new ArrayList<>();
    List<Bit> opens = new ArrayList<>();
    Vec<UInt> queries = regs(lanes, uint(bits(QUERIES_AHEAD)), 0);
    for (int lane : range(lanes)) {
      LaneKey key = step.keys().get(lane);
      UInt place = keysLoaded.base.wrapAdd(key.place());
      Bit opening = key.valid().and(key.first());
      Bit query = queries.get(lane).ne(0);
      ready = ready.and(key.valid().not().or(keysLoaded.has(place))).and(opening.not().or(query));
      opens.add(opening);
      keys.add(new LaneKey(key.valid(), key.first(), key.last(), place));
    }
    Bit able = ready.and(step.last().not().or(keysLoaded.hasEntry()));
    steps.valid.set(source.valid.and(able).and(room));
    connect(steps.payload, new Step(Vec.of(keys), step.last()));
    source.ready.set(steps.ready.and(able).and(room));
    Bit issued = steps.fire();
    ends.set(issued.and(step.last()));
    when(issued.andNot(left), () -> inside.set(inside.inc()))
        .elseWhen(left.andNot(issued), () -> inside.set(inside.dec()));
    for (int lane : range(lanes)) {
      UInt query = queries.get(lane);
      Bit used = issued.and(opens.get(lane));
      Bit came = arrived.get(lane);
      when(came.andNot(used), () -> query.set(query.inc()))
          .elseWhen(used.andNot(came), () -> query.set(query.dec()));
    }
    scoresFull.set(source.valid.andNot(room));
  }
}
