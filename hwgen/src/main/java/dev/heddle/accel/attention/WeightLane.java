package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.format.Exp2;
import dev.heddle.accel.format.GoldenAttention;
import dev.heddle.accel.format.ScoreScale;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Mem;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.UInt;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns scores into powers of two under the maximum of their segment of a row, and folds the
 * exponents of the values into them, bit for bit as {@link GoldenAttention#weight}.
 *
 * <pre>
 *            advance 1             2             3           4
 *   score,  --> table entry,  --> power of  --> shifted --> shifted to the exponent
 *   maximum     differences       two           (p)         of the values (p')
 * </pre>
 *
 * <p>Takes a key and gives the one of {@value #LATENCY} advances ago in each cycle in which {@link
 * #advance} is one; stands still in the others.
 */
public final class WeightLane extends Component {
  /** Advances from a score to its power of two. */
  public static final int LATENCY = 4;

  private static final int REST_BITS = Exp2.FRACTION_BITS - Exp2.TABLE_BITS;
  private static final int SLOPE_BITS = 11;

  /**
   * Right shift of the unit's result for a score of the row's maximum, less the bit that rounds.
   */
  private static final int LEAST_SHIFT = Exp2.RESULT_BITS - GoldenAttention.WEIGHT_BITS - 1;

  /** Bits of a shift amount; the largest shifts out every power and every p. */
  private static final int AMOUNT_BITS = 5;

  /** Whether everything moves on at the end of this cycle. */
  public final Bit advance;

  /** The key of this cycle. */
  public final ScoredKey scored;

  /** The maximum of the key's row; read with a first key. */
  public final RowMaximum row;

  /** The key of {@value #LATENCY} advances ago; the maximum is there with every key. */
  public final WeightedKey weighted;

  private final AttentionShape shape;

  /** A lane of an engine of {@code shape}. */
  public WeightLane(AttentionShape shape) {
    this.shape = shape;
    advance = in(bit());
    scored = in(ScoredKey.of(shape));
    row = in(RowMaximum.of(shape));
    weighted = out(WeightedKey.of(shape));
    document(
        "Powers of two of scores under the maximum of their row; %d advances.".formatted(LATENCY));

    LaneKey key = scored.key();
    RowMaximum held = reg(RowMaximum.of(shape));
    RowMaximum current = mux(key.first(), row, held);
    when(advance.and(key.valid()).and(key.first()), () -> connect(held, row));

    UInt fraction = scored.score().slice(ScoreScale.FRACTION_BITS - 1, 0);
    SInt whole = scored.score().shr(ScoreScale.FRACTION_BITS);
    SInt below = current.ceiling().sub(whole);
    SInt lower = current.valueExponent().sub(scored.valueExponent());
    check(
        advance.and(key.valid()).and(below.negative().or(lower.negative())).not(),
        "a key is above the maximum of its row");

    // Registers load only behind a key.
    Bit moves1 = advance.and(key.valid());
    Mem<UInt> table = table(uint(Exp2.BASE_BITS + SLOPE_BITS), table());
    UInt entry = table.readSync(fraction.slice(Exp2.FRACTION_BITS - 1, REST_BITS), moves1);
    UInt rest = nextWhen(moves1, fraction.wrap(REST_BITS));
    UInt distance = nextWhen(moves1, below.asUInt().sat(AMOUNT_BITS));
    UInt fold = nextWhen(moves1, lower.asUInt().sat(AMOUNT_BITS));
    LaneKey key1 = advanced(key);
    RowMaximum row1 = nextWhen(moves1, current);

    Bit moves2 = advance.and(key1.valid());
    // The leading one of an entry is not stored.
    UInt base = cat(lit(1, 1), entry.slice(entry.width() - 1, SLOPE_BITS));
    UInt slope = entry.wrap(SLOPE_BITS);
    UInt power =
        nextWhen(moves2, base.shl(REST_BITS).add(slope.mul(rest)).wrap(Exp2.RESULT_BITS + 1));
    UInt powerDistance = nextWhen(moves2, distance);
    UInt powerFold = nextWhen(moves2, fold);
    LaneKey key2 = advanced(key1);
    RowMaximum row2 = nextWhen(moves2, row1);

    Bit moves3 = advance.and(key2.valid());
    UInt shifted = power.shr(powerDistance.add(LEAST_SHIFT));
    UInt rounded = shifted.add(1).shr(1);
    UInt weight = nextWhen(moves3, rounded.sat(GoldenAttention.WEIGHT_BITS));
    UInt weightFold = nextWhen(moves3, powerFold);
    LaneKey key3 = advanced(key2);
    RowMaximum row3 = nextWhen(moves3, row2);

    Bit moves4 = advance.and(key3.valid());
    UInt folded = nextWhen(moves4, weight.shr(weightFold));
    UInt unfolded = nextWhen(moves4, weight);
    LaneKey key4 = advanced(key3);
    RowMaximum row4 = nextWhen(moves4, row3);
    connect(weighted, new WeightedKey(key4, unfolded, folded, row4));
  }

  private static List<BigInteger> table() {
    List<BigInteger> entries = new ArrayList<>();
    for (int segment = 0; segment < 1 << Exp2.TABLE_BITS; segment++) {
      int base = Exp2.base(segment) - (1 << Exp2.BASE_BITS);
      entries.add(BigInteger.valueOf(((long) base << SLOPE_BITS) + Exp2.slope(segment)));
    }
    return entries;
  }

  private LaneKey advanced(LaneKey key) {
    Bit valid = reg(bit(), 0);
    Bit first = reg(bit());
    Bit last = reg(bit());
    UInt place = reg(like(key.place()));
    LaneKey moved = new LaneKey(valid, first, last, place);
    when(advance, () -> connect(moved, key));
    return moved;
  }

  @Override
  protected String moduleName() {
    return "WeightLane_%dx%d%s"
        .formatted(shape.keys(), shape.rows(), shape.segmented() ? "_cut" : "");
  }
}
