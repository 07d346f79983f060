package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.format.GoldenAttention;
import dev.heddle.accel.format.KeySlope;
import dev.heddle.accel.format.ScoreScale;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.matmul.DotProduct;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.Delay;
import dev.heddle.lib.Stream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Holds a query row and scores one key against it each cycle, bit for bit as {@link
 * ScoreScale#score}; finds what the row's {@link RowMaximum} is ({@link GoldenAttention}), for each
 * segment of the row where rows are cut.
 *
 * <pre>
 *   cycle  0       1           2           3         4               5          6           7
 *   key, --> row --> products --> sums of --> dot --> x multiplier --> shift --> saturate --> score,
 *   codes    held                 32                                                        maximum
 * </pre>
 *
 * <p>Latency {@value #LATENCY} cycles, and those of a {@link SoftCap} between the last two where
 * scores may have one; one key a cycle, no back-pressure. {@link #complete} follows the last score
 * of a segment by one cycle. Behind this lane first and last are those of segments.
 */
public final class ScoreLane extends Component {
  /** Cycles from a key to its score but for those of a cap. */
  private static final int LATENCY = 7;

  /** Cycles from a key to its dot product, of which the last scales it. */
  private static final int SCALED = 5;

  /** Cycles from a key to its score without a cap or bias. */
  private static final int PLAIN = LATENCY - 1;

  /** Bits of a shift amount; the largest shifts out whatever a dot product leads to. */
  private static final int AMOUNT_BITS = 6;

  /** The key of this cycle. */
  public final LaneKey key;

  /** Its codes, element 0 in the lowest bits. */
  public final UInt codes;

  /** Its exponent. */
  public final SInt keyExponent;

  /** The exponent of the value of the same token. */
  public final SInt valueExponent;

  /** Query rows; one is taken with each first key and must be there. */
  public final Stream<QueryRow> rows;

  /** The key with its score, {@link #latency} cycles after the key. */
  public final ScoredKey scored;

  /** One in the cycle after the last score of a segment. */
  public final Bit complete;

  /** What is known of the segment that is complete; with {@link #complete}. */
  public final RowMaximum maximum;

  private final String name;
  private final int latency;

  /** A lane of an engine of {@code shape}. */
  public ScoreLane(AttentionShape shape) {
    int dimension = shape.keyDimension();
    latency = latency(shape);
    name =
        "ScoreLane_%dx%d_%d%s"
            .formatted(
                dimension,
                shape.keys(),
                shape.rows(),
                (shape.segmented() ? "_cut" : "")
                    + (shape.alibi() ? "_alibi" : "")
                    + (shape.caps() ? "_caps" : ""));
    key = in(LaneKey.of(shape));
    codes = in(uint(dimension * DotProduct.CODE_BITS));
    keyExponent = in(sint(8));
    valueExponent = in(sint(8));
    rows = in(Stream.of(QueryRow.of(shape)));
    scored = out(ScoredKey.of(shape));
    complete = out(bit());
    maximum = out(RowMaximum.of(shape));
    document(
        "Scores one key a cycle against the query row it holds; %d cycles.".formatted(latency));
    parameter("DIMENSION", dimension);

    Bit begins = key.valid().and(key.first());
    rows.ready.set(begins);
    check(begins.not().or(rows.valid), "the first key of a row arrives before its query");
    unused(rows.valid);
    QueryRow row = reg(QueryRow.of(shape));
    when(begins, () -> connect(row, rows.payload));
    UInt heldCodes = nextWhen(key.valid(), codes);
    SInt heldExponent = next(keyExponent);

    // Whether there is a key, now and 1, 2, ... cycles ago.
    List<Bit> keys = Delay.line(this, latency - 1, key.valid(), 0);
    SInt dot = dot(keys, heldCodes, row.codes());
    UInt multiplier = Delay.of(this, SCALED - 2, row.multiplier());
    SInt scaled = nextWhen(keys.get(SCALED - 1), dot.mul(multiplier.toSInt()));

    // A left shift by the most that matters, then a right shift that leaves one bit below the point
    // of the result: the bit that rounds.
    SInt distance = row.shift().sub(heldExponent).add(ScoreScale.LARGEST_LEFT_SHIFT);
    UInt places = distance.asUInt().slice(distance.width() - 2, 0).sat(AMOUNT_BITS);
    UInt amount = next(mux(distance.negative(), 0, places));
    UInt scaledAmount = Delay.of(this, SCALED - 2, amount);
    SInt raised = scaled.shl(ScoreScale.LARGEST_LEFT_SHIFT + 1);
    SInt shifted = nextWhen(keys.get(SCALED), raised.shr(scaledAmount));
    // Saturated to one integer bit more than a score has, so that the rounding cannot overflow.
    SInt rounded = shifted.sat(ScoreScale.SCORE_BITS + 2).add(1).shr(1);
    SInt plain = rounded.sat(ScoreScale.SCORE_BITS);
    SInt capped = capped(keys.get(PLAIN), plain, row.cap());
    SInt biased = bias(keys, row.slope()).map(capped::add).orElse(capped);
    SInt score = nextWhen(keys.get(latency - 1), biased.sat(ScoreScale.SCORE_BITS));

    Segment segment = segment(shape);
    LaneKey scoredKey = segment.key.after(latency, this);
    SInt exponent = Delay.of(this, latency, valueExponent);
    connect(scored, new ScoredKey(scoredKey, score, exponent));
    RowTag tag = Delay.of(this, latency - 1, row.tag());
    track(scoredKey, score, exponent, tag, Delay.of(this, latency, segment.continuation));
  }

  /** Cycles from a key to its score in an engine of {@code shape}. */
  public static int latency(AttentionShape shape) {
    return LATENCY + (shape.caps() ? SoftCap.LATENCY : 0);
  }

  /** The score under the cap of its row. */
  private SInt capped(Bit valid, SInt plain, RowCap cap) {
    if (!(cap instanceof RowCap.Soft soft)) {
      return plain;
    }
    SoftCap unit = inst(new SoftCap());
    unit.valid.set(valid);
    unit.score.set(plain);
    connect(unit.cap, Delay.of(this, PLAIN - 1, soft));
    return unit.capped;
  }

  /** What is added to the score in its last cycle: the slope times the number of the key. */
  private Optional<SInt> bias(List<Bit> keys, RowSlope slope) {
    if (!(slope instanceof RowSlope.Rising rising)) {
      return Optional.empty();
    }
    UInt number = nextWhen(keys.get(1), next(key.place()).wrapSub(rising.origin()));
    UInt steps = nextWhen(keys.get(1), rising.steps());
    UInt product = nextWhen(keys.get(2), steps.mul(number));
    UInt bias = Delay.of(this, latency - 4, product.shr(KeySlope.EXTRA_BITS));
    return Optional.of(bias.toSInt());
  }

  /** A key that is first and last of its segment, and whether the row goes on behind it. */
  private record Segment(LaneKey key, Continuation continuation) {}

  private Segment segment(AttentionShape shape) {
    if (!shape.segmented()) {
      return new Segment(key, new Continuation.Whole());
    }
    int keys = shape.longestSegment();
    UInt taken = named("taken", reg(uint(bits(keys))));
    UInt before = mux(key.first(), 0, taken);
    Bit full = before.eq(keys - 1);
    when(key.valid(), () -> taken.set(before.inc()));
    LaneKey ofSegment = new LaneKey(key.valid(), before.eq(0), key.last().or(full), key.place());
    return new Segment(ofSegment, new Continuation.Cut(key.last().not()));
  }

  private SInt dot(List<Bit> keys, UInt keyCodes, UInt queryCodes) {
    List<SInt> parts = new ArrayList<>();
    int bits = WeightFormat.BLOCK * DotProduct.CODE_BITS;
    for (int at = 0; at < keyCodes.width(); at += bits) {
      DotProduct part = inst("dotProduct_" + at / bits, new DotProduct(WeightFormat.BLOCK));
      part.weights.set(keyCodes.slice(at + bits - 1, at));
      part.activations.set(queryCodes.slice(at + bits - 1, at));
      part.valid.set(keys.get(1));
      parts.add(part.sum);
    }
    return nextWhen(keys.get(1 + DotProduct.LATENCY), sum(parts));
  }

  /** Keeps the largest score, rounded up, and the largest exponent of the segment so far. */
  private void track(
      LaneKey scoredKey, SInt score, SInt exponent, RowTag tag, Continuation continuation) {
    UInt fraction = score.slice(ScoreScale.FRACTION_BITS - 1, 0);
    SInt ceiling = score.shr(ScoreScale.FRACTION_BITS).add(fraction.any().asUInt().toSInt());
    SInt largest = reg(sint(RowMaximum.CEILING_BITS));
    SInt largestExponent = reg(sint(8));
    Bit larger = scoredKey.first().or(ceiling.gt(largest));
    Bit largerExponent = scoredKey.first().or(exponent.gt(largestExponent));
    when(scoredKey.valid().and(larger), () -> largest.set(ceiling));
    when(scoredKey.valid().and(largerExponent), () -> largestExponent.set(exponent));
    Bit done = next(scoredKey.valid().and(scoredKey.last()), 0);
    RowTag doneTag = next(tag);
    complete.set(done);
    connect(maximum, new RowMaximum(largest, largestExponent, doneTag, next(continuation)));
  }

  @Override
  protected String moduleName() {
    return name;
  }
}
