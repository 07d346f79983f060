package dev.heddle.hdl.check;

import static dev.heddle.hdl.Hdl.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.ir.Definition;
import org.junit.jupiter.api.Test;

/** Equal modules are analysed once. */
class SharedNetlistTest {
  static final class ManyInverters extends Component {
    final Bit x = in(bit());
    final Bit y = out(bit());

    ManyInverters(int count) {
      Bit last = x;
      for (int i = 0; i < count; i++) {
        Inverter inverter = inst("inverter_" + i, new Inverter());
        inverter.x.set(last);
        last = inverter.y;
      }
      y.set(last);
    }
  }

  @Test
  void equalModulesShareOneNetlist() {
    Definition definition = new ManyInverters(3).close();
    assertThat(definition.instances())
        .extracting(instance -> instance.definition().netlist())
        .containsOnly(definition.instances().get(0).definition().netlist());
  }

  @Test
  void aChainOfTwentyThousandInstancesIsNoMatterOfStackDepth() {
    Definition definition = new ManyInverters(20_000).close();
    assertThat(definition.netlist().path(1).get(0)).isTrue();
  }
}
