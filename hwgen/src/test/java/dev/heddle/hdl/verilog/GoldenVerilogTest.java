package dev.heddle.hdl.verilog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.example.Arithmetic;
import dev.heddle.example.Counter;
import dev.heddle.example.Features;
import dev.heddle.example.Loader;
import dev.heddle.example.Systolic;
import dev.heddle.hdl.Component;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The Verilog of the examples, compared as text. {@code -Dheddle.golden.update=true} writes it
 * anew: read the difference before you commit it.
 */
class GoldenVerilogTest {
  private static final Path FOLDER = Path.of("src/test/resources/golden");
  private static final Map<String, Supplier<Component>> EXAMPLES =
      Map.of(
          "Arithmetic", Arithmetic::new,
          "Counter", () -> new Counter(10),
          "Features", Features::new,
          "Loader", () -> new Loader(7),
          "Systolic2", () -> new Systolic(2));

  static Stream<String> examples() {
    return EXAMPLES.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void theVerilogIsAsReviewed(String name) throws IOException {
    Path file = FOLDER.resolve(name + ".v");
    String text = VerilogWriter.write(EXAMPLES.get(name).get()).text();
    if (Boolean.getBoolean("heddle.golden.update")) {
      Files.writeString(file, text);
    }
    assertThat(text).isEqualTo(Files.readString(file));
  }

  @ParameterizedTest
  @MethodSource("examples")
  void theSameSourceGivesTheSameText(String name) {
    assertThat(VerilogWriter.write(EXAMPLES.get(name).get()).text())
        .isEqualTo(VerilogWriter.write(EXAMPLES.get(name).get()).text());
  }
}
