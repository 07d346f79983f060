package dev.heddle.accel.attention;

import dev.heddle.accel.AttentionShape;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.verilog.Lint;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DatapathLintTest {
  private static final AttentionShape SMALL = new AttentionShape(1, 64, 64, 2, 64, 64, 1, 64);
  private static final AttentionShape LARGE =
      new AttentionShape(8, 128, 128, 16, 4096, 16384, 64, 4096).withSchedule();
  private static final AttentionShape CODES =
      new AttentionShape(8, 128, 64, 16, 4096, 16384, 64, 4096).withSchedule().withBlocks();
  private static final AttentionShape CUT = new AttentionShape(1, 64, 64, 2, 1024, 1024, 1, 64);
  private static final AttentionShape WHOLE = new AttentionShape(1, 64, 64, 2, 64, 64, 64, 64);

  @TempDir Path folder;

  static Stream<Arguments> modules() {
    return Stream.of(
        module("small score lane", () -> new ScoreLane(SMALL)),
        module("large score lane", () -> new ScoreLane(LARGE)),
        module("score lane with biases", () -> new ScoreLane(CUT.withAlibi())),
        module("score lane with caps", () -> new ScoreLane(SMALL.withCaps())),
        module("score lane with caps and biases", () -> new ScoreLane(CUT.withAlibi().withCaps())),
        module("small weight lane", () -> new WeightLane(SMALL)),
        module("large weight lane", () -> new WeightLane(LARGE)),
        module("small value lane", () -> new ValueLane(SMALL)),
        module("large value lane", () -> new ValueLane(LARGE)),
        module("merge of one lane", () -> new RowMerge(CUT)),
        module("merge of eight lanes", () -> new RowMerge(LARGE)),
        module("merge with sinks", () -> new RowMerge(LARGE.withSinks())),
        module("merge with states", () -> new RowMerge(LARGE.withStates())),
        module("merge of one lane with states", () -> new RowMerge(CUT.withStates())),
        module("merge with sinks and states", () -> new RowMerge(CODES.withSinks().withStates())),
        module("float multiplier", FloatMultiplier::new),
        module("float scaler", FloatScaler::new),
        module("small reciprocal", () -> new Reciprocal(26)),
        module("large reciprocal", () -> new Reciprocal(34)),
        module("X8 encoder", X8Encoder::new),
        module("small normaliser", () -> new Normaliser(SMALL)),
        module("large normaliser", () -> new Normaliser(LARGE)),
        module("normaliser with codes", () -> new Normaliser(CODES)),
        module("normaliser with states", () -> new Normaliser(CUT.withStates())),
        module("normaliser with codes and states", () -> new Normaliser(CODES.withStates())),
        module("normaliser of whole rows", () -> new Normaliser(WHOLE)));
  }

  private static Arguments module(String name, Supplier<Component> module) {
    return Arguments.of(name, module);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("modules")
  void theVerilogIsAcceptedWithoutAWarning(String name, Supplier<Component> module)
      throws Exception {
    Lint.assertClean(module.get(), folder);
  }
}
