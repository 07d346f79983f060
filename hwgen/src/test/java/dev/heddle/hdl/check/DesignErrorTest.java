package dev.heddle.hdl.check;

import static dev.heddle.hdl.Hdl.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.BlackBox;
import dev.heddle.hdl.ClockDomain;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.HdlException;
import dev.heddle.hdl.Mem;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.ir.Definition;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Exact texts of the errors that show when a component is complete. */
class DesignErrorTest {
  private static final MarkedLines LINES = new MarkedLines(DesignErrorTest.class);

  private static void refused(Supplier<? extends Component> design, String message) {
    assertThatThrownBy(() -> design.get().close())
        .isInstanceOf(HdlException.class)
        .hasMessage(LINES.fill(message));
  }

  // ---- drivers

  static final class OpenOutput extends Component {
    final UInt value = out(uint(4)); // @openOutput
  }

  @Test
  void anOutputThatNothingDrivesIsRefused() {
    refused(OpenOutput::new, "output value of OpenOutput is never driven (@openOutput)");
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
    refused(OpenWire::new, "wire middle of OpenWire is never driven (@openWire)");
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
    refused(OpenRegister::new, "register held of OpenRegister is never driven (@openRegister)");
  }

  static final class Inverter extends Component {
    final Bit x = in(bit());
    final Bit y = out(bit());

