package dev.heddle.host.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher {@code heddle} on machines that lack something: a copy of it in a folder of its own,
 * with a search path of the usual small programs and of stand-ins for those that matter. {@code
 * java} and {@code mvn} say how they were called; the rest exists or does not.
 */
class LauncherTest {
  private static final List<String> SMALL_PROGRAMS =
      List.of(
          "awk",
          "bash",
          "cat",
          "chmod",
          "dirname",
          "env",
          "find",
          "flock",
          "grep",
          "head",
          "mkdir",
          "mv",
          "readlink",
          "rm",
          "sed",
          "sleep",
          "tail",
          "tee",
          "touch",
          "tr",
          "true");

  private static final String JAVA =
      """
      if [ "$1" = -version ]; then echo 'openjdk version "%s" 2026-01-01' >&2; exit; fi
      while [ $# -gt 0 ] && [ "$1" != dev.heddle.host.cli.Main ]; do shift; done
      printf '<%%s>' "$@"
      """;

  private static final String MAVEN =
      """
      while [ "$1" != -f ]; do shift; done
      echo fetched.jar > "$(dirname "$2")/host-driver/target/classpath.txt"
      """;

  private static final String INSTALL =
      """
      echo "apt-get $*" >> '%s'
      shift
      while [ $# -gt 0 ]; do
        case "$1" in
          -*) ;;
          maven) mv '%s' "$(dirname "$0")/mvn" ;;
          *) printf '#!/bin/bash\\n' > "$(dirname "$0")/$1"; chmod +x "$(dirname "$0")/$1" ;;
        esac
        shift
      done
      """;

  private static final String INSTALLATION =
      "apt-get update && apt-get install -y --no-install-recommends ";

  @TempDir private Path folder;

  private Path bin;
  private Path checkout;
  private final Map<String, String> environment = new HashMap<>();

  /** What the launcher did. */
  private record Outcome(int exitCode, String out, String err) {}

  @BeforeEach
  void prepare() throws IOException {
    bin = Files.createDirectory(folder.resolve("bin"));
    for (String name : SMALL_PROGRAMS) {
      script(bin.resolve(name), "exec '" + program(name) + "' \"$@\"\n");
    }
    checkout = Files.createDirectories(folder.resolve("a checkout/heddle"));
    for (String module : List.of("hwgen", "fpga", "testbench", "host-driver")) {
      Files.createDirectories(checkout.resolve(module).resolve("src/main"));
      Files.createFile(checkout.resolve(module).resolve("pom.xml"));
    }
    Files.createDirectories(checkout.resolve("host-driver/target"));
    Files.createFile(checkout.resolve("pom.xml"));
    Files.copy(Path.of("..", "heddle"), launcher());
    assertThat(launcher().toFile().setExecutable(true)).isTrue();
    jdk(bin.resolveSibling("jdk"), "17.0.15");
    Files.createSymbolicLink(bin.resolve("java"), bin.resolveSibling("jdk").resolve("bin/java"));
    script(bin.resolve("id"), "echo 1000\n");
  }

  private static Path program(String name) {
    for (String place : System.getenv("PATH").split(":", -1)) {
      Path candidate = Path.of(place, name);
      if (Files.isExecutable(candidate)) {
        return candidate;
      }
    }
    throw new AssertionError(name + " is not on the PATH");
  }

