package dev.heddle.hdl.check;

import static dev.heddle.hdl.Hdl.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.BlackBox;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.HdlException;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.ir.Definition;
import org.junit.jupiter.api.Test;

/** Exact texts of the errors about combinational loops. */
class LoopErrorTest {
  private static final MarkedLines LINES = new MarkedLines(LoopErrorTest.class);

  static final class Ring extends Component {
    final UInt a = in(uint(4));
    final UInt y = out(uint(4));

    Ring() {
      UInt back = wire(uint(4));
      UInt sum = back.wrapAdd(a); // @ringSum
      back.set(sum); // @ringBack
      y.set(back);
    }
  }

  @Test
  void aCombinationalLoopIsRefusedHopByHop() {
    LINES.refused(
        Ring::new,
        """
        combinational loop in Ring; put a register into it:
          back, driven at @ringBack, reads
          sum, computed at @ringSum, reads
          the result of add, computed at @ringSum, reads
          back""");
  }

  static final class InstanceRing extends Component {
    final Bit y = out(bit());

    InstanceRing() {
      Inverter first = inst(new Inverter()); // @firstInverter
      Inverter second = inst(new Inverter()); // @secondInverter
      first.x.set(second.y); // @firstInput
      second.x.set(first.y); // @secondInput
      y.set(first.y);
    }
  }

  @Test
  void aLoopThroughInstancesIsRefused() {
    LINES.refused(
        InstanceRing::new,
        """
        combinational loop in InstanceRing; put a register into it:
          first.x, driven at @firstInput, reads
          second.y, an output of the instance at @secondInverter, reads
          second.x, driven at @secondInput, reads
          first.y, an output of the instance at @firstInverter, reads
          first.x""");
  }

  static final class ConditionRing extends Component {
    final Bit x = in(bit());
    final Bit y = out(bit());

    ConditionRing() {
      Bit busy = wire(bit());
      busy.set(x);
      when(
          busy, // @ringCondition
          () -> busy.set(false));
      y.set(busy);
    }
  }

  @Test
  void aSignalThatDecidesItsOwnBranchIsALoop() {
    assertThatThrownBy(() -> new ConditionRing().close())
        .isInstanceOf(HdlException.class)
        .hasMessageStartingWith("combinational loop in ConditionRing; put a register into it:")
        .hasMessageEndingWith("reads\n  busy");
  }

  static final class RegisterRing extends Component {
    final Bit y = out(bit());

    RegisterRing() {
      Inverter inverter = inst(new Inverter());
      inverter.x.set(next(inverter.y, 0));
      y.set(inverter.y);
    }
  }

  @Test
  void aLoopThroughARegisterIsNone() {
    Definition definition = new RegisterRing().close();
    assertThat(definition.netlist().cycles()).isEmpty();
    assertThat(definition.netlist().registers()).hasSize(1);
  }

  static final class OverlappingBranches extends Component {
    final Bit x = in(bit());
    final Bit z = in(bit());
    final Bit y = out(bit());

    OverlappingBranches() {
      when(
              x,
              () -> {
                when(z, () -> y.set(true));
                when(z.not(), () -> y.set(false)).otherwise(() -> y.set(true));
              })
          .otherwise(() -> y.set(z));
    }
  }

  @Test
  void aBranchThatIsCompletedByALaterOneIsNoLoop() {
    assertThat(new OverlappingBranches().close().netlist().cycles()).isEmpty();
  }

  static final class Opaque extends BlackBox {
    final Bit x = in(bit());
    final Bit y = out(bit());
  }

  static final class OpaqueRing extends Component {
    final Bit y = out(bit());

    OpaqueRing() {
      Opaque box = inst(new Opaque()); // @opaque
      box.x.set(box.y); // @opaqueInput
      y.set(box.y);
    }
  }

  @Test
  void everyOutputOfABlackBoxDependsOnEveryInput() {
    LINES.refused(
        OpaqueRing::new,
        """
        combinational loop in OpaqueRing; put a register into it:
          box.x, driven at @opaqueInput, reads
          box.y, an output of the instance at @opaque, reads
          box.x""");
  }
}
