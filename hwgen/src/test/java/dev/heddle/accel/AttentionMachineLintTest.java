package dev.heddle.accel;

import dev.heddle.hdl.verilog.Lint;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All modules of a machine with an attention engine. */
class AttentionMachineLintTest {
  @TempDir Path folder;

  @Test
  void theVerilogIsAcceptedWithoutAWarning() throws Exception {
    AttentionShape shape = new AttentionShape(1, 64, 64, 2, 64, 64, 1, 64, false, false);
    Lint.assertClean(new Machine(Configuration.NANO.withAttention(shape)), folder);
  }
}
