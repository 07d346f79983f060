package dev.heddle.hdl.check;

import static dev.heddle.hdl.Hdl.lit;
import static dev.heddle.hdl.Hdl.uint;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.hdl.Component;
import dev.heddle.hdl.Hdl;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.hdl.ir.Interpreter;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;

/** Elements of a vec driven by an index. */
class VecTest {
  /** Two wires that carry their inputs but for the one that an index selects. */
  private static final class Replaced extends Component {
    final UInt index = in(uint(1));
    final UInt low = in(uint(4));
    final UInt high = in(uint(4));
    final UInt first = out(uint(4));
    final UInt second = out(uint(4));

    Replaced(boolean constant) {
      Vec<UInt> wires = wire(Hdl.vec(2, uint(4)));
      wires.get(0).set(low);
      if (constant) {
        wires.set(lit(1), lit(15));
      } else {
        wires.get(1).set(high);
        wires.set(index, lit(15));
      }
      first.set(wires.get(0));
      second.set(wires.get(1));
      Hdl.unused(index);
      Hdl.unused(high);
    }
  }

  private static String outputs(boolean constant, int index) {
    Interpreter interpreter = new Interpreter(new Replaced(constant).close());
    interpreter.set("index", BigInteger.valueOf(index));
    interpreter.set("low", BigInteger.valueOf(3));
    interpreter.set("high", BigInteger.valueOf(5));
    return interpreter.value("first") + " " + interpreter.value("second");
  }

  @Test
  void aSignalSelectsTheElementThatIsDriven() {
    assertThat(outputs(false, 0)).isEqualTo("15 5");
    assertThat(outputs(false, 1)).isEqualTo("3 15");
  }

  @Test
  void aConstantSelectsTheElementThatIsDriven() {
    assertThat(outputs(true, 0)).isEqualTo("3 15");
  }
}
