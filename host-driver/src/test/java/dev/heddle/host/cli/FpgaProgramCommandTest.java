package dev.heddle.host.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.host.board.FpgaTools;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Loading, with a script in place of openFPGALoader. */
class FpgaProgramCommandTest {
  @TempDir private Path folder;

  private Path programs;
  private Path out;

  @BeforeEach
  void makeFolders() throws IOException {
    programs = Files.createDirectory(folder.resolve("bin"));
    out = Files.createDirectory(folder.resolve("out"));
  }

  private void loader(String script) throws IOException {
    Path file = programs.resolve("openFPGALoader");
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private CommandRun program(String... arguments) {
    FpgaTools tools = new FpgaTools(programs.toString(), folder.resolve("tools"));
    StringWriter output = new StringWriter();
    StringWriter errors = new StringWriter();
    CommandLine commandLine = new CommandLine(new FpgaProgramCommand(tools));
    commandLine.setOut(new PrintWriter(output));
    commandLine.setErr(new PrintWriter(errors));
    commandLine.setExecutionExceptionHandler(
        (exception, line, result) -> {
          errors.write(exception.getMessage());
          return 1;
        });
    int exitCode = commandLine.execute(arguments);
    return new CommandRun(exitCode, output.toString(), errors.toString());
  }

  @Test
  void theBitstreamGoesToTheFpgaOrToTheFlash() throws IOException {
    loader("echo \"$@\" > arguments; test -s heddle_ulx3s.bit");
    Files.writeString(out.resolve("heddle_ulx3s.bit"), "bits");
    CommandRun run = program("ulx3s", "--out", out.toString());
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("Radiona ULX3S 85F: ", "heddle_ulx3s.bit is in its FPGA");
    assertThat(out.resolve("arguments")).hasContent("-b ulx3s --write-sram heddle_ulx3s.bit");
    assertThat(program("ulx3s", "--flash", "--out", out.toString()).out())
        .contains("is in its flash");
    assertThat(out.resolve("arguments")).hasContent("-b ulx3s --write-flash heddle_ulx3s.bit");
  }

  @Test
  void aBoardThatDoesNotAnswerIsNamedWithWhatTheLoaderSaid() throws IOException {
    loader("echo 'Error: unable to open ftdi device: -3 (device not found)'; exit 1");
    Files.writeString(out.resolve("heddle_tang_nano_20k.fs"), "bits");
    CommandRun run = program("tang-nano-20k", "--out", out.toString());
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .contains(
            "the Sipeed Tang Nano 20K was not loaded; see that it is connected by USB",
            "exit code 1",
            "unable to open ftdi device");
  }

  @Test
  void aMissingLoaderIsToldWithHowToInstallIt() throws IOException {
    Files.writeString(out.resolve("heddle_ulx3s.bit"), "bits");
    CommandRun run = program("ulx3s", "--out", out.toString());
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("openFPGALoader was not found", "apt-get install");
  }

  @Test
  void withoutABitstreamTheBuildIsNamed() {
    CommandRun run = program("ulx3s", "--out", out.toString());
    assertThat(run.err()).contains("there is no bitstream ", "make it: ./heddle fpga build ulx3s");
  }

  @Test
  void aBoardThatIsLoadedFromItsFlashOnlySaysSo() {
    assertThat(program("icebreaker").err())
        .contains("loads the 1BitSquared iCEBreaker from its flash only; add --flash");
    assertThat(program("icesugar").err())
        .contains("openFPGALoader does not know the MuseLab iCESugar");
  }
}
