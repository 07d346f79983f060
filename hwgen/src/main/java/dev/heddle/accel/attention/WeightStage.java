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
 * Turns the scores of steps into weights, a step a cycle, each when
 *
 * <ol>
 *   <li>the maximum of each row that begins is known,
 *   <li>all its values are loaded.
 * </ol>
 *
 * <pre>
 *   scores --> held until able --> weight lane 0 .. lanes-1 --> weights
 *   maxima ----------'----------------------'
 * </pre>
 *
 * Latency {@link WeightLane#LATENCY} cycles; the whole pipeline waits while its last step does.
 */
final class WeightStage extends Component {
  /** Scores of steps. */
  final Stream<StepScores> scores;

  /** For each lane the maxima of its rows. */
  final Vec<Stream<RowMaximum>> maxima;

  /** Number of values of the entries, in their order. */
  final Stream<UInt> counts;

  /** Values loaded so far, modulo twice the ring. */
  final UInt loaded;

  /** Weights of the same steps. */
  final Stream<StepWeights> weights;

  /** The stage of an engine of {@code shape}. */
  WeightStage(AttentionShape shape) {
    int lanes = shape.lanes();
    int placeBits = shape.placeBits() + 1;
    scores = in(Stream.of(StepScores.of(shape)));
    maxima = in(lanes, Stream.of(RowMaximum.of(shape)));
    counts = in(Stream.of(uint(placeBits)));
    loaded = in(uint(placeBits));
    weights = out(Stream.of(StepWeights.of(shape)));
    document("Scores to weights, when the maxima of their rows are known.");
    parameter("LANES", lanes);
    parameter("KEYS", shape.keys());
    parameter("SCORES", shape.scores());

    StepScores step = scores.payload;
    Bit entryEnds = wire(bit());
    RingProgress valuesLoaded = new RingProgress(this, loaded, counts, entryEnds);
    Bit able = counts.valid.and(step.last().not().or(valuesLoaded.hasEntry()));
    for (int lane : range(lanes)) {
      LaneKey key = step.keys().get(lane).key();
      Bit present = valuesLoaded.has(key.place());
      Bit opening = key.valid().and(key.first());
      able = able.and(key.valid().not().or(present)).and(opening.not().or(maxima.get(lane).valid));
    }

    Vec<Bit> stages = regs(WeightLane.LATENCY, bit(), 0);
    Vec<Bit> lastStages = regs(WeightLane.LATENCY, bit());
    Bit lastStage = stages.get(WeightLane.LATENCY - 1);
    Bit advance = lastStage.not().or(weights.ready);
    scores.ready.set(able.and(advance));
    Bit enters = scores.fire();
    entryEnds.set(enters.and(step.last()));
    when(
        advance,
        () -> {
          stages.get(0).set(enters);
          lastStages.get(0).set(step.last());
          for (int stage = 1; stage < WeightLane.LATENCY; stage++) {
            stages.get(stage).set(stages.get(stage - 1));
            lastStages.get(stage).set(lastStages.get(stage - 1));
          }
        });
    List<WeightedKey> weighted = new ArrayList<>();
    for (int lane : range(lanes)) {
      WeightLane weightLane = inst("weightLane_" + lane, new WeightLane(shape));
      ScoredKey scored = step.keys().get(lane);
      LaneKey entering = scored.key().and(enters);
      weightLane.advance.set(advance);
      connect(weightLane.scored, new ScoredKey(entering, scored.score(), scored.valueExponent()));
      connect(weightLane.row, maxima.get(lane).payload);
      maxima.get(lane).ready.set(entering.valid().and(entering.first()));
      weighted.add(weightLane.weighted);
    }
    weights.valid.set(lastStage);
    connect(
        weights.payload, new StepWeights(Vec.of(weighted), lastStages.get(WeightLane.LATENCY - 1)));
  }
}
