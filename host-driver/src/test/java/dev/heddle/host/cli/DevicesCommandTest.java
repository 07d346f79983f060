package dev.heddle.host.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.Configuration;
import dev.heddle.host.serial.BoardOnTerminal;
import dev.heddle.host.serial.PseudoTerminal;
import dev.heddle.host.serial.SerialPort;
import dev.heddle.host.transport.GoldenTransport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DevicesCommandTest {
  private static final Path PAGE = Path.of("../docs/boards.md");

  /** Lines of what is simulated: two headings, the configurations, the boards. */
  private static final int MODELS = 3 + Configuration.shipped().size();

  @TempDir private Path folder;

  private List<String> devices() {
    CommandRun run =
        CommandRun.of("devices", "--in", folder.toString(), "--sys", system().toString());
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.err()).isEmpty();
    return run.out().lines().toList();
  }

  private Path system() {
    return folder.resolve("sys");
  }

  private Path link(String name, String to) throws IOException {
    Path link = folder.resolve(name);
    Files.createDirectories(link.getParent());
    return Files.createSymbolicLink(link, Path.of(to));
  }

  @Test
  void withoutBoardsThereAreModelsAlone() throws IOException {
    List<String> lines = devices();
    assertThat(lines.subList(MODELS, lines.size()))
        .containsExactly(
            "there is no serial port in " + folder + "; plug a board in",
            "there is no xdma:N, a card behind the driver XDMA, and no uio:NAME, a UIO device");
    assertThat(Files.readString(PAGE))
        .contains("$ ./heddle devices\n" + String.join("\n", lines.subList(0, MODELS)));
  }

  @Test
  void eachPortIsListedOnceWithWhatAnswersThere() throws IOException {
    try (BoardOnTerminal board =
            BoardOnTerminal.of(new GoldenTransport(Configuration.NANO, 1 << 20));
        PseudoTerminal silent = PseudoTerminal.open();
        PseudoTerminal busy = PseudoTerminal.open();
        SerialPort elsewhere = SerialPort.open(busy.port(), 3_000_000)) {
      assertThat(elsewhere.name()).isEqualTo(busy.port());
      Path byId = link("serial/by-id/usb-Radiona_ULX3S", board.port());
      link("ttyUSB0", board.port());
      Path nobody = link("ttyUSB1", silent.port());
      Path taken = link("ttyUSB2", busy.port());
      Path file = Files.createFile(folder.resolve("ttyACM0"));
      Files.createFile(folder.resolve("tty0"));
      List<String> lines = devices();
      assertThat(lines.subList(MODELS, lines.size() - 1))
          .containsExactly(
              "uart:PATH, a board behind a port, asked at 3000000 baud:",
              "  " + byId + "  a board with a clock of 24.0 MHz and 1,024 KiB of card memory",
              "  " + file + "  " + file + " is no serial port",
              "  " + nobody + "  nobody answers",
              "  " + taken + "  " + taken + " is open in another program; close that one");
    }
  }

  @Test
  void cardsAndDevicesBesideTheProcessorAreAskedWhoTheyAre() throws IOException {
    FileCard.describe(folder, system(), 0, Configuration.NANO, 3 << 20);
    FileCard.describe(folder, system(), 12, Configuration.SMALL, 1 << 20);
    Files.delete(folder.resolve("xdma12_c2h_0"));
    FileCard.describeUio(system(), "uio0", "heddle-a");
    FileCard.describeUio(system(), "uio1", "timer");
    List<String> lines = devices();
    assertThat(lines.subList(lines.size() - 5, lines.size()))
        .containsExactly(
            "xdma:N, cards behind the driver XDMA, and uio:NAME, UIO devices:",
            "  xdma:0    configuration nano on xdma (card %s/xdma0_user at 0000:01:00.0, 3 MiB of card memory)"
                .formatted(folder),
            "  xdma:12   there is no %s/xdma12_c2h_0; list the cards with lspci -d 10ee:, and load the driver XDMA, which comes from github.com/Xilinx/dma_ip_drivers (insmod xdma.ko)"
                .formatted(folder),
            "  uio:heddle-a  there is no buffer for card memory; load the driver u-dma-buf with one (insmod u-dma-buf.ko udmabuf0=BYTES), which comes from github.com/ikwzm/udmabuf",
            "  uio:uio1  timer, not asked: its name does not begin with heddle");
  }
}
