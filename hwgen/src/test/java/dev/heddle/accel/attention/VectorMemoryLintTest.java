package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.uint;

import dev.heddle.hdl.Component;
import dev.heddle.hdl.verilog.Lint;
import dev.heddle.lib.AxiShape;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class VectorMemoryLintTest {
  @TempDir Path folder;

  static Stream<Arguments> components() {
    return Stream.of(
        component("bank of one lane", () -> new VectorBank(1, 2, 8)),
        component("bank of five lanes", () -> new VectorBank(5, 64, 528)),
        component("banks of one lane", () -> new VectorBanks<>(1, 2, 4, 8, uint(3))),
        component("banks of four lanes", () -> new VectorBanks<>(4, 8, 256, 528, uint(20))),
        component("loader of short vectors", () -> new VectorLoader(memory(32), 64, 64, false)),
        component("loader of keys", () -> new VectorLoader(memory(128), 128, 256, true)),
        component("loader of a line a cycle", () -> new VectorLoader(memory(512), 64, 64, true)));
  }

  private static AxiShape memory(int bits) {
    return new AxiShape(40, bits, 1);
  }

  private static Arguments component(String name, Supplier<Component> component) {
    return Arguments.of(name, component);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("components")
  void theVerilogIsAcceptedWithoutAWarning(String name, Supplier<Component> component)
      throws Exception {
    Lint.assertClean(component.get(), folder);
  }
}
