package dev.heddle.accel.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.isa.MachineRegisters;
import dev.heddle.accel.isa.ShellRegisters;
import dev.heddle.lib.RegisterMarkdown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The generated files in the repository, compared as text. {@code -Dheddle.golden.update=true}
 * writes them anew: read the difference before you commit it.
 */
class CommittedFilesTest {
  private static final Path ROOT = Path.of("..");
  private static final boolean UPDATE = Boolean.getBoolean("heddle.golden.update");

  @ParameterizedTest
  @ValueSource(strings = {"nano", "default"})
  void theMachineInTheRepositoryIsTheOneThatIsGenerated(String name) throws IOException {
    Configuration configuration =
        Configuration.shipped().stream()
            .filter(shipped -> shipped.name().equals(name))
            .findFirst()
            .orElseThrow();
    MachineExport export = new MachineExport(configuration);
    Path folder = ROOT.resolve("rtl-out").resolve(name);
    if (UPDATE) {
      export.write(folder);
    }
    Map<String, String> committed = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        committed.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    assertThat(committed.keySet()).isEqualTo(new TreeMap<>(export.files()).keySet());
    committed.forEach(
        (file, text) -> assertThat(text).as(file).isEqualTo(export.files().get(file)));
  }

  @Test
  void thePageOfRegistersIsTheOneThatIsGenerated() throws IOException {
    compare("registers.md", RegisterMarkdown.write(MachineRegisters.of(Configuration.DEFAULT)));
  }

  @Test
  void thePageOfTheShellIsTheOneThatIsGenerated() throws IOException {
    compare("shell.md", RegisterMarkdown.write(ShellRegisters.of(0)));
  }

  @Test
  void thePageOfDescriptorsIsTheOneThatIsGenerated() throws IOException {
    compare("descriptors.md", DescriptorMarkdown.write());
  }

  private static void compare(String page, String text) throws IOException {
    Path file = ROOT.resolve("docs").resolve(page);
    if (UPDATE) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    }
    assertThat(Files.readString(file)).isEqualTo(text);
  }
}
