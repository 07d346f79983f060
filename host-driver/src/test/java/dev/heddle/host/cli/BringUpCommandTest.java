package dev.heddle.host.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.host.bringup.BringUpReport;
import dev.heddle.host.bringup.JsonReport;
import dev.heddle.host.bringup.StepStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BringUpCommandTest {
  private static final Path PAGE = Path.of("../docs/bring-up.md");

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"--device golden:nano", "--device golden:nano --config small"})
  void theTranscriptsOfThePageAreWhatTheCommandPrints(String options) throws IOException {
    String[] arguments = ("bringup " + options).split(" ");
    assertThat(Files.readString(PAGE))
        .contains(
            "$ ./heddle bringup %s\n%s```".formatted(options, CommandRun.of(arguments).out()));
  }

  @Test
  void allReportsAreWrittenAndAGoodBoardEndsWithZero() throws IOException {
    Path json = folder.resolve("report.json");
    CommandRun run =
        CommandRun.of(
            "bringup",
            "--device",
            "golden",
            "--json",
            json.toString(),
            "--junit",
            folder.resolve("report.xml").toString(),
            "--html",
            folder.resolve("report.html").toString());
    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    BringUpReport report = JsonReport.read(Files.readString(json));
    assertThat(report.steps()).hasSize(18);
    assertThat(report.program()).startsWith("heddle ").contains(", commit ", ", Java ");
    assertThat(Instant.parse(report.began())).isBefore(Instant.now());
    assertThat(Files.readString(folder.resolve("report.xml"))).contains("<testsuite");
    assertThat(Files.readString(folder.resolve("report.html"))).startsWith("<!DOCTYPE html>");
    CommandRun again = CommandRun.of("bringup", "--device", "golden", "--compare", json.toString());
    assertThat(again.exitCode()).isZero();
    assertThat(again.out()).doesNotContain("worse:");
  }

  @Test
  void aStepThatPassedAndFailsNowIsARegression() throws IOException {
    Path json = folder.resolve("report.json");
    CommandRun.of("bringup", "--device", "golden:nano", "--json", json.toString());
    CommandRun run =
        CommandRun.of(
            "bringup",
            "--device",
            "golden:nano",
            "--config",
            "small",
            "--compare",
            json.toString());
    assertThat(run.exitCode()).isOne();
    assertThat(run.out())
        .contains("worse: identity passed before and is failed now: the board has configuration")
        .contains("worse: scratch passed before and has not run now");
  }

  @Test
  void aSoakComesAfterAllElse() {
    CommandRun run = CommandRun.of("bringup", "--device", "golden:nano", "--soak", "0.001");
    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(run.err()).startsWith("soak: round 1\n");
    assertThat(run.out())
        .containsPattern("  passed       soak             [0-9]+ rounds in .* bytes of memory, ")
        .endsWith("13 passed, 0 failed, 6 skipped\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "NaN", "1e9"})
  void aSoakOfNoTimeIsWrongUsage(String minutes) {
    CommandRun run = CommandRun.of("bringup", "--device", "golden:nano", "--soak", minutes);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .startsWith("heddle: --soak is ")
        .contains("more than 0 and at most 10080");
  }

  @Test
  void aSimulatedBoardPasses() {
    CommandRun run = CommandRun.of("bringup", "--device", "sim:nano", "--config", "nano");
    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(run.out()).contains("13 passed, 0 failed, 5 skipped");
  }

  @Test
  void aBoardAtItsPinsPassesAndItsClockIsMeasured() {
    CommandRun run = CommandRun.of("bringup", "--device", "sim:icebreaker");
    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(run.out())
        .contains("on virtual 1BitSquared iCEBreaker at 6000000 baud, 128 KiB of card memory")
        .contains("  passed       clock            24.000 MHz, +0 ppm from 24.000 MHz")
        .contains("16 passed, 0 failed, 2 skipped");
  }

  @Test
  void aBoardWhoseLineIsWiredWronglyIsTheEnvironment() {
    CommandRun run = CommandRun.of("bringup", "--device", "sim:icebreaker", "--fault", "crossed");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .contains("heddle: no board answers on virtual 1BitSquared iCEBreaker at 3000000 baud");
  }

  @ParameterizedTest
  @CsvSource({
    "sim:icebreaker, refresh, the 1BitSquared iCEBreaker has no SDRAM",
    "sim:nano, refresh, '--fault is for boards that are simulated, sim:BOARD'",
    "golden, clock, '--fault is for boards that are simulated, sim:BOARD'",
    "uart:/dev/null, clock, '--fault is for boards that are simulated, sim:BOARD'"
  })
  void aFaultThatCannotBePlantedIsWrongUsage(String device, String fault, String message) {
    CommandRun run = CommandRun.of("bringup", "--device", device, "--fault", fault);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith("heddle: " + message);
  }

  @Test
  void aPortThatIsNotThereIsTheEnvironment() {
    CommandRun run = CommandRun.of("bringup", "--device", "uart:/dev/no-such-port");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith("heddle: there is no port /dev/no-such-port");
  }

  @ParameterizedTest
  @CsvSource({
    "xdma:999, there is no /dev/xdma999_user; list the cards with lspci -d 10ee:",
    "uio:nosuch, there is no UIO device nosuch; there"
  })
  void aDeviceOnABusThatIsNotThereIsTheEnvironment(String device, String message) {
    CommandRun run = CommandRun.of("bringup", "--device", device);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith("heddle: " + message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "uart",
        "uart:",
        "pcie",
        "golden:huge",
        "sim:kv260",
        "xdma",
        "xdma:one",
        "uio",
        "uio:a,"
      })
  void aDeviceThatMakesNoSenseIsWrongUsage(String device) {
    CommandRun run = CommandRun.of("bringup", "--device", device);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith("heddle: ").contains("See: heddle bringup --help");
  }

  @Test
  void anInterruptedBringUpEndsWithFourAndReportsWhatHasRun() throws IOException {
    Path json = folder.resolve("report.json");
    CommandRun run;
    try {
      run =
          CommandRun.of(
              text -> {
                if (text.contains("scratch")) {
                  Thread.currentThread().interrupt();
                }
              },
              "bringup",
              "--device",
              "golden:nano",
              "--json",
              json.toString());
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(run.exitCode()).isEqualTo(4);
    assertThat(run.out())
        .endsWith("2 passed, 0 failed, 1 skipped; the steps after that have not run\n");
    BringUpReport report = JsonReport.read(Files.readString(json));
    assertThat(report.ended()).isFalse();
    assertThat(report.count(StepStatus.PASSED)).isEqualTo(2);
  }

  @Test
  void aReportThatIsNoneIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("old.json"), "[]");
    CommandRun run = CommandRun.of("bringup", "--device", "golden", "--compare", file.toString());
    assertThat(run.exitCode()).isOne();
    assertThat(run.err()).contains("old.json: this is no report of a bring-up");
  }
}
