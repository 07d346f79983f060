package dev.heddle.host.bus;

import dev.heddle.host.linux.DeviceFiles;
import dev.heddle.host.linux.SystemFolders;
import dev.heddle.host.transport.GoldenTransport;
import java.nio.file.Path;

/**
 * Stand-ins for devices on the buses of this computer, for tests of what is above transports.
 *
 * @param files the nodes
 * @param folders where the system tells of them
 * @param removal takes the device off its bus
 */
public record StandIns(DeviceFiles files, SystemFolders folders, Runnable removal) {
  /** A card as {@code xdma:0}. */
  public static StandIns xdma(GoldenTransport machine, Path folder) {
    ModelledShell shelled = new ModelledShell(machine, machine.describe().memoryBytes());
    XdmaStandIn driver = new XdmaStandIn(shelled, folder);
    return new StandIns(driver, driver.card().folders(), driver::remove);
  }

  /** A device as {@code uio:heddle}. */
  public static StandIns uio(GoldenTransport machine, Path folder) {
    int bytes = (int) machine.describe().memoryBytes();
    UioStandIn drivers = new UioStandIn(new ModelledShell(machine, 0), bytes, folder);
    return new StandIns(drivers, drivers.folders, drivers::remove);
  }
}
