package dev.heddle.host.bringup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.Configuration;
import dev.heddle.host.link.LineFaults;
import dev.heddle.host.link.LinkTransport;
import dev.heddle.host.link.ModelledPort;
import dev.heddle.host.transport.GoldenTransport;
import dev.heddle.host.transport.MachineTarget;
import dev.heddle.host.transport.SimulatorTransport;
import dev.heddle.host.transport.Transport;
import dev.heddle.lib.UartPeriod;
import dev.heddle.lib.link.LinkDescription;
import dev.heddle.lib.link.LinkModel;
import dev.heddle.testbench.BuildProgress;
import dev.heddle.testbench.MemoryModel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Boards without faults pass, whatever they are made of. */
class BringUpTest {
  private static final int MEMORY_BYTES = 1 << 20;
  private static final int BAUD = 3_000_000;

  private static BringUpReport pass(TestedBoard board) {
    BringUpReport report =
        new BringUp(BringUp.standardSteps(), true, "a test").run(board, step -> {});
    assertThat(report.steps())
        .allSatisfy(
            step ->
                assertThat(step.result().status())
                    .as("%s: %s", step.name(), step.result())
                    .isIn(StepStatus.PASSED, StepStatus.SKIPPED));
    assertThat(report.ended()).isTrue();
    return report;
  }

  private static SimulatorTransport simulator(Configuration configuration) {
    return new SimulatorTransport(
        configuration, MEMORY_BYTES, MemoryModel.IDEAL, BuildProgress.SILENT);
  }

  static Stream<Configuration> configurations() {
    return Configuration.shipped().stream();
  }

  @ParameterizedTest
  @MethodSource("configurations")
  void everyShippedConfigurationPassesOnTheGoldenModel(Configuration configuration) {
    try (Transport golden = new GoldenTransport(configuration, MEMORY_BYTES)) {
      pass(new TestedBoard(golden, Optional.empty(), BoardClock.none(), Optional.empty()));
    }
  }

  static Stream<Configuration> simulated() {
    return Stream.of(Configuration.NANO, Configuration.DEFAULT);
  }

  @ParameterizedTest
  @MethodSource("simulated")
  void simulationsPassAndTheirCountersAreExact(Configuration configuration) {
    try (Transport simulator = simulator(configuration)) {
      BringUpReport report =
          pass(
              new TestedBoard(
                  simulator, Optional.of(configuration), BoardClock.simulated(), Optional.empty()));
      assertThat(report.steps())
          .filteredOn(step -> step.result().status() == StepStatus.SKIPPED)
          .extracting(BringUpReport.Step::name)
          .isEqualTo(
              configuration.attention().isPresent()
                  ? List.of("link", "retention", "clock")
                  : List.of("link", "retention", "clock", "attention"));
    }
  }

  /**
   * The result of the clock step on a simulation that is told a time {@code factor} times its own.
   */
  private static StepResult clock(double factor) {
    try (SimulatorTransport simulator = simulator(Configuration.NANO)) {
      double cycleNanos = 1e9 / Configuration.NANO.clockHz();
      LongSupplier time = () -> (long) (simulator.machine().cycle() * cycleNanos * factor);
      return new ClockStep(Duration.ofMillis(2))
          .run(
              new TestedBoard(
                  simulator,
                  Optional.empty(),
                  new BoardClock(BoardClock.Kind.REAL, time),
                  Optional.empty()));
    }
  }

  @Test
  void theClockIsMeasuredWhileAListGoesInACircle() {
    StepResult right = clock(1);
    assertThat(right.status()).as(right.toString()).isEqualTo(StepStatus.PASSED);
    assertThat(right.figures().get(0).value()).isBetween(23.95, 24.05);
    StepResult slow = clock(2);
    assertThat(slow.status()).isEqualTo(StepStatus.FAILED);
    assertThat(slow.summary()).startsWith("the clock has the wrong frequency: 1");
  }

  private static ModelledPort port(LineFaults faults) {
    Configuration nano = Configuration.NANO;
    int clock = Math.toIntExact(nano.clockHz());
    LinkDescription description =
        new LinkDescription(512, 32, 0, clock, UartPeriod.of(clock, BAUD), MEMORY_BYTES);
    LinkModel board = new LinkModel(description, new MachineTarget(nano, MEMORY_BYTES));
    return new ModelledPort(board, BAUD, 1_000_000, faults, new SplittableRandom(1));
  }

  @Test
  void aBoardBehindALinkPasses() {
    ModelledPort port = port(LineFaults.NONE);
    try (LinkTransport link = new LinkTransport(port)) {
      BoardClock noClock = new BoardClock(BoardClock.Kind.NONE, port::nanoTime);
      pass(new TestedBoard(link, Optional.empty(), noClock, Optional.of(link)));
    }
  }

  @Test
  void bandwidthAndRoundTripsOfALinkAreMeasured() {
    ModelledPort port = port(LineFaults.NONE);
    try (LinkTransport link = new LinkTransport(port)) {
      TestedBoard board =
          new TestedBoard(
              link,
              Optional.empty(),
              new BoardClock(BoardClock.Kind.REAL, port::nanoTime),
              Optional.of(link));
      StepResult frames = new LinkStep().run(board);
      assertThat(frames.summary()).contains(" 0 repeated, 0 damaged");
      assertThat(frames.figures().get(0).value()).isBetween(1.0, 1.5);
      List<Figure> figures = new BandwidthStep().run(board).figures();
      assertThat(figures)
          .extracting(Figure::name)
          .containsExactly(
              "write 4 KiB",
              "read 4 KiB",
              "write 64 KiB",
              "read 64 KiB",
              "write 256 KiB",
              "read 256 KiB");
      assertThat(figures.get(4).value()).isBetween(0.25, 0.3);
      assertThat(figures.get(5).value()).isBetween(0.25, 0.3);
    }
  }

  @Test
  void aLinkThatHasToRepeatFails() {
    ModelledPort port = port(new LineFaults(0, 1e-3, 0, 0, 0));
    try (LinkTransport link = new LinkTransport(port)) {
      StepResult result =
          new LinkStep()
              .run(
                  new TestedBoard(
                      link,
                      Optional.empty(),
                      new BoardClock(BoardClock.Kind.REAL, port::nanoTime),
                      Optional.of(link)));
      assertThat(result.status()).isEqualTo(StepStatus.FAILED);
      assertThat(result.summary()).contains("more than 2 %; check cable");
    }
  }
}
