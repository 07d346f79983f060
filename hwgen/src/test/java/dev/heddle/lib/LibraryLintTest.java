package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.hdl.Component;
import dev.heddle.hdl.verilog.VerilogDesign;
import dev.heddle.hdl.verilog.VerilogWriter;
import dev.heddle.lib.link.LinkBridge;
import dev.heddle.lib.link.LinkParameters;
import dev.heddle.lib.link.UartLink;
import dev.heddle.lib.sdram.SdramController;
import dev.heddle.lib.sdram.SdramDevice;
import dev.heddle.lib.sdram.SdramTiming;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LibraryLintTest {
  private static final AxiShape SMALL = new AxiShape(20, 8, 1);
  private static final AxiShape LARGE = new AxiShape(64, 512, 4);
  private static final SdramDevice TWO_BANKS =
      new SdramDevice(
          "TWO_BANKS",
          16,
          1,
          11,
          8,
          new SdramTiming(
              10_000,
              7_000,
              20_000,
              40_000,
              40_000,
              100_000_000,
              120_000,
              150_000,
              50_000,
              6,
              9,
              64_000_000_000L,
              4096,
              200_000_000));

  private static final LinkParameters LINK =
      new LinkParameters(240, 8, 24_000_000, UartPeriod.of(24_000_000, 115_200), 1 << 20, 12, 1);

  @TempDir Path folder;

  static Stream<Arguments> components() {
    return Stream.of(
        component("fifo of two", () -> new Fifo<>(uint(8), 2)),
        component("fifo of single bits", () -> new Fifo<>(bit(), 5)),
        component("fifo of records", () -> new Fifo<>(Samples.word(16), 16)),
        component("block fifo of two", () -> new BlockRamFifo<>(uint(8), 2)),
        component("block fifo of any depth", () -> new BlockRamFifo<>(sint(9), 100)),
        component("block fifo of records", () -> new BlockRamFifo<>(Samples.word(16), 512)),
        component("asynchronous fifo of two", () -> new AsyncFifo<>(uint(8), 2)),
        component("asynchronous fifo of records", () -> new AsyncFifo<>(Samples.word(8), 16)),
        component("synchroniser of a bit", () -> new Synchronizer<>(bit())),
        component("synchroniser of a number", () -> new Synchronizer<>(uint(5), 3)),
        component("arbiter of two", () -> new Arbiter<>(uint(8), 2, Arbiter.Policy.FIXED_PRIORITY)),
        component(
            "fair arbiter of two", () -> new Arbiter<>(uint(8), 2, Arbiter.Policy.ROUND_ROBIN)),
        component(
            "fair arbiter of five packets",
            () ->
                new Arbiter<>(Samples.word(4), 5, Arbiter.Policy.ROUND_ROBIN, Samples.Word::last)),
        component("no width change", () -> new WidthAdapter(8, 8)),
        component("halves", () -> new WidthAdapter(64, 32)),
        component("thirds to bits", () -> new WidthAdapter(3, 1)),
        component("words of two", () -> new WidthAdapter(1, 2)),
        component("words of five", () -> new WidthAdapter(12, 60)),
        component("chain", Samples.Chain::new),
        component("diamond", Samples.Diamond::new),
        component("crossroads", Samples.Crossroads::new),
        component("funnel", Samples.Funnel::new),
        component("splitter", () -> new AxiBurstSplitter(LARGE, new AxiLimits(256, 4))),
        component("splitter of bytes", () -> new AxiBurstSplitter(SMALL, new AxiLimits(1, 4))),
        component("reader", () -> new AxiReader(LARGE, new AxiLimits(64, 8))),
        component("small reader", () -> new AxiReader(SMALL, new AxiLimits(1, 1))),
        component("reader with any buffer", () -> new AxiReader(SMALL, new AxiLimits(16, 5), 77)),
        component("unbuffered reader", () -> AxiReader.unbuffered(LARGE, new AxiLimits(16, 8))),
        component("memory", () -> new AxiMemory(new AxiShape(32, 32, 2), 1 << 16)),
        component("gate", () -> new AxiGate(LARGE, 9)),
        component("readGate", () -> new AxiReadGate(LARGE, 9)),
        component("split", () -> new AxiLiteSplit(13)),
        component("small memory", () -> new AxiMemory(SMALL, 2)),
        component("writer", () -> new AxiWriter(LARGE, new AxiLimits(64, 8))),
        component("small writer", () -> new AxiWriter(SMALL, new AxiLimits(1, 1))),
        component("read arbiter of two", () -> new AxiReadArbiter(SMALL, 2)),
        component("read arbiter of five", () -> new AxiReadArbiter(LARGE, 5)),
        component("write arbiter of two", () -> new AxiWriteArbiter(SMALL, 2, 2)),
        component("write arbiter of five", () -> new AxiWriteArbiter(LARGE, 5, 12)),
        component("serial receiver", UartReceiver::new),
        component("serial transmitter", UartTransmitter::new),
        component("crc of bits", () -> new Crc32c(1)),
        component("crc of bytes", () -> new Crc32c(8)),
        component("small link", () -> new UartLink(LINK)),
        component(
            "large link",
            () -> new LinkBridge(new LinkParameters(4096, 32, 1 << 28, 0, 1L << 33, 32, 8))),
        component("words in words", () -> new AxiLiteToAxi4(20, new AxiShape(20, 32, 1))),
        component("words in beats", () -> new AxiLiteToAxi4(20, LARGE)),
        component("register file", () -> new RegisterFile(RegisterMapTest.MAP)),
        component("register file in a window", () -> new RegisterFile(RegisterMapTest.MAP, 16)),
        component("SDRAM of 16 bits", () -> sdram(SdramDevice.AS4C32M16SB, 142_000_000, 32, 0)),
        component("slow SDRAM of 16 bits", () -> sdram(SdramDevice.AS4C16M16SA, 60_000_000, 16, 1)),
        component(
            "SDRAM with wide beats", () -> sdram(SdramDevice.AS4C16M16SA, 100_000_000, 512, 0)),
        component("SDRAM of 32 bits", () -> sdram(SdramDevice.M12L64322A, 60_000_000, 32, 3)),
        component(
            "SDRAM of two banks with a long recovery", () -> sdram(TWO_BANKS, 100_000_000, 32, 0)),
        component("SDRAM of a package", () -> sdram(SdramDevice.GW2AR18, 133_000_000, 128, 2)));
  }

  private static SdramController sdram(
      SdramDevice device, long clockHz, int dataBits, int pinDelay) {
    return new SdramController(device, clockHz, new AxiShape(32, dataBits, 2), pinDelay);
  }

  private static Arguments component(String name, Supplier<Component> component) {
    return Arguments.of(name, component);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("components")
  void theVerilogIsAcceptedWithoutAWarning(String name, Supplier<Component> component)
      throws Exception {
    VerilogDesign design = VerilogWriter.write(component.get());
    Path file = Files.writeString(folder.resolve("design.v"), design.text());
    String text = name + "\n" + design.text();
    assertThat(
            run(
                "verilator",
                "--lint-only",
                "-Wall",
                "-Wno-DECLFILENAME",
                "--top-module",
                design.top(),
                file.toString()))
        .as(text)
        .isEmpty();
    assertThat(run("iverilog", "-g2005", "-Wall", "-t", "null", file.toString()))
        .as(text)
        .isEmpty();
    assertThat(
            run(
                "yosys",
                "-q",
                "-p",
                "read_verilog %s; hierarchy -check -top %s; proc; check -assert"
                    .formatted(file, design.top())))
        .as(text)
        .isEmpty();
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() == 0 ? output : output + "exit " + process.exitValue();
  }
}
