package dev.heddle.accel;

import dev.heddle.accel.cache.CacheEngine;
import dev.heddle.accel.routing.RouterEngine;
import dev.heddle.hdl.verilog.Lint;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** All modules of a machine with an attention engine. */
class AttentionMachineLintTest {
  @TempDir Path folder;

  static Stream<AttentionShape> shapes() {
    AttentionShape least = new AttentionShape(1, 64, 64, 2, 64, 64, 1, 64);
    AttentionShape two = new AttentionShape(2, 64, 64, 2, 64, 64, 32, 64);
    return Stream.of(
        least,
        least.withPages().withMasks(),
        two.withSchedule().withPages().withMasks().withBlocks(),
        new AttentionShape(2, 64, 128, 2, 1024, 1024, 8, 64)
            .withStates()
            .withSinks()
            .withAlibi()
            .withCaps());
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void theVerilogIsAcceptedWithoutAWarning(AttentionShape shape) throws Exception {
    Lint.assertClean(new Machine(Configuration.NANO.withAttention(shape)), folder);
  }

  static Stream<Configuration> routers() {
    AttentionShape wide = new AttentionShape(1, 128, 64, 2, 64, 64, 1, 64).withPages();
    AttentionShape narrow = new AttentionShape(1, 64, 64, 2, 64, 64, 1, 64).withPages();
    return Stream.of(
        Configuration.NANO.withAttention(narrow).withRouter(new RouterShape(2, 64, 1)),
        Configuration.LARGE.withAttention(wide).withRouter(new RouterShape(34, 256, 64)));
  }

  @ParameterizedTest
  @MethodSource("routers")
  void theVerilogOfARouterIsAcceptedWithoutAWarning(Configuration configuration) throws Exception {
    Lint.assertClean(new RouterEngine(configuration), folder);
  }

  static Stream<Configuration> appending() {
    AttentionShape deep = new AttentionShape(1, 64, 128, 2, 64, 64, 1, 64);
    AttentionShape shallow = new AttentionShape(1, 64, 64, 2, 64, 64, 1, 64);
    return Stream.of(
        Configuration.NANO.withAttention(deep).withAppend(),
        Configuration.LARGE.withAttention(shallow).withAppend());
  }

  @ParameterizedTest
  @MethodSource("appending")
  void theVerilogOfTheEngineThatAppendsIsAcceptedWithoutAWarning(Configuration configuration)
      throws Exception {
    Lint.assertClean(new CacheEngine(configuration), folder);
  }

  @Test
  void aMachineWithoutARouterMayAppend() throws Exception {
    AttentionShape least = new AttentionShape(1, 64, 64, 2, 64, 64, 1, 64);
    Lint.assertClean(new Machine(Configuration.NANO.withAttention(least).withAppend()), folder);
  }
}
