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
import java.nio.file.Path;
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
