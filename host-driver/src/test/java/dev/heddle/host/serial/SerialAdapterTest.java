package dev.heddle.host.serial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.host.linux.Diagnosis;
import dev.heddle.host.linux.SystemFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the doctor sees of adapters, in folders laid out as those of Linux. */
class SerialAdapterTest {
  @TempDir private Path folder;

  private SystemFolders folders;
  private Path usb;

  @BeforeEach
  void describeAnAdapterOfTwoPorts() throws IOException {
    folders = new SystemFolders(folder.resolve("dev"), folder.resolve("sys"));
    usb = folders.information().resolve("devices/usb1/1-2");
    write(usb.resolve("idVendor"), "0403");
    write(usb.resolve("manufacturer"), "Radiona");
    write(usb.resolve("product"), "ULX3S FPGA 85K v3.0.8");
    write(usb.resolve("serial"), "D01234");
    Path port = usb.resolve("1-2:1.0/ttyUSB0");
    write(port.resolve("latency_timer"), "16");
    link(port.resolve("driver"), Files.createDirectories(drivers().resolve("ftdi_sio")));
    link(folders.information().resolve("class/tty/ttyUSB0/device"), port);
    write(folders.devices().resolve("ttyUSB0"), "");
    link(
        folders.devices().resolve("serial/by-id/usb-Radiona"),
        folders.devices().resolve("ttyUSB0"));
  }

  private Path drivers() {
    return folders.information().resolve("bus/drivers");
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text + "\n");
  }

  private static void link(Path link, Path to) throws IOException {
    Files.createDirectories(link.getParent());
    Files.createSymbolicLink(link, to);
  }

  private Optional<Diagnosis> diagnosis(String port) {
    return SerialAdapter.of(folders, folders.devices().resolve(port)).map(SerialAdapter::diagnosis);
  }

  @Test
  void anAdapterThatKeepsAnswersBackIsNamedWithTheCommandThatHelps() {
    assertThat(diagnosis("serial/by-id/usb-Radiona"))
        .hasValueSatisfying(
            diagnosis -> {
              assertThat(diagnosis.found())
                  .isEqualTo("ttyUSB0, Radiona ULX3S FPGA 85K v3.0.8 D01234, driver ftdi_sio");
              assertThat(diagnosis.advice())
                  .containsExactly(
                      "the adapter keeps answers back for up to 16 ms; echo 1 | sudo tee %s/class/tty/ttyUSB0/device/latency_timer"
                          .formatted(folders.information()));
            });
  }

  @Test
  void anAdapterThatHandsAnswersOverAtOnceNeedsNothing() throws IOException {
    write(usb.resolve("1-2:1.0/ttyUSB0/latency_timer"), "1");
    assertThat(diagnosis("ttyUSB0").orElseThrow().advice()).isEmpty();
  }

  @Test
  void aPortOfTheComputerItselfHasItsDriverAlone() throws IOException {
    Path port = Files.createDirectories(folders.information().resolve("devices/serial0"));
    link(port.resolve("driver"), Files.createDirectories(drivers().resolve("port")));
    link(folders.information().resolve("class/tty/ttyS0/device"), port);
    write(folders.devices().resolve("ttyS0"), "");
    assertThat(diagnosis("ttyS0")).hasValue(new Diagnosis("ttyS0, driver port", List.of()));
  }

  @Test
  void behindAPseudoTerminalOrNothingThereIsNoAdapter() throws IOException {
    write(folders.devices().resolve("pts/3"), "");
    assertThat(diagnosis("pts/3")).isEmpty();
    assertThat(diagnosis("ttyUSB9")).isEmpty();
  }
}
