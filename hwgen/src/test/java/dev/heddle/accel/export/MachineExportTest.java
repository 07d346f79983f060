package dev.heddle.accel.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.RouterShape;
import dev.heddle.accel.isa.CompletionRecord;
import dev.heddle.accel.isa.Operation;
import dev.heddle.hdl.verilog.Lint;
import java.io.IOException;
import java.io.StringReader;
import java.lang.reflect.RecordComponent;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class MachineExportTest {
  private static final MachineExport NANO = new MachineExport(Configuration.NANO);

  @TempDir Path folder;

  static Stream<Configuration> shipped() {
    return Configuration.shipped().stream();
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void theFilesOfTheListAreCleanForAllTools(Configuration configuration) throws Exception {
    MachineExport export = new MachineExport(configuration);
    export.write(folder);
    List<String> list = Files.readAllLines(folder.resolve(export.name() + ".f"));
    Lint.assertClean(export.name(), list, folder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nano", "default"})
  void theFilesOfAShelledMachineAreCleanForAllTools(String name) throws Exception {
    Configuration configuration =
        Configuration.shipped().stream()
            .filter(shipped -> shipped.name().equals(name))
            .findFirst()
            .orElseThrow();
    MachineExport export = MachineExport.shelled(configuration, 1L << 32);
    assertThat(export.name()).isEqualTo("heddle_" + name + "_shelled");
    assertThat(export.files())
        .containsKeys("registers.md", "shell.md", export.name() + "_shell.h", "package_ip.tcl");
    assertThat(export.files().get("component.xml"))
        .contains("<ipxact:baseAddress>'h1000</ipxact:baseAddress>");
    assertThat(export.files().get(export.name() + ".v"))
        .contains(".machine_reset(reset || restart)");
    assertThat(export.files().get(export.name() + "_litex.py")).doesNotContain("machine_reset");
    export.write(folder);
    List<String> list = Files.readAllLines(folder.resolve(export.name() + ".f"));
    Lint.assertClean(export.name(), list, folder);
  }

  @Test
  void everyModuleStandsInAFileOfItsNameUnderTheLicence() {
    NANO.files()
        .forEach(
            (name, text) -> {
              if (name.endsWith(".v")) {
                String module = name.substring(0, name.length() - ".v".length());
                assertThat(module).startsWith("heddle_nano");
                assertThat(text)
                    .startsWith("// SPDX-License-Identifier: Apache-2.0\n")
                    .containsOnlyOnce("\nmodule ")
                    .contains("\nmodule " + module + " (");
              }
            });
    assertThat(NANO.files()).containsKeys("heddle_nano.v", "heddle_nano_Unpacker_32b_2x8.v");
  }

  @Test
  void twoMachinesShareNoModule() {
    assertThat(NANO.files().get("heddle_nano.f").lines())
        .doesNotContainAnyElementsOf(
            new MachineExport(Configuration.SMALL).files().get("heddle_small.f").lines().toList());
  }

  @Test
  void equalConfigurationsGiveEqualFiles() {
    assertThat(new MachineExport(Configuration.NANO).files()).isEqualTo(NANO.files());
  }

  @Test
  void theDescriptionTellsWhatTheMachineIs() throws IOException {
    JsonNode description = new ObjectMapper().readTree(NANO.files().get("heddle_nano.json"));
    assertThat(description.at("/top").asText()).isEqualTo("heddle_nano");
    assertThat(description.at("/configuration/portBits").asInt()).isEqualTo(32);
    assertThat(description.at("/figures/multipliers").asInt()).isEqualTo(16);
    assertThat(description.at("/figures/row_tile_rows").asInt()).isEqualTo(2);
    assertThat(description.at("/figures/memory_bytes_per_cycle").asInt()).isEqualTo(4);
    assertThat(description.at("/figures/peak_mac_per_second").asLong()).isEqualTo(384_000_000);
    assertThat(description.at("/figures/peak_memory_bytes_per_second").asLong())
        .isEqualTo(96_000_000);
    // At least the codes of all activation vectors that fit, two halves.
    assertThat(description.at("/figures/on_chip_memory_bits").asLong())
        .isGreaterThanOrEqualTo(2L * 4 * 128 * 32 * 8);
    assertThat(description.at("/descriptor/bytes").asInt()).isEqualTo(Operation.BYTES);
    assertThat(description.at("/descriptor/operations")).hasSize(Operation.values().length);
    assertThat(description.at("/completion_record/fields")).hasSize(CompletionRecord.FIELDS.size());
    assertThat(description.at("/registers/0/name").asText()).isEqualTo("MAGIC");
    assertThat(description.at("/files").valueStream().map(JsonNode::asText))
        .containsExactlyElementsOf(new TreeSet<>(NANO.files().keySet()));
  }

  @Test
  void thePortsOfTheDescriptionAreThoseOfTheTop() throws IOException {
    JsonNode description = new ObjectMapper().readTree(NANO.files().get("heddle_nano.json"));
    String top = NANO.files().get("heddle_nano.v");
    String header = top.substring(top.indexOf("\nmodule "), top.indexOf("\n);"));
    assertThat(description.at("/ports")).hasSize((int) header.lines().count() - 2);
    for (JsonNode port : description.at("/ports")) {
      int width = port.at("/width").asInt();
      assertThat(header)
          .containsPattern(
              "%s +(wire|reg) +%s%s\\b"
                  .formatted(
                      port.at("/direction").asText(),
                      width == 1 ? "" : "\\[%d:0\\] ".formatted(width - 1),
                      port.at("/name").asText()));
    }
    for (JsonNode port : description.at("/memory_ports")) {
      assertThat(header)
          .contains(port.at("/name").asText() + "_arvalid")
          .contains(
              "[%d:0] %s_rdata"
                  .formatted(port.at("/data_bits").asInt() - 1, port.at("/name").asText()));
    }
  }

  @Test
  void anEarlierOutputIsReplaced() throws IOException {
    NANO.write(folder);
    Path top = folder.resolve("heddle_nano.v");
    String description = Files.readString(folder.resolve("heddle_nano.json"));
    Files.writeString(top, "module edited");
    Files.writeString(folder.resolve("heddle_nano_Old.v"), "module heddle_nano_Old");
    Files.writeString(
        folder.resolve("heddle_nano.json"),
        description.replace("\"heddle_nano.f\"", "\"heddle_nano.f\", \"heddle_nano_Old.v\""));
    NANO.write(folder);
    assertThat(top).hasContent(NANO.files().get("heddle_nano.v"));
    assertThat(folder.resolve("heddle_nano_Old.v")).doesNotExist();
  }

  @Test
  void aFolderWithOtherFilesIsLeftAlone() throws IOException {
    Path mine = Files.writeString(folder.resolve("registers.md"), "my notes");
    assertThatThrownBy(() -> NANO.write(folder))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("not an earlier output for heddle_nano: registers.md;");
    assertThat(mine).hasContent("my notes");
    assertThat(folder).isDirectoryNotContaining("glob:**.v");
  }

  @Test
  void aFolderOfAnotherMachineIsLeftAlone() throws IOException {
    NANO.write(folder);
    assertThatThrownBy(() -> new MachineExport(Configuration.SMALL).write(folder))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessageContaining("not an earlier output for heddle_small");
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void theComponentHasThePortsRegistersAndFilesOfTheMachine(Configuration configuration)
      throws Exception {
    MachineExport export = new MachineExport(configuration);
    Document component =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(export.files().get("component.xml"))));
    JsonNode description = new ObjectMapper().readTree(export.files().get(export.name() + ".json"));
    assertThat(names(component, "/component/model/ports/port/name"))
        .isEqualTo(description.get("ports").findValuesAsText("name"));
    assertThat(names(component, "//register/name"))
        .isEqualTo(
            description.get("registers").valueStream().map(r -> r.get("name").asText()).toList());
    assertThat(names(component, "//file/name"))
        .isEqualTo(export.files().get(export.name() + ".f").lines().toList());
    assertThat(names(component, "//physicalPort/name"))
        .containsExactlyInAnyOrderElementsOf(names(component, "//port/name"));
    assertThat(names(component, "//busInterface/name"))
        .hasSize(configuration.ports() + 4)
        .contains("s_axi_ctrl", "m_axi_mem0", "clk", "reset", "irq");
  }

  /** Texts of the elements of a path without prefixes. */
  private static List<String> names(Document document, String path) throws Exception {
    String local = path.replaceAll("(\\w+)", "*[local-name()='$1']");
    NodeList found =
        (NodeList)
            XPathFactory.newInstance().newXPath().evaluate(local, document, XPathConstants.NODESET);
    return IntStream.range(0, found.getLength())
        .mapToObj(i -> found.item(i).getTextContent())
        .toList();
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void theModuleForLitexConnectsEveryPortOnce(Configuration configuration) {
    MachineExport export = new MachineExport(configuration);
    String module = export.files().get(export.name() + "_litex.py");
    Matcher ports =
        Pattern.compile("(?:input  wire|output wire)(?: \\[\\d+:0])? (\\w+)")
            .matcher(export.files().get(export.name() + ".v").split("\\);")[0]);
    int count = 0;
    for (; ports.find(); count++) {
      assertThat(module).containsOnlyOnce("_" + ports.group(1) + "=");
    }
    assertThat(module.lines().filter(line -> line.matches(" {12}[io]_.*"))).hasSize(count);
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void thePageTellsEveryPortAndParameterAndLinksToFilesBesideIt(Configuration configuration)
      throws IOException {
    assertPage(configuration, new MachineExport(configuration));
  }

  @Test
  void thePageOfAShelledMachineTellsItsPortsAndLinksToTheShell() throws IOException {
    MachineExport export = MachineExport.shelled(Configuration.NANO, 0);
    String page = assertPage(Configuration.NANO, export);
    assertThat(page)
        .startsWith("# heddle_nano_shelled\n")
        .contains("(shell.md)", "| `s_axi_ctrl_awaddr` | input | 13 |", ", shell 1 |");
    assertThat(NANO.files().get("heddle_nano.md"))
        .doesNotContain("shell")
        .contains("| `DOORBELL` is written | address of the list | 4 |");
  }

  @Test
  void thePageTellsTheParametersOfEnginesThatThereAre() {
    Configuration withRouter =
        Configuration.NANO
            .withAttention(Configuration.DEFAULT.attention().orElseThrow().withPages())
            .withRouter(RouterShape.DEFAULT);
    assertThat(new MachineExport(withRouter).files().get("heddle_nano.md"))
        .contains(
            "### Attention engine", "| keyDimension | 64 | longest query and key: 64 or 128 |")
        .contains("### Router", "| blocks | 1,024 | most complete blocks that it chooses from");
  }

  /** The page of a machine, which has its ports and parameters and leads to files beside it. */
  private static String assertPage(Configuration configuration, MachineExport export)
      throws IOException {
    String page = export.files().get(export.name() + ".md");
    JsonNode description = new ObjectMapper().readTree(export.files().get(export.name() + ".json"));
    for (JsonNode port : description.get("ports")) {
      assertThat(page)
          .containsOnlyOnce(
              "| `%s` | %s | %d | "
                  .formatted(
                      port.get("name").asText(),
                      port.get("direction").asText(),
                      port.get("width").asInt()));
    }
    assertThat(page.lines().filter(line -> line.startsWith("| `") && line.contains("put |")))
        .hasSize(description.get("ports").size());
    for (RecordComponent parameter : Configuration.class.getRecordComponents()) {
      assertThat(page).containsPattern("\n\\| %s \\| \\S.* \\| \\S".formatted(parameter.getName()));
    }
    assertThat(page).contains("| clockHz | %,d |".formatted(configuration.clockHz()));
    Matcher links = Pattern.compile("]\\(([^)]+)\\)").matcher(page);
    List<String> linked = new ArrayList<>();
    while (links.find()) {
      linked.add(links.group(1));
    }
    assertThat(linked).contains("registers.md", "descriptors.md");
    assertThat(export.files()).containsKeys(linked.toArray(String[]::new));
    assertThat(page).doesNotContain("{@", "null");
    return page;
  }

  @Test
  void thePackagesForFusesocAndVivadoNameEverySourceAndTheClock() {
    String core = NANO.files().get("heddle_nano.core");
    String script = NANO.files().get("package_ip.tcl");
    assertThat(core).startsWith("CAPI=2:\n");
    for (String source : NANO.files().get("heddle_nano.f").split("\n")) {
      assertThat(core).containsOnlyOnce("- \"" + source + "\"\n");
      assertThat(script).containsOnlyOnce("\n  " + source + "\n");
    }
    assertThat(script)
        .contains("foreach bus {s_axi_ctrl m_axi_mem0} {\n", "-clock clk", "ACTIVE_HIGH")
        .contains("heddle_nano.xdc");
    assertThat(NANO.files().get("heddle_nano.xdc"))
        .endsWith("\ncreate_clock -name clk -period 41.667 [get_ports clk]\n")
        .isEqualTo(NANO.files().get("heddle_nano.sdc"));
  }
}
