package dev.heddle.hdl.check;

import static dev.heddle.hdl.Hdl.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import org.junit.jupiter.api.Test;

/** Exact texts of the errors about signals that too few or too many statements drive. */
class DriverErrorTest {
  private static final MarkedLines LINES = new MarkedLines(DriverErrorTest.class);

  static final class OpenOutput extends Component {
    final UInt value = out(uint(4)); // @openOutput
  }

  @Test
  void anOutputThatNothingDrivesIsRefused() {
    LINES.refused(OpenOutput::new, "output value of OpenOutput is never driven (@openOutput)");
  }

  static final class OpenWire extends Component {
    final UInt value = out(uint(4));

    OpenWire() {
      UInt middle = wire(uint(4)); // @openWire
      value.set(middle);
    }
  }

  @Test
  void aWireThatNothingDrivesIsRefused() {
    LINES.refused(OpenWire::new, "wire middle of OpenWire is never driven (@openWire)");
  }

  static final class OpenRegister extends Component {
    final UInt value = out(uint(4));

    OpenRegister() {
      UInt held = reg(uint(4), 3); // @openRegister
      value.set(held);
    }
  }

  @Test
  void aRegisterThatNothingDrivesIsRefused() {
    LINES.refused(
        OpenRegister::new, "register held of OpenRegister is never driven (@openRegister)");
  }

  static final class OpenInstance extends Component {
    final Bit y = out(bit());

    OpenInstance() {
      Inverter inverter = inst(new Inverter()); // @openInstance
      y.set(inverter.y);
    }
  }

  @Test
  void anInstanceInputThatNothingDrivesIsRefused() {
    LINES.refused(
        OpenInstance::new, "input inverter.x of OpenInstance is never driven (@openInstance)");
  }

  static final class TwoDrivers extends Component {
    final Bit x = in(bit());
    final Bit y = out(bit());

    TwoDrivers() {
      y.set(x); // @firstDriver
      y.set(x.not()); // @secondDriver
    }
  }

  @Test
  void twoUnconditionalDriversAreRefusedWithBothLines() {
    LINES.refused(
        TwoDrivers::new,
        "y of TwoDrivers is driven at @firstDriver and again, unconditionally, at @secondDriver");
  }

  static final class OverriddenBranch extends Component {
    final Bit x = in(bit());
    final Bit y = out(bit());

    OverriddenBranch() {
      when(
          x,
          () -> {
            y.set(true); // @lostDriver
          });
      y.set(x); // @winningDriver
    }
  }

  @Test
  void aConditionalDriverBeforeAnUnconditionalOneIsRefused() {
    LINES.refused(
        OverriddenBranch::new,
        "y of OverriddenBranch is driven at @lostDriver and again, unconditionally, at"
            + " @winningDriver");
  }

  static final class DefaultFirst extends Component {
    final Bit x = in(bit());
    final Bit y = out(bit());

    DefaultFirst() {
      y.set(false);
      when(x, () -> y.set(true));
    }
  }

  @Test
  void aDefaultBeforeABranchIsNoSecondDriver() {
    assertThat(new DefaultFirst().close().netlist()).isNotNull();
  }

  static final class Latch extends Component {
    final Bit x = in(bit());
    final Bit z = in(bit());
    final Bit y = out(bit()); // @latch

    Latch() {
      when(x, () -> y.set(true)) // @latchBranch
          .elseWhen(z, () -> y.set(false)); // @latchInner
    }
  }

  @Test
  void aBranchThatLeavesAnOutputUndrivenIsRefusedWithItsLine() {
    LINES.refused(
        Latch::new,
        "output y of Latch would be a latch: the branch at @latchInner leaves it undriven; drive it"
            + " before or in every branch (@latch)");
  }

  static final class LatchInState extends Component {
    enum Phase {
      IDLE,
      RUN
    }

    final Bit y = out(bit()); // @stateLatch

    LatchInState() {
      var phase = state(Phase.IDLE);
      phase.set(Phase.RUN);
      match( // @stateBranch
          phase,
          p ->
              switch (p) {
                case IDLE -> () -> y.set(true);
                case RUN -> () -> {};
              });
    }
  }

  @Test
  void aStateThatLeavesAnOutputUndrivenIsRefusedWithItsLine() {
    LINES.refused(
        LatchInState::new,
        "output y of LatchInState would be a latch: the branch at @stateBranch leaves it undriven;"
            + " drive it before or in every branch (@stateLatch)");
  }
}
