package dev.heddle.accel.matmul;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.UInt;
import java.util.ArrayList;
import java.util.List;

/**
 * The exact sum of {@code columns} products of signed 8-bit codes.
 *
 * <p>Latency {@value #LATENCY} cycles: products are registered, then their sum. One result a cycle.
 */
public final class DotProduct extends Component {
  /** Bits of a code. */
  public static final int CODE_BITS = 8;

  /** Cycles from codes to their sum. */
  public static final int LATENCY = 2;

  private final int columns;

  /** Codes of the weights, column 0 in the lowest bits. */
  public final UInt weights;

  /** Codes of the activations, column 0 in the lowest bits. */
  public final UInt activations;

  /** Whether the codes of this cycle count; the registers hold still behind codes that do not. */
  public final Bit valid;

  /** The sum of the products of the codes two cycles ago, if they were valid. */
  public final SInt sum;

  /** A dot product of {@code columns} elements, a power of two. */
  public DotProduct(int columns) {
    this.columns = columns;
    weights = in(uint(columns * CODE_BITS));
    activations = in(uint(columns * CODE_BITS));
    valid = in(bit());
    sum = out(sint(sumBits(columns)));
    document("Exact dot product of signed 8-bit codes; two cycles.");
    parameter("COLUMNS", columns);

    List<SInt> products = new ArrayList<>();
    for (int column = 0; column < columns; column++) {
      SInt product = nextWhen(valid, code(weights, column).mul(code(activations, column)));
      products.add(product);
    }
    Bit multiplied = next(valid, 0);
    SInt total = nextWhen(multiplied, sum(products));
    sum.set(total);
  }

  /** Bits of the sum of {@code columns} products. */
  public static int sumBits(int columns) {
    return 2 * CODE_BITS + bits(columns);
  }

  /** The code at {@code column} of packed codes. */
  public static SInt code(UInt codes, int column) {
    return codes.slice(CODE_BITS * column + CODE_BITS - 1, CODE_BITS * column).asSInt();
  }

  @Override
  protected String moduleName() {
    return "DotProduct" + columns;
  }
}
