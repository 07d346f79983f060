package dev.heddle.host.cli;

import dev.heddle.accel.Configuration;
import dev.heddle.fpga.ProcessorBoard;
import dev.heddle.host.bus.UioDevice;
import dev.heddle.host.bus.UioTransport;
import dev.heddle.host.bus.XdmaCard;
import dev.heddle.host.bus.XdmaTransport;
import dev.heddle.host.device.DeviceException;
import dev.heddle.host.device.Identity;
import dev.heddle.host.linux.DeviceFiles;
import dev.heddle.host.linux.Diagnosis;
import dev.heddle.host.linux.LinuxFile;
import dev.heddle.host.linux.SystemFolders;
import dev.heddle.host.transport.Transport;
import dev.heddle.host.transport.TransportException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Command;

/**
 * The devices on the buses of this computer, by the names that {@code --device} takes. A mixin
 * without options, so that whoever makes the command line says what is on the buses.
 */
@Command
final class BusDevices {
  /** Between the name of a UIO device and that of its buffer. */
  private static final String SEPARATOR = ",";

  /** How names of UIO devices begin that may be asked who they are. */
  private static final String ASKED = ProcessorBoard.UIO_DEVICE;

  private final DeviceFiles files;
  private final SystemFolders folders;

  /** Those of the system. */
  BusDevices() {
    this(
        LinuxFile::open,
        new SystemFolders(Path.of(SystemFolders.DEVICES), Path.of(SystemFolders.INFORMATION)));
  }

  /**
   * Devices.
   *
   * @param files opens their nodes
   * @param folders where the system tells of them
   */
  BusDevices(DeviceFiles files, SystemFolders folders) {
    this.files = files;
    this.folders = folders;
  }

  /** The same, where the system tells of them elsewhere. */
  BusDevices in(SystemFolders others) {
    return new BusDevices(files, others);
  }

  /** Where the system tells of them. */
  SystemFolders folders() {
    return folders;
  }

  /** Opens the device of a name. */
  Transport open(DeviceName device) {
    return switch (device.kind()) {
      case XDMA -> new XdmaTransport(files, card(device));
      case UIO -> {
        String[] names = device.where().split(SEPARATOR, 2);
        yield new UioTransport(
            files, folders, names[0], names.length == 1 ? Optional.empty() : Optional.of(names[1]));
      }
      case GOLDEN, SIM, UART -> throw new IllegalArgumentException(device + " is on no bus");
    };
  }

  /** What the system tells of the device of a name. */
  Diagnosis diagnosis(DeviceName device) {
    return switch (device.kind()) {
      case XDMA -> card(device).diagnosis();
      case UIO -> UioDevice.named(folders, device.where().split(SEPARATOR, 2)[0]).diagnosis();
      case GOLDEN, SIM, UART -> throw new IllegalArgumentException(device + " is on no bus");
    };
  }

  private XdmaCard card(DeviceName device) {
    return new XdmaCard(folders, Integer.parseInt(device.where()));
  }

  /** All devices there are, and what each says of itself. */
  Map<DeviceName, Supplier<String>> all() {
    Map<DeviceName, Supplier<String>> all = new LinkedHashMap<>();
    for (XdmaCard card : XdmaCard.all(folders)) {
      DeviceName name = new DeviceName(DeviceName.Kind.XDMA, Integer.toString(card.number()));
      all.put(name, () -> answer(name));
    }
    for (UioDevice device : UioDevice.all(folders)) {
      boolean asked = device.name().startsWith(ASKED);
      DeviceName name = new DeviceName(DeviceName.Kind.UIO, asked ? device.name() : device.node());
      all.put(
          name,
          () ->
              asked
                  ? answer(name)
                  : "%s, not asked: its name does not begin with %s"
                      .formatted(device.name(), ASKED));
    }
    return all;
  }

  private String answer(DeviceName name) {
    try (Transport transport = open(name)) {
      Configuration machine = Identity.find(transport, Optional.empty());
      return "configuration %s on %s".formatted(machine.name(), transport.describe());
    } catch (TransportException | DeviceException e) {
      return e.getMessage();
    }
  }
}
