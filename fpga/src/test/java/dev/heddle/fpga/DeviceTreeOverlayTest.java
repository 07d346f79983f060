package dev.heddle.fpga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.accel.isa.ShellRegisters;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The overlay that tells the Linux of a board of its machine. */
class DeviceTreeOverlayTest {
  private static final ProcessorBoard BOARD = Boards.KV260;
  private static final Pattern NODE = Pattern.compile("(?:(\\w+): )?(&?[\\w@-]+) \\{");
  private static final Pattern PROPERTY = Pattern.compile("([#\\w,-]+) = (.+);");

  @TempDir private Path folder;

  /** The properties of an overlay by their nodes and names; a line that is neither is refused. */
  private static Map<String, String> properties(String text) {
    Map<String, String> properties = new LinkedHashMap<>();
    Deque<String> path = new ArrayDeque<>();
    for (String line : text.lines().map(String::strip).toList()) {
      Matcher node = NODE.matcher(line);
      Matcher property = PROPERTY.matcher(line);
      if (node.matches()) {
        path.addLast(node.group(2));
      } else if (property.matches()) {
        String name = String.join("/", path) + "/" + property.group(1);
        assertThat(properties.put(name, property.group(2))).as(name).isNull();
      } else if (line.equals("};")) {
        path.removeLast();
      } else {
        assertThat(line).matches("|//.*|/dts-v1/;|/plugin/;");
      }
    }
    assertThat(path).isEmpty();
    return properties;
  }

  @Test
  void registersInterruptAndMemoryAreThoseThatTheTransportLooksFor() {
    Map<String, String> properties = properties(DeviceTreeOverlay.text(BOARD));
    String machine = "&amba/" + ProcessorBoard.UIO_DEVICE + "@a0000000/";
    assertThat(properties)
        .containsEntry(machine + "compatible", "\"generic-uio\"")
        .containsEntry(
            machine + "reg", "<0x0 0xa0000000 0x0 0x%x>".formatted(ShellRegisters.WINDOW_BYTES))
        .containsEntry(machine + "interrupt-parent", "<&gic>")
        .containsEntry(machine + "interrupts", "<0 89 4>")
        .containsEntry("&amba/heddle-memory/compatible", "\"ikwzm,u-dma-buf\"")
        .containsEntry("&amba/heddle-memory/size", "<0x0 0x20000000>")
        .containsEntry("&amba/clocking0/assigned-clock-rates", "<" + BOARD.clockHz() + ">")
        .containsEntry("&amba/afi0/config-afi", "<4 0>, <5 0>, <6 0>, <7 0>, <14 0xa00>")
        .containsEntry("&fpga_full/firmware-name", "\"" + BOARD.bitstream() + "\"");
  }

  @Test
  void onlyLabelsThatTheTreeOfTheBoardHasAreReferredTo() {
    Set<String> labels = new TreeSet<>();
    Matcher label = Pattern.compile("&(\\w+)").matcher(DeviceTreeOverlay.text(BOARD));
    while (label.find()) {
      labels.add(label.group(1));
    }
    assertThat(labels).containsExactly("amba", "fpga_full", "gic", "zynqmp_clk", "zynqmp_reset");
  }

  @Test
  void theCompilerOfDeviceTreesTakesIt() throws Exception {
    boolean present =
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, "dtc")));
    assumeTrue(present, "dtc is not installed; it is in Debian's package device-tree-compiler");
    Files.writeString(folder.resolve(DeviceTreeOverlay.file(BOARD)), DeviceTreeOverlay.text(BOARD));
    List<FlowStep> steps = BOARD.design().flow().steps();
    Process compiler =
        new ProcessBuilder(steps.get(steps.size() - 1).command())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String text = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(compiler.waitFor()).as(text).isZero();
    assertThat(text).isEmpty();
    assertThat(folder.resolve(BOARD.deviceTree())).isNotEmptyFile();
  }
}
