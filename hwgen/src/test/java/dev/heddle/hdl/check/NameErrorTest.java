package dev.heddle.hdl.check;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Exact texts of the errors about names of ports and modules. */
class NameErrorTest {
  private static final MarkedLines LINES = new MarkedLines(NameErrorTest.class);

  static final class ReservedPort extends Component {
    final Bit reg = in(bit()); // @reservedPort
  }

  @Test
  void aPortWithTheNameOfAReservedWordIsRefused() {
    LINES.refused(
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
    LINES.refused(
        ReservedModule::new, "module name module is not usable in Verilog; choose another");
  }

  static final class SpacedModule extends Component {
    @Override
    protected String moduleName() {
      return "two words";
    }
  }

  @Test
  void aModuleNameThatIsNoIdentifierIsRefused() {
    LINES.refused(
        SpacedModule::new, "module name two words is not usable in Verilog; choose another");
  }

  static final class NamelessPort extends Component {
    NamelessPort() {
      unused(in(bit())); // @namelessPort
    }
  }

  @Test
  void aPortThatIsNotStoredInAFieldIsRefused() {
    LINES.refused(
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
    LINES.refused(SamePort::new, "two ports of SamePort are called x (@samePort)");
  }

  static final class ClockPort extends Component {
    final Bit clk = in(bit()); // @clockPort
  }

  @Test
  void aPortWithTheNameOfAClockIsRefused() {
    LINES.refused(
        ClockPort::new,
        "port clk of ClockPort has the name of a clock or reset; choose another name (@clockPort)");
  }
}
