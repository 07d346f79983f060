package dev.heddle.accel.matmul;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Component;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.UInt;
import java.util.ArrayList;
import java.util.List;

/**
 * The exact sum of {@code columns} products of signed 8-bit codes, of which every two are added and
 * registered, and every two sums again.
 *
 * <p>Latency {@link #latency} cycles; one result a cycle. It takes more cycles than {@link
 * DotProduct} and fewer look-up tables where adders have carry chains, as synthesis makes
 * carry-save adders of sums that it sees whole. Products themselves have no registers: an FPGA
 * whose flip-flops take their data from the look-up table beside them spends a place for each.
 */
public final class PairwiseDotProduct extends Component {
  /** Names of the products in the Verilog, the column behind. */
  public static final String PRODUCT = "product_";

  private final String name;

  /** Codes of the weights, column 0 in the lowest bits. */
  public final UInt weights;

  /** Codes of the activations, column 0 in the lowest bits. */
  public final UInt activations;

  /** The sum of the products of the codes that many cycles ago. */
  public final SInt sum;

  /** A dot product of {@code columns} elements, a power of two. */
  public PairwiseDotProduct(int columns) {
    name = "PairwiseDotProduct" + columns;
    weights = in(uint(columns * DotProduct.CODE_BITS));
    activations = in(uint(columns * DotProduct.CODE_BITS));
    sum = out(sint(DotProduct.sumBits(columns)));
    document("Exact dot product of signed 8-bit codes; %d cycles.".formatted(latency(columns)));
    parameter("COLUMNS", columns);
    List<SInt> values = new ArrayList<>();
    for (int column = 0; column < columns; column++) {
      SInt product = DotProduct.code(weights, column).mul(DotProduct.code(activations, column));
      values.add(named(PRODUCT + column, product));
    }
    while (values.size() > 1) {
      List<SInt> pairs = new ArrayList<>();
      for (int i = 0; i < values.size(); i += 2) {
        SInt pair = next(values.get(i).add(values.get(i + 1)));
        pairs.add(pair);
      }
      values = pairs;
    }
    sum.set(values.get(0));
  }

  /** Cycles from the codes of {@code columns} elements to their sum. */
  public static int latency(int columns) {
    return bits(columns);
  }

  @Override
  protected String moduleName() {
    return name;
  }
}
