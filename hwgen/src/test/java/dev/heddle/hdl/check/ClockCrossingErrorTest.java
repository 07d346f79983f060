package dev.heddle.hdl.check;

import static dev.heddle.hdl.Hdl.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.ClockDomain;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Mem;
import dev.heddle.hdl.UInt;
import org.junit.jupiter.api.Test;

/** Exact texts of the errors about signals of another clock domain. */
class ClockCrossingErrorTest {
  private static final MarkedLines LINES = new MarkedLines(ClockCrossingErrorTest.class);

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
    LINES.refused(
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
    LINES.refused(
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
    LINES.refused(
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
    LINES.refused(
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
    LINES.refused(
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
    LINES.refused(
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
    LINES.refused(
        AsynchronousPin::new,
        "register sample of AsynchronousPin is clocked by clk but samples pin (@pin), which is"
            + " asynchronous, at @pinSample; pass one bit through a Synchronizer, more through an"
            + " AsyncFifo");
  }
}
