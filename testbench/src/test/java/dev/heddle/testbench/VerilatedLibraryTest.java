package dev.heddle.testbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.hdl.verilog.VerilogDesign;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerilatedLibraryTest {
  private static final LibraryOptions OPTIONS = LibraryOptions.CHECKED;

  private static VerilatedLibrary library(String name) {
    return VerilatedLibrary.of(Designs.of(name), OPTIONS);
  }

  /** Files of simulator libraries that are mapped into this process. */
  private static List<String> mapped() throws IOException {
    String folder = LibraryCache.ofUser().folder().toString();
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines
          .filter(line -> line.contains(folder))
          .map(line -> line.substring(line.indexOf('/')))
          .distinct()
          .toList();
    }
  }

  private static long count(Simulation counter) {
    counter.clock("clk");
    counter.reset(2);
    counter.set("enable", 1);
    counter.step(5);
    return counter.value("count");
  }

  @Test
  void twoDesignsOfTheSameNameLoadedAtOnceGiveTheirOwnAnswers() {
    try (VerilatedLibrary up = library("counter");
        VerilatedLibrary down = library("twin");
        Simulation first = Simulation.in(up, 1);
        Simulation second = Simulation.in(down, 1);
        Simulation third = Simulation.in(up, 1)) {
      assertThat(up.file()).isNotEqualTo(down.file());
      assertThat(count(first)).isEqualTo(5);
      assertThat(count(second)).isEqualTo(256 - 15);
      first.step(10);
      assertThat(count(third)).isEqualTo(5);
      assertThat(first.value("count")).isEqualTo(15);
    }
  }

  /** The operands are known only once the parts are inlined; found by a random circuit. */
  @Test
  void signedComparisonsOfEqualConstantsAreFoldedRight() {
    VerilogDesign design =
        Designs.ofText(
            """

            module part(input [7:0] bits, output [3:0] holds);
              wire signed [7:0] value = bits;
              wire signed [7:0] same = bits;
              assign holds = {same <= value, same >= value, value <= 8'sd5, value >= 8'sd5};
            endmodule

            module whole(output [3:0] holds);
              wire one = 1'b1;
              part part_0(.bits({7'd2, one}), .holds(holds));
            endmodule
            """);
    for (LibraryOptions options : List.of(OPTIONS, LibraryOptions.FAST, OPTIONS.withTrace())) {
      try (VerilatedLibrary library = VerilatedLibrary.of(design, options);
          Simulation whole = Simulation.in(library, 1)) {
        whole.eval();
        assertThat(whole.value("holds")).as("%s", options).isEqualTo(0b1111);
      }
    }
  }

  /** A constant bit crosses into the part that reads it; found by a random circuit. */
  @Test
  void constantBitsOfAChosenWordStayWhatTheyAre() {
    VerilogDesign design =
        Designs.ofText(
            """

            module part(input push, input [3:0] word, input pop, output [4:0] out);
              assign out = {push && pop, word};
            endmodule

            module whole(input [3:0] a, input [3:0] b, input push, output [4:0] out);
              wire [58:0] first;
              wire [58:0] second;
              wire most = b <= a;
              wire more = !most;
              wire [58:0] choice = most ? second : first;
              part part_0(.push(push), .word(choice[3:0]), .pop(choice[58]), .out(out));
              assign first = {58'd0, more};
              assign second = {58'd0, more};
            endmodule
            """);
    for (LibraryOptions options : List.of(OPTIONS, LibraryOptions.FAST, OPTIONS.withTrace())) {
      try (VerilatedLibrary library = VerilatedLibrary.of(design, options);
          Simulation whole = Simulation.in(library, 1)) {
        whole.set("push", 1);
        for (int b = 0; b < 16; b++) {
          whole.set("a", 7);
          whole.set("b", b);
          whole.eval();
          assertThat(whole.value("out")).as("%s, b = %d", options, b).isEqualTo(b > 7 ? 1 : 0);
        }
      }
    }
  }

  @Test
  void aStopInOneDesignLeavesTheOthersRunning() throws InterruptedException {
    try (Simulation stopper = Simulation.of(Designs.of("stopper"));
        Simulation counter = Simulation.of(Designs.of("counter"))) {
      stopper.clock("clk");
      count(counter);
      stopper.set("how", 1);
      List<Throwable> thrown = new ArrayList<>();
      Thread other =
          new Thread(
              () -> {
                for (int i = 0; i < 2; i++) {
                  try {
                    stopper.step();
                  } catch (SimulationStoppedException e) {
                    thrown.add(e);
                  }
                }
              });
      other.start();
      other.join();
      assertThat(thrown).hasSize(2);
      counter.step(3);
      assertThat(counter.value("count")).isEqualTo(8);
    }
  }

  @Test
  void fiftyCyclesOfCreateAndDestroyLeaveNothingMapped() throws IOException {
    library("counter").close();
    library("twin").close();
    assertThat(mapped()).isEmpty();
    for (int i = 0; i < 50; i++) {
      try (VerilatedLibrary up = library("counter");
          VerilatedLibrary down = library("twin");
          Simulation first = Simulation.in(up, i);
          Simulation second = Simulation.in(down, i)) {
        assertThat(count(first)).isEqualTo(5);
        assertThat(count(second)).isEqualTo(241);
        assertThat(mapped()).hasSize(2);
      }
      assertThat(mapped()).as("after cycle %d", i).isEmpty();
    }
  }

  @Test
  void aStoppedDesignIsUnloadedToo() throws IOException {
    try (Simulation stopper = Simulation.of(Designs.of("stopper"))) {
      stopper.clock("clk");
      stopper.set("how", 5);
      assertThatThrownBy(stopper::step).isInstanceOf(SimulationStoppedException.class);
      assertThat(mapped()).hasSize(1);
    }
    assertThat(mapped()).isEmpty();
  }

  @Test
  void aDesignThatHasPrintedIsUnloadedToo() throws IOException {
    VerilogDesign printer =
        Designs.ofText(
            "\nmodule printer(input clk);\n"
                + "  always @(posedge clk) $write(\"a line that is longer than a short string\\n\");"
                + "\nendmodule\n");
    try (Simulation simulation = Simulation.of(printer)) {
      simulation.clock("clk");
      simulation.step(2);
      assertThat(simulation.log()).contains("a line that is longer");
      assertThat(mapped()).hasSize(1);
    }
    assertThat(mapped()).isEmpty();
  }

  @Test
  void aLibraryStaysLoadedUntilItsLastInstanceIsClosed() throws IOException {
    VerilatedLibrary library = library("counter");
    try (Simulation counter = Simulation.in(library, 1)) {
      library.close();
      assertThat(count(counter)).isEqualTo(5);
      assertThat(mapped()).hasSize(1);
    }
    assertThat(mapped()).isEmpty();
    assertThatThrownBy(() -> Simulation.in(library, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the library of counter is closed");
  }

  @Test
  void equalInputIsBuiltOnceAndOtherOptionsAreAnotherLibrary() {
    List<String> steps = new ArrayList<>();
    library("counter").close();
    try (VerilatedLibrary again =
            VerilatedLibrary.of(
                Designs.of("counter"), OPTIONS, (done, total, step) -> steps.add(step));
        VerilatedLibrary other = VerilatedLibrary.of(Designs.of("counter"), LibraryOptions.FAST)) {
      assertThat(steps).isEmpty();
      assertThat(other.file()).isNotEqualTo(again.file());
    }
  }

  @Test
  void aTruncatedOrDamagedLibraryIsBuiltAgain() throws IOException {
    VerilogDesign design = Designs.of("counter");
    Path file;
    try (VerilatedLibrary library = VerilatedLibrary.of(design, OPTIONS)) {
      file = library.file();
    }
    assertThat(mapped()).as("a mapped file must not be truncated").doesNotContain(file.toString());
    long size = Files.size(file);
    List<String> steps = new ArrayList<>();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size / 2);
    }
    try (VerilatedLibrary library =
            VerilatedLibrary.of(design, OPTIONS, (done, total, step) -> steps.add(step));
        Simulation counter = Simulation.in(library, 1)) {
      assertThat(steps).contains("verilating counter", "linking");
      assertThat(library.file()).isEqualTo(file).hasSize(size);
      assertThat(count(counter)).isEqualTo(5);
    }
    Files.delete(file.resolveSibling("record"));
    try (Simulation counter = Simulation.of(design)) {
      assertThat(count(counter)).isEqualTo(5);
    }
    assertThat(file.resolveSibling("record")).exists();
  }

  @Test
  void aMissingToolSaysWhatToInstall(@TempDir Path empty) throws IOException {
    assertThatThrownBy(() -> Toolchain.find(empty.toString()))
        .isInstanceOf(BuildException.class)
        .hasMessage(
            "verilator was not found on the search path;"
                + " install it: sudo apt-get install -y verilator");
    assertThat(Files.createFile(empty.resolve("verilator")).toFile().setExecutable(true)).isTrue();
    assertThatThrownBy(() -> Toolchain.find(empty.toString()))
        .hasMessage(
            "g++ was not found on the search path; install it: sudo apt-get install -y g++");
  }

  @Test
  void verilogThatDoesNotCompileIsReportedWithItsLine() {
    VerilogDesign broken =
        Designs.ofText(
            "\nmodule broken(input clk, output reg q);\n  assign q = = clk;\nendmodule\n");
    assertThatThrownBy(() -> VerilatedLibrary.of(broken, OPTIONS))
        .isInstanceOf(BuildException.class)
        .hasMessageContaining("Verilator on module broken failed with exit code 1")
        .hasMessageContaining("broken.v:3:14: syntax error")
        .hasMessageContaining("The whole log is in ");
  }

  @Test
  void portsThatTheVerilogDoesNotHaveAreReported() {
    VerilogDesign counter = Designs.of("counter");
    VerilogDesign wrongWidth =
        new VerilogDesign(
            "counter", counter.text(), List.of(new VerilogDesign.Port("count", 9, false)));
    assertThatThrownBy(() -> VerilatedLibrary.of(wrongWidth, OPTIONS))
        .hasMessage(
            "port count of module counter has 8 bits in the Verilog text but is declared with 9");
    VerilogDesign missing =
        new VerilogDesign(
            "counter", counter.text(), List.of(new VerilogDesign.Port("load", 1, true)));
    assertThatThrownBy(() -> VerilatedLibrary.of(missing, OPTIONS))
        .hasMessage("module counter has no port load in its Verilog text");
  }

  @Test
  void namesThatVerilatorChangesAreFound() {
    VerilogDesign names =
        Designs.ofText(
            "\nmodule names(input delete, input [2:0] a__b, output [2:0] q_);\n"
                + "  assign q_ = a__b ^ {3{delete}};\nendmodule\n");
    try (Simulation simulation = Simulation.of(names)) {
      simulation.set("delete", 1);
      simulation.set("a__b", 2);
      simulation.eval();
      assertThat(simulation.value("q_")).isEqualTo(5);
    }
  }
}