    Inverter() {
      y.set(x.not()); // @inverter
    }
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
    refused(OpenInstance::new, "input inverter.x of OpenInstance is never driven (@openInstance)");
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
    refused(
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
    refused(
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
    refused(
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
    refused(
        LatchInState::new,
        "output y of LatchInState would be a latch: the branch at @stateBranch leaves it undriven;"
            + " drive it before or in every branch (@stateLatch)");
  }

  // ---- names

  static final class ReservedPort extends Component {
    final Bit reg = in(bit()); // @reservedPort
  }

  @Test
  void aPortWithTheNameOfAReservedWordIsRefused() {
    refused(
        ReservedPort::new,
        "port reg of ReservedPort is a reserved word of Verilog or VHDL; choose another name"
            + " (@reservedPort)");
  }

  static final class ReservedModule extends Component {
    @Override
    protected String moduleName() {
      return "module";
    }
  }

  @Test
  void aModuleWithTheNameOfAReservedWordIsRefused() {
    refused(ReservedModule::new, "module name module is not usable in Verilog; choose another");
  }

  static final class SpacedModule extends Component {
    @Override
    protected String moduleName() {
      return "two words";
    }
  }

  @Test
  void aModuleNameThatIsNoIdentifierIsRefused() {
    refused(SpacedModule::new, "module name two words is not usable in Verilog; choose another");
  }

  static final class NamelessPort extends Component {
    NamelessPort() {
      unused(in(bit())); // @namelessPort
    }
  }

  @Test
  void aPortThatIsNotStoredInAFieldIsRefused() {
    refused(
        NamelessPort::new,
        "a port of NamelessPort has no name; store it in a field (@namelessPort)");
  }

  static final class SamePort extends Component {
    SamePort() {
      for (int unused : List.of(0, 1)) {
        Bit x = in(bit()); // @samePort
        Component.of(x).check(x, "x");
      }
    }
  }

  @Test
  void twoPortsOfOneNameAreRefused() {
    refused(SamePort::new, "two ports of SamePort are called x (@samePort)");
  }

  static final class ClockPort extends Component {
    final Bit clk = in(bit()); // @clockPort
  }

  @Test
  void aPortWithTheNameOfAClockIsRefused() {
    refused(
        ClockPort::new,
        "port clk of ClockPort has the name of a clock or reset; choose another name (@clockPort)");
  }

  // ---- loops

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
    refused(
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
    refused(
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
    refused(
        OpaqueRing::new,
        """
        combinational loop in OpaqueRing; put a register into it:
          box.x, driven at @opaqueInput, reads
          box.y, an output of the instance at @opaque, reads
          box.x""");
  }

  // ---- clock crossings

  static final class Crossing extends Component {
    final UInt fast = in(uint(4)); // @fast
    final UInt slow;

    Crossing(boolean captured) {
      ClockDomain other = clockDomain("slow");
      slow = out(other, uint(4));
      clocked(
          other,
          () -> {
            UInt sample = captured ? capture(fast, 0) : reg(uint(4));
            if (!captured) {
              sample.set(fast); // @sample
            }
            slow.set(sample);
          });
    }
  }

  @Test
  void aRegisterThatSamplesAnotherClockDomainIsRefused() {
    refused(
        () -> new Crossing(false),
        "register sample of Crossing is clocked by slow_clk but samples fast (@fast), which is"
            + " clocked by clk, at @sample; pass one bit through a Synchronizer, more through an"
            + " AsyncFifo");
  }

  @Test
  void aCapturingRegisterMaySampleAnotherClockDomain() {
    assertThat(new Crossing(true).close().netlist().registers()).hasSize(1);
  }

  static final class CrossingOutput extends Component {
    final Bit x = in(bit()); // @crossingInput
    final Bit y;

    CrossingOutput() {
      y = out(clockDomain("other"), bit());
      y.set(x); // @crossingOutput
    }
  }

  @Test
  void anOutputOfAnotherClockDomainIsRefused() {
    refused(
        CrossingOutput::new,
        "output y of CrossingOutput is clocked by other_clk but samples x (@crossingInput), which"
            + " is clocked by clk, at @crossingOutput; pass one bit through a Synchronizer, more"
            + " through an AsyncFifo");
  }

  static final class CrossingInstance extends Component {
    final Bit x = in(bit()); // @instanceInput
    final Bit y;

    CrossingInstance() {
      ClockDomain other = clockDomain("other");
      y = out(bit());
      Inverter inverter = inst(new Inverter(), other); // @otherInverter
      inverter.x.set(x); // @otherInput
      y.set(inverter.y); // @otherOutput
    }
  }

  @Test
  void portsOfAnInstanceBelongToTheDomainThatItIsPlacedIn() {
    refused(
        CrossingInstance::new,
        "output y of CrossingInstance is clocked by clk but samples inverter.y (@otherInverter),"
            + " which is clocked by other_clk, at @otherOutput; pass one bit through a"
            + " Synchronizer, more through an AsyncFifo\n"
            + "input inverter.x of CrossingInstance is clocked by other_clk but samples x"
            + " (@instanceInput), which is clocked by clk, at @otherInput; pass one bit through a"
            + " Synchronizer, more through an AsyncFifo");
  }

  static final class CrossingMemory extends Component {
    final UInt address = in(uint(3)); // @memoryAddress
    final UInt word;

    CrossingMemory(boolean declared) {
      ClockDomain other = clockDomain("other");
      UInt index = in(other, uint(3));
      word = out(other, uint(8));
      Mem<UInt> ram = declared ? crossingMem(uint(8), 8) : mem(uint(8), 8); // @memory
      ram.write(address, address.pad(8));
      word.set(ram.read(index)); // @memoryRead
    }

    private CrossingMemory() {
      ClockDomain other = clockDomain("other");
      word = out(uint(8));
      Mem<UInt> ram = mem(uint(8), 8);
      clocked(
          other,
          () -> {
            ram.write(address, lit(1, 8)); // @memoryWrite
          });
      word.set(0);
    }
  }

  @Test
  void aMemoryBelongsToTheDomainThatWritesIt() {
    refused(
        () -> new CrossingMemory(false),
        "output word of CrossingMemory is clocked by other_clk but samples memory ram (@memory),"
            + " which is clocked by clk, at @memoryRead; pass one bit through a Synchronizer, more"
            + " through an AsyncFifo");
  }

  @Test
  void aMemoryDeclaredToCrossMayBeReadInAnotherDomain() {
    assertThat(new CrossingMemory(true).close().netlist().writePorts()).hasSize(1);
  }

  @Test
  void aWriteWithAnAddressOfAnotherDomainIsRefused() {
    refused(
        CrossingMemory::new,
        "memory ram of CrossingMemory is clocked by other_clk but samples address"
            + " (@memoryAddress), which is clocked by clk, at @memoryWrite; pass one bit through a"
            + " Synchronizer, more through an AsyncFifo");
  }

  static final class CrossingProperty extends Component {
    final Bit x = in(bit()); // @propertyInput

    CrossingProperty() {
      clocked(
          clockDomain("other"),
          () -> {
            check(x, "x stays one"); // @property
          });
    }
  }

  @Test
  void aPropertyOfASignalOfAnotherDomainIsRefused() {
    refused(
        CrossingProperty::new,
        "property \"x stays one\" of CrossingProperty is clocked by other_clk but samples x"
            + " (@propertyInput), which is clocked by clk, at @property; pass one bit through a"
            + " Synchronizer, more through an AsyncFifo");
  }

  static final class AsynchronousPin extends Component {
    final Bit pin = asynchronousIn(bit()); // @pin
    final Bit y = out(bit());

    AsynchronousPin() {
      Bit sample = next(pin); // @pinSample
      y.set(sample);
    }
  }

  @Test
  void anAsynchronousInputMustBeCaptured() {
    refused(
        AsynchronousPin::new,
        "register sample of AsynchronousPin is clocked by clk but samples pin (@pin), which is"
            + " asynchronous, at @pinSample; pass one bit through a Synchronizer, more through an"
            + " AsyncFifo");
  }

  // ---- each module is analysed once

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
