package dev.heddle.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.example.DotLane;
import dev.heddle.hdl.verilog.VerilogWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Code in the documentation is the code that is compiled and run. */
class DocumentationTest {
  private static final Path ROOT = Path.of("..");
  private static final Path OWN_CORE = ROOT.resolve("docs/your-own-core.md");
  private static final Pattern FILE_BLOCK =
      Pattern.compile("<!-- file: (\\S+) -->\n```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern VERILOG_BLOCK =
      Pattern.compile("<!-- verilog: \\S+ -->\n```verilog\n(.*?)```", Pattern.DOTALL);
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)(#[^)]*)?\\)");

  @ParameterizedTest
  @ValueSource(strings = {"docs/your-own-core.md", "docs/pattern-source.md"})
  void theJavaOfAPageIsTheJavaThatTheTestsRun(String page) throws IOException {
    Matcher blocks = FILE_BLOCK.matcher(Files.readString(ROOT.resolve(page)));
    List<String> files = new ArrayList<>();
    while (blocks.find()) {
      files.add(blocks.group(1));
      assertThat(blocks.group(2))
          .as(blocks.group(1))
          .isEqualTo(Files.readString(ROOT.resolve(blocks.group(1))));
    }
    assertThat(files).hasSize(2);
  }

  @Test
  void theVerilogOfThePageIsWhatTheWriterWrites() throws IOException {
    Matcher block = VERILOG_BLOCK.matcher(Files.readString(OWN_CORE));
    assertThat(block.find()).isTrue();
    assertThat(VerilogWriter.write(new DotLane(8, 20)).text()).contains(block.group(1));
  }

  @Test
  void linksBetweenPagesLeadSomewhere() throws IOException {
    List<Path> pages =
        new ArrayList<>(List.of(ROOT.resolve("README.md"), ROOT.resolve("CONTRIBUTING.md")));
    try (var docs = Files.list(ROOT.resolve("docs"))) {
      docs.filter(page -> page.toString().endsWith(".md")).sorted().forEach(pages::add);
    }
    assertThat(pages).hasSizeGreaterThan(3);
    for (Path page : pages) {
      Matcher links = LINK.matcher(Files.readString(page));
      while (links.find()) {
        if (!links.group(1).contains("://")) {
          assertThat(page.resolveSibling(links.group(1))).as("link in %s", page).exists();
        }
      }
    }
  }
}
