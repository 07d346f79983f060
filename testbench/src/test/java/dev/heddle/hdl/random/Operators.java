package dev.heddle.hdl.random;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Value;
import java.math.BigInteger;
import java.util.List;
import java.util.Random;

/** Steps that make an expression: a function of values of the pool. */
final class Operators {
  /** A first choice with this bit takes a signed operand. */
  private static final int WANT_SIGNED = 1 << 18;

  private Operators() {}

  static Value constant(Step step) {
    Random random = new Random(step.a());
    BigInteger bits = new BigInteger(step.width(), random);
    if (step.b() % 2 == 0) {
      return lit(bits, step.width());
    }
    BigInteger half = BigInteger.ONE.shiftLeft(step.width() - 1);
    return slit(bits.subtract(half), step.width());
  }

  /** The result, of the sign of the first operand where the operation has both. */
  static Value make(Step step, Pool pool) {
    Value a = (step.a() & WANT_SIGNED) != 0 ? pool.signed(step.a()) : pool.take(step.a());
    return a instanceof SInt s ? signed(step, s, pool) : unsigned(step, Pool.unsigned(a), pool);
  }

  private static Value signed(Step step, SInt a, Pool pool) {
    int b = step.b();
    int c = step.c();
    return switch (step.kind()) {
      case ADD -> a.add(pool.signed(b));
      case ADD_CONSTANT -> a.add(signedConstant(c));
      case SUBTRACT -> a.sub(pool.signed(b));
      case SUBTRACT_CONSTANT -> a.sub(signedConstant(c));
      case MULTIPLY -> a.mul(pool.signed(b));
      case NEGATE -> a.neg();
      case WRAP_ADD -> a.wrapAdd(pool.signed(b));
      case SATURATE_ADD -> a.satAdd(pool.signed(b));
      case SUM -> sum(List.of(a, pool.signed(b), pool.signed(c)));
      case COMPLEMENT -> a.not();
      case EQUAL -> a.eq(pool.signed(b));
      case DIFFERENT -> a.ne(pool.signed(b));
      case LESS -> a.lt(pool.signed(b));
      case AT_MOST -> a.le(pool.signed(b));
      case GREATER -> a.gt(pool.signed(b));
      case AT_LEAST -> a.ge(pool.signed(b));
      case COMPARE_CONSTANT ->
          switch (c % 3) {
            case 0 -> a.eq(signedConstant(b));
            case 1 -> a.lt(signedConstant(b));
            default -> a.gt(signedConstant(b));
          };
      case NEGATIVE -> a.negative();
      case BIT -> a.at(b % a.width());
      case SLICE -> {
        int low = b % a.width();
        yield a.slice(low + c % (a.width() - low), low);
      }
      case WRAP -> a.wrap(Math.min(a.width(), step.width()));
      case SATURATE -> a.sat(step.width());
      case PAD -> a.pad(step.width());
      case REINTERPRET -> a.asUInt();
      case SHIFT_LEFT -> a.shl(c % 40);
      case SHIFT_RIGHT -> a.shr(c % 70);
      case SHIFT_LEFT_BY_SIGNAL -> a.shl(amount(step, pool, 8));
      case SHIFT_RIGHT_BY_SIGNAL -> a.shr(amount(step, pool, 40));
      case MUX -> mux(pool.condition(c), a, pool.signed(b));
      default -> unsigned(step, a.asUInt(), pool);
    };
  }

