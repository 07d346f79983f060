package dev.heddle.host.cli;

import dev.heddle.accel.Configuration;
import dev.heddle.host.bringup.BoardClock;
import dev.heddle.host.bringup.BringUp;
import dev.heddle.host.bringup.BringUpComparison;
import dev.heddle.host.bringup.BringUpReport;
import dev.heddle.host.bringup.BringUpStep;
import dev.heddle.host.bringup.DoctorStep;
import dev.heddle.host.bringup.HtmlReport;
import dev.heddle.host.bringup.JsonReport;
import dev.heddle.host.bringup.JunitReport;
import dev.heddle.host.bringup.SoakStep;
import dev.heddle.host.bringup.StepStatus;
import dev.heddle.host.bringup.TestedBoard;
import dev.heddle.host.link.LinkTransport;
import dev.heddle.host.transport.Transport;
import dev.heddle.host.transport.TransportException;
import dev.heddle.testbench.BuildException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code heddle bringup}: tests a board step by step and says what is wrong with it. */
@Command(
    name = "bringup",
    description = {
      "Tests a board step by step: identity, registers, memory, interrupt, engines.",
      "What lies in its card memory is lost. docs/bring-up.md explains the steps."
    },
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    sortOptions = false,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:every step passed or had nothing to test",
      "1:a step failed, or something became worse than in --compare",
      "2:wrong usage, or there is no port, no card or no board",
      "3:the board is none that this host can work with",
      "4:ended by the user"
    })
final class BringUpCommand implements Callable<Integer> {
  /** Exit code of a bring-up that the user has ended. */
  static final int ENDED = 4;

  private static final long MEMORY_BYTES = 16 << 20;
  private static final int MOST_MINUTES = 7 * 24 * 60;
  private static final double MILLIS_OF_A_MINUTE = 60_000;
  private static final int FAILED = 1;
  private static final int ENVIRONMENT = 2;
  private static final int UNSUPPORTED = 3;

