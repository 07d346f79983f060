package dev.heddle.accel.matmul;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Mem;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;

/**
 * One output row: dot products of blocks, block scale, and an exact 64-bit sum for each token.
 *
 * <pre>
 *   cycle  0        1         2     3 (steps > 1)  next     next     next
 *   codes, --> products --> sum --> sum over  --> x scale --> shift --> sums[bank][token]
 *   activations                     the steps
 * </pre>
 *
 * <p>The sums are kept twice: one bank is added to while the other is drained.
 */
public final class MatmulLane extends Component {
  /** Bits of a shift that turns the unit of a term into the unit of the sum. */
  public static final int SHIFT_BITS = 9;

  /**
   * Where a term goes.
   *
   * @param bank bank of sums
   * @param token token
   * @param first whether the term is the first of its sum
   */
  public record Target(Bit bank, UInt token, Bit first) implements Data {
    /** The type for {@code tokens} tokens. */
    public static Type<Target> type(int tokens) {
      return () -> new Target(bit().make(), uint(bits(tokens)).make(), bit().make());
    }
  }

  /** Codes of the weights of one step, column 0 in the lowest bits; cycle 0. */
  public final UInt codes;

  /** Codes of the activations of the same step; cycle 0. */
  public final UInt activations;

  /** Whether a step arrives; cycle 0. */
  public final Bit valid;

  /** Whether a step arrives and is the first of its block; cycle 2. */
  public final Bit firstStep;

  /** Whether a step arrives; cycle 2. */
  public final Bit step;

  /** The block's scale; with the complete dot product. */
  public final Scale scale;

  /** The block's minimum, zero in formats without; with the complete dot product. */
  public final Scale minimum;

  /** The sum of the block's activation codes; with the complete dot product. */
  public final SInt activationSum;

  /** Exponent of the activations less that of the sum's unit; one cycle after the scale. */
  public final SInt shift;

  /** Whether a term is complete; two cycles after the scale. */
  public final Bit term;

  /** Where the term goes; two cycles after the scale. */
  public final Target target;

  /** Bank that is drained. */
  public final Bit drainBank;

  /** Token that is drained. */
  public final UInt drainToken;

  /** The sum at the place that is drained, in the same cycle. */
  public final SInt sum;

  private final String name;

  /** A lane of {@code configuration}. */
  public MatmulLane(Configuration configuration) {
    int columns = configuration.columns();
    int tokens = configuration.maxTokens();
    name = "MatmulLane_%dx%d".formatted(columns, tokens);
    codes = in(uint(columns * DotProduct.CODE_BITS));
    activations = in(uint(columns * DotProduct.CODE_BITS));
    valid = in(bit());
    firstStep = in(bit());
    step = in(bit());
    scale = in(Scale.type());
    minimum = in(Scale.type());
    activationSum = in(sint(activationSumBits()));
    shift = in(sint(SHIFT_BITS));
    term = in(bit());
    target = in(Target.type(tokens));
    drainBank = in(bit());
    drainToken = in(uint(bits(tokens)));
    sum = out(sint(Long.SIZE));
    document("One output row: dot products, block scale, exact sums for each token.");
    parameter("COLUMNS", columns);
    parameter("TOKENS", tokens);

    SInt part = configuration.shortPaths() ? pairwise(columns) : direct(columns);
    SInt dot = configuration.steps() == 1 ? part : overSteps(part);
    if (configuration.steps() == 1) {
      unused(firstStep);
      unused(step);
    }

    SInt scaled = next(dot.mul(scale.significand()));
    SInt scaledExponent = next(scale.exponent());
    SInt raised = next(activationSum.mul(minimum.significand()));
    SInt raisedExponent = next(minimum.exponent());

    SInt scaledTerm = next(shifted(scaled, scaledExponent.add(shift)));
    SInt raisedTerm = next(shifted(raised, raisedExponent.add(shift)));

    Mem<SInt> sums = mem(sint(Long.SIZE), tokens == 1 ? 2 : 2 << bits(tokens));
    UInt place = place(target.bank(), target.token(), tokens);
    SInt before = mux(target.first(), slit(0, Long.SIZE), sums.read(place));
    SInt after = before.add(scaledTerm).wrap(Long.SIZE).add(raisedTerm).wrap(Long.SIZE);
    when(term, () -> sums.write(place, after));
    sum.set(sums.read(place(drainBank, drainToken, tokens)));
  }

  /** Cycles from the codes of a step to their dot product. */
  static int dotProductLatency(Configuration configuration) {
    return configuration.shortPaths()
        ? PairwiseDotProduct.latency(configuration.columns())
        : DotProduct.LATENCY;
  }

  private SInt direct(int columns) {
    DotProduct dotProduct = inst("dotProduct", new DotProduct(columns));
    dotProduct.weights.set(codes);
    dotProduct.activations.set(activations);
    dotProduct.valid.set(valid);
    return dotProduct.sum;
  }

  private SInt pairwise(int columns) {
    PairwiseDotProduct dotProduct = inst("dotProduct", new PairwiseDotProduct(columns));
    dotProduct.weights.set(codes);
    dotProduct.activations.set(activations);
    unused(valid);
    return dotProduct.sum;
  }

  private SInt overSteps(SInt part) {
    SInt dot = reg(sint(DotProduct.sumBits(WeightFormat.BLOCK)));
    SInt before = mux(firstStep, slit(0, dot.width()), dot);
    when(step, () -> dot.set(before.add(part).wrap(dot.width())));
    return dot;
  }

  private UInt place(Bit bank, UInt token, int tokens) {
    if (tokens == 1) {
      unused(token);
      return bank.asUInt();
    }
    return cat(bank, token);
  }

  /** floor(value * 2^amount) modulo 2^64. */
  private static SInt shifted(SInt value, SInt amount) {
    UInt left = amount.asUInt().sat(6);
    UInt right = amount.neg().asUInt().sat(6);
    SInt wide = value.pad(Long.SIZE);
    SInt down = wide.shr(right);
    SInt up = wide.shl(left).wrap(Long.SIZE);
    return mux(amount.negative(), down, up);
  }

  /** Bits of the sum of a block's activation codes. */
  static int activationSumBits() {
    return DotProduct.CODE_BITS + bits(WeightFormat.BLOCK);
  }

  @Override
  protected String moduleName() {
    return name;
  }
}
