package dev.heddle.testbench;

import static dev.heddle.hdl.Hdl.connect;
import static dev.heddle.hdl.Hdl.uint;
import static dev.heddle.hdl.Hdl.unused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.hdl.ClockDomain;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.HdlException;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.ir.Interpreter;
import dev.heddle.hdl.verilog.VerilogDesign;
import dev.heddle.hdl.verilog.VerilogWriter;
import org.junit.jupiter.api.Test;

class ResetDomainTest {
  /** Counts from 0. */
  public static final class Counter extends Component {
    public final UInt count = out(uint(8));

    public Counter() {
      UInt value = reg(uint(8), 0);
      value.set(value.inc());
      count.set(value);
    }
  }

  /** A counter that always runs, one that a second reset starts anew, and their difference. */
  public static final class Counters extends Component {
    public final UInt whole = out(uint(8));
    public final UInt part = out(uint(8));
    public final UInt difference = out(uint(8));

    public Counters() {
      ClockDomain restarted = resetDomain("part");
      Counter first = inst(new Counter());
      Counter second = inst(new Counter(), restarted);
      connect(whole, first.count);
      connect(part, second.count);
      difference.set(first.count.wrapSub(second.count));
    }
  }

  /** Puts {@link Counters} into another component. */
  public static final class Outer extends Component {
    public final UInt difference = out(uint(8));

    public Outer(boolean sameClock) {
      ClockDomain other = sameClock ? resetDomain("inner") : clockDomain("inner");
      Counters counters = inst(new Counters(), defaultDomain(), other);
      difference.set(counters.difference);
      unused(counters.whole);
      unused(counters.part);
    }
  }

  @Test
  void aPartStartsAnewWhileTheRestGoesOn() {
    VerilogDesign design = VerilogWriter.write(new Outer(true));
    assertThat(design.text()).containsOnlyOnce("input  wire inner_reset");
    try (Simulation sim = Simulation.of(design)) {
      sim.clock("clk");
      sim.set("inner_reset", 1);
      sim.reset(2);
      sim.set("inner_reset", 0);
      sim.step(10);
      assertThat(sim.value("difference")).isZero();
      sim.set("inner_reset", 1);
      sim.step(5);
      sim.set("inner_reset", 0);
      sim.step(3);
      assertThat(sim.value("difference")).isEqualTo(15);
    }
  }

  @Test
  void theInterpreterStepsAClockWithAllItsResets() {
    Interpreter interpreter = new Interpreter(new Counters().close());
    interpreter.reset(0, true);
    interpreter.reset(1, true);
    interpreter.step(0);
    interpreter.reset(0, false);
    interpreter.reset(1, false);
    interpreter.step(0);
    interpreter.step(1);
    assertThat(interpreter.value("whole").intValue()).isEqualTo(2);
    assertThat(interpreter.value("part").intValue()).isEqualTo(2);
    interpreter.reset(1, true);
    interpreter.step(0);
    assertThat(interpreter.value("whole").intValue()).isEqualTo(3);
    assertThat(interpreter.value("part").intValue()).isZero();
  }

  @Test
  void oneClockStaysOneClock() {
    assertThatThrownBy(() -> new Outer(false))
        .isInstanceOf(HdlException.class)
        .hasMessage(
            "Counters has one clock with several resets, but the domains given have different clocks");
  }
}