  private static void script(Path file, String text) throws IOException {
    Files.writeString(file, "#!/bin/bash\n" + text);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private static void jdk(Path home, String version) throws IOException {
    Files.createDirectories(home.resolve("bin"));
    script(home.resolve("bin/java"), JAVA.formatted(version));
    script(home.resolve("bin/javac"), "");
  }

  private void present(String... programs) throws IOException {
    for (String name : programs) {
      script(bin.resolve(name), name.equals("mvn") ? MAVEN : "");
    }
  }

  private Path launcher() {
    return checkout.resolve("heddle");
  }

  private Outcome launch(String... arguments) throws Exception {
    return launch(launcher(), folder, arguments);
  }

  private Outcome launch(Path command, Path from, String... arguments) throws Exception {
    List<String> words = new ArrayList<>(List.of(command.toString()));
    words.addAll(List.of(arguments));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(from.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", bin.toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return new Outcome(
        process.exitValue(),
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }

  @Test
  void itBuildsOnceAndHandsTheArgumentsOverAsTheyAre() throws Exception {
    present("mvn", "verilator", "g++", "make");
    String[] arguments = {"run", "--prompt", "two  words", "--tokens", "3"};
    String handedOver = "<dev.heddle.host.cli.Main><run><--prompt><two  words><--tokens><3>";
    assertThat(launch(arguments)).isEqualTo(new Outcome(0, handedOver, "heddle: building\n"));
    assertThat(launch(arguments)).isEqualTo(new Outcome(0, handedOver, ""));
  }

  @Test
  void itIsCalledThroughALinkFromAnywhere() throws Exception {
    present("mvn");
    Path link = Files.createSymbolicLink(folder.resolve("link to heddle"), launcher());
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    assertThat(launch(link, elsewhere, "help"))
        .isEqualTo(new Outcome(0, "<dev.heddle.host.cli.Main><help>", "heddle: building\n"));
    assertThat(elsewhere).isEmptyDirectory();
  }

  @Test
  void withoutRightsItSaysWhatToInstallAndStops() throws Exception {
    present("apt-get");
    assertStopsWith(launch("run"), "maven verilator g++ make");
    present("mvn", "verilator");
    assertStopsWith(launch("run"), "g++ make");
    assertStopsWith(launch("bench"), "g++ make");
    assertStopsWith(launch("bringup", "--device", "sim:nano"), "g++ make");
    assertThat(launch("run", "--device", "golden").exitCode()).isZero();
    assertThat(launch("bringup", "--device=golden:nano").exitCode()).isZero();
    assertThat(launch("run", "--device", "uart:/dev/ttyUSB0").exitCode()).isZero();
    assertThat(launch("run", "--device", "xdma:0").exitCode()).isZero();
    assertThat(launch("run", "--device=uio:heddle").exitCode()).isZero();
    assertThat(launch("run", "--help").exitCode()).isZero();
    present("g++", "make", "iverilog", "yosys");
    assertThat(launch("run").exitCode()).isZero();
    assertThat(launch("test").err()).contains(INSTALLATION + "z3 tcl");
  }

  @Test
  void aPasswordIsNeverAskedFor() throws Exception {
    present("apt-get");
    script(bin.resolve("sudo"), "[ \"$1\" = -n ] && exit 1\necho asked >&2\n");
    assertStopsWith(launch("emit"), "maven");
  }

  @Test
  void withoutAptGetItSaysTheSame() throws Exception {
    script(bin.resolve("id"), "echo 0\n");
    assertStopsWith(launch("emit"), "maven");
  }

  private static void assertStopsWith(Outcome outcome, String packages) {
    assertThat(outcome)
        .isEqualTo(
            new Outcome(
                1,
                "",
                "heddle: this needs programs that are not installed: "
                    + packages
                    + "\nheddle: install them and start again:\nheddle:   sudo sh -c '"
                    + INSTALLATION
                    + packages
                    + "'\n"));
  }

  @Test
  void aUserWhoMayInstallsWhatIsMissing() throws Exception {
    Path calls = folder.resolve("calls");
    Path maven = folder.resolve("maven");
    script(maven, MAVEN);
    script(bin.resolve("apt-get"), INSTALL.formatted(calls, maven));
    script(bin.resolve("sudo"), "[ \"$1\" = -n ] || exit 1\nshift\nexec \"$@\"\n");
    Outcome outcome = launch("run");
    assertThat(outcome.err())
        .isEqualTo("heddle: installing maven verilator g++ make\nheddle: building\n");
    assertThat(outcome.out()).isEqualTo("<dev.heddle.host.cli.Main><run>");
    assertThat(calls)
        .hasContent(
            "apt-get update\napt-get install -y --no-install-recommends maven verilator g++ make");
  }

  @Test
  void aFailedInstallationIsShown() throws Exception {
    script(bin.resolve("id"), "echo 0\n");
    script(bin.resolve("apt-get"), "echo 'E: Temporary failure resolving' >&2\nexit 100\n");
    Outcome outcome = launch("emit");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err())
        .contains("E: Temporary failure resolving\n")
        .contains("the installation failed; the whole log is in " + checkout)
        .endsWith("heddle: repair it, or run: sudo sh -c '" + INSTALLATION + "maven'\n");
  }

  @Test
  void aMissingJdkIsOneMoreProgram() throws Exception {
    present("mvn");
    Files.delete(bin.resolve("java"));
    assertStopsWith(launch("help"), "openjdk-17-jdk-headless");
    jdk(folder.resolve("old"), "11.0.2");
    Files.createSymbolicLink(bin.resolve("java"), folder.resolve("old/bin/java"));
    assertStopsWith(launch("help"), "openjdk-17-jdk-headless");
    Files.delete(bin.resolve("java"));
    Path runtimeOnly = folder.resolve("runtime/bin");
    Files.createDirectories(runtimeOnly);
    script(runtimeOnly.resolve("java"), JAVA.formatted("21"));
    Files.createSymbolicLink(bin.resolve("java"), runtimeOnly.resolve("java"));
    assertStopsWith(launch("help"), "openjdk-17-jdk-headless");
  }

  @Test
  void aJavaHomeWithoutJavaIsPassedOver() throws Exception {
    present("mvn");
    script(bin.resolve("mvn"), "[ -z \"${JAVA_HOME:-}\" ] || exit 1\n" + MAVEN);
    environment.put("JAVA_HOME", folder.resolve("none").toString());
    Outcome outcome = launch("help");
    assertThat(outcome.err())
        .startsWith("heddle: JAVA_HOME is " + folder.resolve("none"))
        .contains("looking for java on the PATH");
    assertThat(outcome.exitCode()).isZero();
  }

  @Test
  void aJavaHomeThatIsTooOldIsRefused() throws Exception {
    present("mvn");
    jdk(folder.resolve("old"), "1.8.0_402");
    environment.put("JAVA_HOME", folder.resolve("old").toString());
    Outcome outcome = launch("help");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err()).contains("old, which is no JDK 17 or newer", "unset it");
    jdk(folder.resolve("new"), "25");
    environment.put("JAVA_HOME", folder.resolve("new").toString());
    assertThat(launch("help").exitCode()).isZero();
  }

  @Test
  void aBuildThatFailsIsShown() throws Exception {
    script(bin.resolve("mvn"), "echo '[ERROR] Counter.java:[3,1] bad'\necho more\nexit 1\n");
    Outcome outcome = launch("help");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err())
        .contains("[ERROR] Counter.java:[3,1] bad\n")
        .doesNotContain("more", "network")
        .contains("the build failed; the whole log is in " + checkout);
    script(
        bin.resolve("mvn"),
        "echo '[ERROR] Could not transfer artifact a:b:pom:1: Unknown host'\nexit 1\n");
    assertThat(launch("help").err()).contains("connect to the network and start again");
  }

  @Test
  void aCheckoutThatCannotBeWrittenIsExplained() throws Exception {
    present("mvn");
    Files.createFile(checkout.resolve("target"));
    Outcome outcome = launch("help");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err()).startsWith("heddle: cannot write to " + checkout.resolve("target"));
    assertThat(outcome.err().lines()).hasSize(1);
  }
}