  @Spec private CommandSpec spec;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      required = true,
      converter = DeviceName.Converter.class,
      description = "What to test: " + DeviceName.FORMS + ".")
  private DeviceName device;

  @Mixin private DeviceOptions ways;

  @Option(
      names = "--config",
      paramLabel = "NAME",
      description = "The configuration that the board should have. Default: any shipped one.")
  private String expected;

  @Option(names = "--keep-going", description = "Goes on after a step that failed.")
  private boolean keepGoing;

  @Option(
      names = "--soak",
      paramLabel = "MINUTES",
      description = {
        "When all else is right, works memory, interrupt and products for so many minutes."
      })
  private Double soakMinutes;

  @Option(names = "--json", paramLabel = "FILE", description = "Writes the report as JSON.")
  private Path json;

  @Option(names = "--junit", paramLabel = "FILE", description = "Writes it as XML of JUnit.")
  private Path junit;

  @Option(names = "--html", paramLabel = "FILE", description = "Writes it as a page.")
  private Path html;

  @Option(
      names = "--compare",
      paramLabel = "OLD.json",
      description = "Says what has become worse since an earlier report.")
  private Path compare;

  @Override
  public Integer call() {
    if (soakMinutes != null && !(soakMinutes > 0 && soakMinutes <= MOST_MINUTES)) {
      throw new ParameterException(
          spec.commandLine(),
          "--soak is %s but must be more than 0 and at most %d minutes"
              .formatted(soakMinutes, MOST_MINUTES));
    }
    Optional<Configuration> wanted =
        Optional.ofNullable(expected).map(name -> ConfigurationName.find(spec, name));
    Optional<BringUpReport> before = Optional.ofNullable(compare).map(BringUpCommand::read);
    BringUpReport report;
    try (TestedBoard board = open(wanted)) {
      report = run(board);
    } catch (BuildException | TransportException e) {
      if (Thread.currentThread().isInterrupted()) {
        return ended();
      }
      error("heddle: " + e.getMessage());
      return ENVIRONMENT;
    }
    write(json, JsonReport.write(report));
    write(junit, JunitReport.write(report));
    write(html, HtmlReport.write(report));
    List<String> regressions =
        before.map(old -> BringUpComparison.regressions(old, report)).orElse(List.of());
    PrintWriter out = spec.commandLine().getOut();
    regressions.forEach(line -> out.println("worse: " + line));
    out.flush();
    return exitCode(report, regressions);
  }

  private int exitCode(BringUpReport report, List<String> regressions) {
    if (Thread.currentThread().isInterrupted()) {
      return ended();
    }
    if (report.count(StepStatus.UNSUPPORTED) > 0) {
      return UNSUPPORTED;
    }
    return report.count(StepStatus.FAILED) > 0 || !regressions.isEmpty() ? FAILED : 0;
  }

  private int ended() {
    error(Interruption.MESSAGE);
    return ENDED;
  }

  private BringUpReport run(TestedBoard board) {
    PrintWriter out = spec.commandLine().getOut();
    out.println("bring-up of " + board.transport().describe());
    out.flush();
    BringUpReport report;
    try (ProgressLine line = new ProgressLine("soak", spec.commandLine().getErr())) {
      report = new BringUp(steps(line), keepGoing, program()).run(board, step -> print(out, step));
    }
    out.printf(
        "%d passed, %d failed, %d skipped%s%n",
        report.count(StepStatus.PASSED),
        report.count(StepStatus.FAILED) + report.count(StepStatus.UNSUPPORTED),
        report.count(StepStatus.SKIPPED),
        report.ended() ? "" : "; the steps after that have not run");
    return report;
  }

  private static String program() {
    return "heddle %s, commit %s, Java %s, %s %s"
        .formatted(
            VersionProvider.version(),
            Checkout.commit(),
            System.getProperty("java.version"),
            System.getProperty("os.name"),
            System.getProperty("os.version"));
  }

  private List<BringUpStep> steps(ProgressLine line) {
    List<BringUpStep> steps = new ArrayList<>();
    steps.add(new DoctorStep(() -> ways.diagnosis(device)));
    steps.addAll(BringUp.standardSteps());
    if (soakMinutes != null) {
      Duration time = Duration.ofMillis(Math.round(soakMinutes * MILLIS_OF_A_MINUTE));
      steps.add(
          new SoakStep(
              time,
              (passed, round) ->
                  line.update(passed.toSeconds(), time.toSeconds(), "round " + round)));
    }
    return steps;
  }

  private static void print(PrintWriter out, BringUpReport.Step step) {
    out.printf(
        "  %-11s  %-15s  %s%n", step.result().status(), step.name(), step.result().summary());
    step.result().details().forEach(line -> out.println(" ".repeat(32) + line));
    out.flush();
  }

  private TestedBoard open(Optional<Configuration> wanted) {
    if (device.isBoard()) {
      Transport transport = ways.board(device);
      Optional<LinkTransport> link =
          transport instanceof LinkTransport found ? Optional.of(found) : Optional.empty();
      return new TestedBoard(transport, wanted, clock(link), link);
    }
    Configuration model =
        device.where().isEmpty()
            ? wanted.orElse(Configuration.DEFAULT)
            : ConfigurationName.find(spec, device.where());
    return new TestedBoard(
        ways.model(device.kind(), model, MEMORY_BYTES, spec.commandLine().getErr()),
        wanted,
        device.kind() == DeviceName.Kind.GOLDEN ? BoardClock.none() : BoardClock.simulated(),
        Optional.empty());
  }

  private BoardClock clock(Optional<LinkTransport> link) {
    if (device.simulatedBoard().isPresent()) {
      return BoardClock.shared(link.orElseThrow()::nanoTime);
    }
    return ways.isVirtual(device) ? BoardClock.simulated() : BoardClock.real();
  }

  private static BringUpReport read(Path file) {
    try {
      return JsonReport.read(Files.readString(file));
    } catch (IOException e) {
      throw new CommandFailedException("cannot read %s: %s".formatted(file, e), e);
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException("%s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static void write(Path file, String text) {
    if (file == null) {
      return;
    }
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new CommandFailedException("cannot write %s: %s".formatted(file, e), e);
    }
  }

  private void error(String message) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(message);
    err.flush();
  }
}
