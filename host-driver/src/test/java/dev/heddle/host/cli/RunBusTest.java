package dev.heddle.host.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.Configuration;
import dev.heddle.host.bus.StandIns;
import dev.heddle.host.transport.GoldenTransport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** A model on devices on the buses of this computer, for which stand-ins stand. */
@Timeout(60)
class RunBusTest {
  private static final int MEMORY_BYTES = 8 << 20;

  @TempDir private Path folder;

  private StandIns standIns(String device, Configuration machine) {
    GoldenTransport golden = new GoldenTransport(machine, MEMORY_BYTES);
    return device.startsWith("xdma") ? StandIns.xdma(golden, folder) : StandIns.uio(golden, folder);
  }

  private static CommandRun command(
      StandIns standIns, Consumer<String> listener, String... arguments) {
    BusDevices devices = new BusDevices(standIns.files(), standIns.folders());
    IFactory factory =
        new IFactory() {
          @Override
          public <T> T create(Class<T> type) throws Exception {
            return type == BusDevices.class
                ? type.cast(devices)
                : CommandLine.defaultFactory().create(type);
          }
        };
    return CommandRun.of(listener, factory, arguments);
  }

  private static CommandRun run(
      StandIns standIns, Consumer<String> listener, String device, String... options) {
    List<String> arguments =
        new ArrayList<>(List.of("run", "--device", device, "--temperature", "0", "--tokens", "20"));
    arguments.addAll(List.of(options));
    return command(standIns, listener, arguments.toArray(String[]::new));
  }

  private static String story(CommandRun run) {
    return run.out().substring(0, run.out().indexOf("  device ")).strip();
  }

  @ParameterizedTest
  @CsvSource({"xdma:0", "'uio:heddle,udmabuf0'"})
  void theStoryIsThatOfTheGoldenMachine(String device) {
    CommandRun run = run(standIns(device, Configuration.SMALL), text -> {}, device);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("  device                  " + device + ", configuration small");
    assertThat(run.err()).matches("loading tale-800k: ([0-9,]+) bytes; \\1 written in .*\n");
    CommandRun golden =
        CommandRun.of("run", "--device", "golden:small", "--temperature", "0", "--tokens", "20");
    assertThat(story(run)).isEqualTo(story(golden));
  }

  @Test
  void aCardThatGoesDuringTheStoryEndsIt() {
    StandIns card = standIns("xdma:0", Configuration.NANO);
    AtomicBoolean removed = new AtomicBoolean();
    CommandRun run =
        run(
            card,
            text -> {
              if (text.contains("girl") && !removed.getAndSet(true)) {
                card.removal().run();
              }
            },
            "xdma:0");
    assertThat(run.exitCode()).isOne();
    assertThat(run.out()).isEqualTo("Once upon a time, there was a little girl\n");
    assertThat(run.err())
        .contains("xdma0_user at 0000:01:00.0 is gone: it reads ones alone")
        .doesNotContain("\tat ");
  }

  @ParameterizedTest
  @CsvSource({"xdma:0", "uio:heddle"})
  void aMachineOfAnotherConfigurationIsRefused(String device) {
    CommandRun run =
        run(standIns(device, Configuration.NANO), text -> {}, device, "--config", "small");
    assertThat(run.exitCode()).isOne();
    assertThat(run.err())
        .isEqualTo(
            "heddle: the machine has configuration nano, but the host expects configuration small; name the one it has\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "xdma:0 | card at 0000:01:00.0, link of 8.0 GT/s PCIe x4 | the link could have 8.0 GT/s PCIe x8; try another slot, and see both ends with sudo lspci -vvs 0000:01:00.0",
        "uio:heddle | UIO device heddle (uio0) with 8,192 bytes of registers | ''"
      })
  void bringUpTakesThemAndLooksAtTheWayToThem(String device, String found, String advice) {
    CommandRun run =
        command(
            standIns(device, Configuration.NANO),
            text -> {},
            "bringup",
            "--device",
            device,
            "--config",
            "small");
    assertThat(run.exitCode()).isOne();
    assertThat(run.out())
        .contains(
            "  passed       doctor           %s\n%s".formatted(found, advice.indent(32)),
            "  failed       identity         the board has configuration nano, not small");
  }

  @Test
  void whatIsNotThereIsExplained() {
    CommandRun card = CommandRun.of("run", "--device", "xdma:999");
    assertThat(card.exitCode()).isOne();
    assertThat(card.err()).startsWith("heddle: there is no /dev/xdma999_user; ");
    CommandRun device = CommandRun.of("run", "--device", "uio:nosuch");
    assertThat(device.exitCode()).isOne();
    assertThat(device.err()).startsWith("heddle: there is no UIO device nosuch; ");
  }
}
