package dev.heddle.hdl.verilog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.example.Arithmetic;
import dev.heddle.example.Counter;
import dev.heddle.example.Features;
import dev.heddle.example.Loader;
import dev.heddle.example.Systolic;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Hdl;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.UInt;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LintTest {
  private static final String BUFFER =
      """
      module Buffer #(parameter STAGES = 1) (
        input  wire [3:0] value,
        output wire [3:0] delayed
      );
        assign delayed = value << STAGES;
      endmodule
      """;

  @TempDir Path folder;

  @Test
  void aCounterIsClean() throws Exception {
    Lint.assertClean(new Counter(10), folder);
  }

  @Test
  void aStateMachineIsClean() throws Exception {
    Lint.assertClean(new Loader(7), folder);
  }

  @Test
  void arithmeticOfMixedWidthsIsClean() throws Exception {
    Lint.assertClean(new Arithmetic(), folder);
  }

  @Test
  void anArrayOfCellsIsClean() throws Exception {
    Lint.assertClean(new Systolic(3), folder);
  }

  @Test
  void everyFeatureIsClean() throws Exception {
    Lint.assertClean(new Features(), folder, Map.of("Buffer", BUFFER));
  }

  static final class Negate extends Component {
    final SInt x = in(Hdl.sint(4));
    final SInt y = out(Hdl.sint(4));

    Negate() {
      y.set(x.neg().wrap(4));
    }
  }

  static final class Invert extends Component {
    final UInt x = in(Hdl.uint(4));
    final UInt y = out(Hdl.uint(4));

    Invert() {
      y.set(x.not());
    }
  }

  /** Signals that go to inputs of the other sign. */
  static final class SignChanges extends Component {
    final SInt number = in(Hdl.sint(4));
    final UInt code = in(Hdl.uint(4));
    final UInt y = out(Hdl.uint(16));

    SignChanges() {
      Negate negate = inst(new Negate());
      negate.x.set(code.asSInt());
      List<UInt> inverted = new ArrayList<>();
      for (UInt x :
          List.of(
              number.asUInt(),
              Hdl.cat(List.of(negate.y.asUInt())),
              number.not().asUInt(),
              number.slice(3, 0))) {
        Invert invert = inst("invert_" + inverted.size(), new Invert());
        invert.x.set(x);
        inverted.add(invert.y);
      }
      y.set(Hdl.cat(inverted));
    }
  }

  @Test
  void aSignThatChangesAtAnInputIsClean() throws Exception {
    Lint.assertClean(new SignChanges(), folder);
    assertThat(VerilogWriter.write(new SignChanges()).text()).doesNotContain("($unsigned(");
  }

  static final class FarShift extends Component {
    final UInt x = in(Hdl.uint(8));
    final UInt y = out(Hdl.uint(8));

    FarShift() {
      y.set(x.shr(Hdl.lit(0xbb3851d9d4L, 40)));
    }
  }

  @Test
  void aConstantShiftOfMoreThanThirtyTwoBitsIsClean() throws Exception {
    Lint.assertClean(new FarShift(), folder);
  }

  static final class Forgetful extends Component {
    final Bit x = in(Hdl.bit());
    final Bit forgotten = in(Hdl.bit());
    final Bit y = out(Hdl.bit());

    Forgetful() {
      y.set(x);
    }
  }

  @Test
  void aForgottenInputIsReported() {
    assertThatThrownBy(() -> Lint.assertClean(new Forgetful(), folder))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("UNUSED")
        .hasMessageContaining("forgotten");
  }

  @Test
  void everyModuleIsFound() {
    assertThat(Lint.modules(VerilogWriter.write(new Systolic(2))))
        .containsOnlyKeys("Cell", "Systolic2");
  }
}
