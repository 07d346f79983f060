package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.format.ScoreCap;
import dev.heddle.accel.format.ScoreScale;
import dev.heddle.accel.format.Tanh;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Mem;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.Delay;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts the soft-cap of its row on a score, bit for bit as {@link ScoreCap}.
 *
 * <pre>
 *   cycle  0        1             2             3         4          5             6
 *   score --> size, --> x inverse --> table  --> rate --> tangent --> x limit --> rounded, sign,
 *             sign                    entry                                       or the score
 * </pre>
 *
 * <p>Latency {@value #LATENCY} cycles, one score a cycle, no back-pressure. Four multipliers (of 23
 * by 26, 11 by 18, 27 by 17 and 24 by 22 bits) and a table of 256 entries of 50 bits.
 */
public final class SoftCap extends Component {
  /** Cycles from a score to the one under the cap. */
  public static final int LATENCY = 6;

  /** Whether there is a score in this cycle. */
  public final Bit valid;

  /** The score. */
  public final SInt score;

  /** The cap of its row. */
  public final RowCap.Soft cap;

  /** The score of {@value #LATENCY} cycles ago, under its cap. */
  public final SInt capped;

  /** The unit. */
  public SoftCap() {
    valid = in(bit());
    score = in(sint(ScoreScale.SCORE_BITS));
    cap = in(RowCap.Soft.type());
    capped = out(sint(ScoreScale.SCORE_BITS));
    document("Soft-cap of scores; %d cycles.".formatted(LATENCY));

    // Whether there is a score, now and 1, 2, ... cycles ago.
    List<Bit> scores = Delay.line(this, LATENCY - 1, valid, 0);
    Bit negative = score.negative();
    UInt size = mux(negative, score.neg(), score.pad(ScoreScale.SCORE_BITS + 1)).asUInt();
    UInt magnitude = nextWhen(valid, size.sat(ScoreCap.MAGNITUDE_BITS));
    UInt inverse = nextWhen(valid, cap.inverse());
    UInt scaled = nextWhen(scores.get(1), magnitude.mul(inverse));

    UInt argument = scaled.shr(ScoreCap.ARGUMENT_SHIFT).sat(Tanh.ARGUMENT_BITS);
    Mem<UInt> table = table(uint(Tanh.RESULT_BITS + Tanh.RISE_BITS + Tanh.BEND_BITS), table());
    UInt segment = argument.slice(Tanh.ARGUMENT_BITS - 1, Tanh.REST_BITS);
    UInt entry = table.readSync(segment, scores.get(2));
    UInt rest = nextWhen(scores.get(2), argument.wrap(Tanh.REST_BITS));

    UInt bend = entry.wrap(Tanh.BEND_BITS);
    UInt rise = entry.slice(Tanh.BEND_BITS + Tanh.RISE_BITS - 1, Tanh.BEND_BITS);
    UInt left = lit(1L << Tanh.REST_BITS).wrapSub(rest.pad(Tanh.REST_BITS + 1));
    UInt bent = bend.mul(left).shr(Tanh.REST_BITS - Tanh.RATE_BITS);
    UInt rate = nextWhen(scores.get(3), rise.shl(Tanh.RATE_BITS).add(bent));
    UInt base =
        nextWhen(scores.get(3), entry.slice(entry.width() - 1, entry.width() - Tanh.RESULT_BITS));
    UInt rateRest = nextWhen(scores.get(3), rest);

    UInt climbed = rate.mul(rateRest).shr(Tanh.REST_BITS + Tanh.RATE_BITS);
    UInt tangent = nextWhen(scores.get(4), base.add(climbed).wrap(Tanh.RESULT_BITS));

    UInt limit = Delay.of(this, LATENCY - 1, cap.limit());
    UInt product = nextWhen(scores.get(5), limit.mul(tangent));
    Bit limited = next(limit.any());

    SInt rounded = product.shr(ScoreCap.RESULT_SHIFT - 1).add(1).shr(1).toSInt();
    SInt positive = rounded.pad(ScoreScale.SCORE_BITS);
    SInt signed =
        mux(
            Delay.of(this, LATENCY, negative),
            positive.neg().wrap(ScoreScale.SCORE_BITS),
            positive);
    capped.set(mux(limited, signed, Delay.of(this, LATENCY, score)));
  }

  private static List<BigInteger> table() {
    List<BigInteger> entries = new ArrayList<>();
    for (int segment = 0; segment < 1 << Tanh.TABLE_BITS; segment++) {
      long entry = (long) Tanh.base(segment) << Tanh.RISE_BITS | Tanh.rise(segment);
      entries.add(BigInteger.valueOf(entry << Tanh.BEND_BITS | Tanh.bend(segment)));
    }
    return entries;
  }

  @Override
  protected String moduleName() {
    return "SoftCap";
  }
}