  private static Value unsigned(Step step, UInt a, Pool pool) {
    int b = step.b();
    int c = step.c();
    return switch (step.kind()) {
      case ADD -> a.add(pool.unsigned(b));
      case ADD_CONSTANT -> a.add(unsignedConstant(c));
      case SUBTRACT -> a.sub(pool.unsigned(b));
      case SUBTRACT_CONSTANT -> a.sub(unsignedConstant(c));
      case MULTIPLY -> a.mul(pool.unsigned(b));
      case WRAP_ADD -> a.wrapAdd(pool.unsigned(b));
      case WRAP_SUBTRACT -> a.wrapSub(pool.unsigned(b));
      case SATURATE_ADD -> a.satAdd(pool.unsigned(b));
      case INCREMENT -> a.inc();
      case DECREMENT -> a.dec();
      case AND -> a.and(pool.unsigned(b));
      case OR -> a.or(pool.unsigned(b));
      case XOR -> a.xor(pool.unsigned(b));
      case COMPLEMENT -> a.not();
      case EQUAL -> a.eq(pool.unsigned(b));
      case DIFFERENT -> a.ne(pool.unsigned(b));
      case LESS -> a.lt(pool.unsigned(b));
      case AT_MOST -> a.le(pool.unsigned(b));
      case GREATER -> a.gt(pool.unsigned(b));
      case AT_LEAST -> a.ge(pool.unsigned(b));
      case COMPARE_CONSTANT ->
          switch (c % 5) {
            case 0 -> a.eq(unsignedConstant(b));
            case 1 -> a.ne(unsignedConstant(b));
            case 2 -> a.lt(unsignedConstant(b));
            case 3 -> a.gt(unsignedConstant(b));
            default -> a.ge(unsignedConstant(b));
          };
      case SOME_BIT -> a.any();
      case EVERY_BIT -> a.all();
      case PARITY -> a.parity();
      case BIT -> a.at(b % a.width());
      case BIT_BY_SIGNAL -> a.at(amount(step, pool, 40));
      case SLICE -> {
        int low = b % a.width();
        yield a.slice(low + c % (a.width() - low), low);
      }
      case WRAP -> a.wrap(Math.min(a.width(), step.width()));
      case SATURATE -> a.sat(step.width());
      case PAD -> a.pad(step.width());
      case TO_SIGNED -> a.toSInt();
      case REINTERPRET -> a.asSInt();
      case SHIFT_LEFT -> a.shl(c % 40);
      case SHIFT_RIGHT -> a.shr(c % 70);
      case SHIFT_LEFT_BY_SIGNAL -> a.shl(amount(step, pool, 8));
      case SHIFT_RIGHT_BY_SIGNAL -> a.shr(amount(step, pool, 40));
      case MUX -> mux(pool.condition(c), a, pool.unsigned(b));
      case MUX_CONSTANT ->
          c % 2 == 0
              ? mux(pool.condition(c), unsignedConstant(b), a)
              : mux(pool.condition(c), a, unsignedConstant(b));
      case MUX_BIT -> mux(pool.condition(c), pool.bit(b), a.asBit());
      case CONCATENATE -> c % 3 == 0 ? cat(a, pool.take(b), a) : cat(a, pool.take(b));
      case FILL -> fill(step.width(), pool.bit(b));
      case BIT_AND -> a.asBit().and(pool.bit(b));
      case BIT_OR -> a.asBit().or(pool.bit(b));
      case BIT_XOR -> a.asBit().xor(pool.bit(b));
      case BIT_NOT -> a.asBit().not();
      case BIT_AND_NOT -> a.asBit().andNot(pool.bit(b));
      case BIT_EQUAL -> a.asBit().eq(pool.bit(b));
      // Operations of signed numbers alone.
      case NEGATE, NEGATIVE, SUM -> signed(step, a.asSInt(), pool);
      default -> throw new IllegalStateException(step.toString());
    };
  }

  private static UInt amount(Step step, Pool pool, int widest) {
    UInt amount = pool.unsigned(step.b());
    return amount.wrap(Math.min(amount.width(), 1 + step.c() % widest));
  }

  /** A number small enough to meet the values now and then. */
  private static long unsignedConstant(int choice) {
    return (choice & 1) == 0 ? choice >> 15 : choice >> 4;
  }

  private static long signedConstant(int choice) {
    return (choice & 2) == 0 ? unsignedConstant(choice) : -1 - unsignedConstant(choice);
  }

  /** A truth that holds whatever the values are. */
  static Bit truth(Step step, Pool pool) {
    return pool.take(step.a()) instanceof SInt s
        ? s.lt(pool.signed(step.b())).or(s.ge(pool.signed(step.b())))
        : pool.unsigned(step.a())
            .le(pool.unsigned(step.b()))
            .or(pool.unsigned(step.a()).gt(pool.unsigned(step.b())));
  }
}
