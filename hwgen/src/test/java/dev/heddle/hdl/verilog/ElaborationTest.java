package dev.heddle.hdl.verilog;

import static dev.heddle.hdl.Hdl.*;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.heddle.example.Cell;
import dev.heddle.example.Systolic;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.ir.Definition;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** What building and writing a design costs, by counts that do not depend on the machine. */
class ElaborationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static long allocatedBytes(int n) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    VerilogWriter.write(new Systolic(n));
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  @Test
  void fourTimesTheCellsAllocateFourTimesTheMemory() {
    for (int run = 0; run < 3; run++) {
      allocatedBytes(8);
    }
    long small = allocatedBytes(24);
    long large = allocatedBytes(48);
    assertThat((double) large / small).as("%d to %d bytes", small, large).isBetween(3.0, 4.6);
  }

  @Test
  void equalModulesShareTheContentsOfTheFirst() {
    Definition array = new Systolic(4).close();
    Definition first = array.instances().get(0).definition();
    assertThat(first.nodes()).hasSizeGreaterThan(first.ports().size());
    assertThat(array.instances()).hasSize(16);
    for (var instance : array.instances().subList(1, 16)) {
      Definition cell = instance.definition();
      assertThat(cell.nodes()).isEmpty();
      assertThat(cell.body().isEmpty()).isTrue();
      assertThat(cell.netlist()).isSameAs(first.netlist());
      assertThat(cell.ports()).hasSameSizeAs(first.ports());
    }
  }

  @Test
  void amongEqualModulesEachIsWrittenWhole() {
    var pair = new Pair();
    assertThat(VerilogWriter.write(pair.second).text())
        .isEqualTo(VerilogWriter.write(new Cell()).text());
  }

  /** Two equal cells in a row. */
  private static final class Pair extends Component {
    private final Cell second;

    Pair() {
      var input = in(sint(8));
      var output = out(sint(32));
      Cell first = inst(new Cell());
      second = inst(new Cell());
      for (Cell cell : new Cell[] {first, second}) {
        cell.load.set(lit(true));
        cell.aIn.set(input);
        cell.wIn.set(input);
      }
      first.pIn.set(slit(0, 32));
      second.pIn.set(first.pOut);
      output.set(second.pOut);
    }
  }
}
