package dev.heddle.host.cli;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import dev.heddle.host.link.LinkTransport;
import dev.heddle.host.linux.SystemFolders;
import dev.heddle.host.serial.SerialPorts;
import dev.heddle.host.transport.TransportException;
import dev.heddle.lib.link.LinkDescription;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code heddle devices}: what {@code --device} can name here. */
@Command(
    name = "devices",
    description = {
      "Lists the devices that other commands take with --device: models of each configuration,",
      "serial ports with what answers there, PCIe cards and devices beside the processor."
    },
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    sortOptions = false)
final class DevicesCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofMillis(300);

  @Spec private CommandSpec spec;

  @Mixin private PortOptions ports;

  @Option(
      names = "--in",
      paramLabel = "FOLDER",
      defaultValue = SystemFolders.DEVICES,
      description = "Where the system names devices. Default: ${DEFAULT-VALUE}.")
  private Path folder;

  @Option(
      names = "--sys",
      paramLabel = "FOLDER",
      defaultValue = SystemFolders.INFORMATION,
      description = "Where the system tells of devices. Default: ${DEFAULT-VALUE}.")
  private Path information;

  @Mixin private BusDevices buses;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    out.println("golden:CONFIG, the model in Java, and sim:CONFIG, the Verilog in the simulator:");
    Configuration.shipped().forEach(machine -> print(out, machine.name(), describe(machine)));
    out.println("sim:BOARD, a board at its serial pins in the simulator:");
    out.println("  " + String.join(", ", BoardName.simulated()));
    List<Path> found = SerialPorts.in(folder);
    if (found.isEmpty()) {
      out.printf("there is no serial port in %s; plug a board in%n", folder);
    } else {
      out.printf("uart:PATH, a board behind a port, asked at %d baud:%n", ports.baud());
    }
    for (Path port : found) {
      out.flush();
      print(out, port.toString(), answer(port.toString()));
    }
    printBuses(out);
    out.flush();
    return 0;
  }

  private void printBuses(PrintWriter out) {
    Map<DeviceName, Supplier<String>> devices =
        buses.in(new SystemFolders(folder, information)).all();
    if (devices.isEmpty()) {
      out.println(
          "there is no xdma:N, a card behind the driver XDMA, and no uio:NAME, a UIO device");
    } else {
      out.println("xdma:N, cards behind the driver XDMA, and uio:NAME, UIO devices:");
    }
    devices.forEach(
        (name, answer) -> {
          out.flush();
          print(out, name.toString(), answer.get());
        });
  }

  private static void print(PrintWriter out, String name, String what) {
    out.printf("  %-8s  %s%n", name, what);
  }

  private static String describe(Configuration machine) {
    return String.format(
        Locale.ROOT,
        "%d x %d bits to card memory, %,d multipliers, %s",
        machine.ports(),
        machine.portBits(),
        machine.multipliers(),
        machine
            .attention()
            .map(AttentionShape::multipliers)
            .map("%,d for attention"::formatted)
            .orElse("attention on the host"));
  }

  private String answer(String path) {
    try {
      return LinkTransport.ask(() -> ports.open(path), PATIENCE)
          .map(DevicesCommand::describe)
          .orElse("nobody answers");
    } catch (TransportException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      return e.getMessage();
    }
  }

  private static String describe(LinkDescription board) {
    return String.format(
        Locale.ROOT,
        "a board with a clock of %.1f MHz and %,d KiB of card memory",
        board.clockHz() / 1e6,
        board.memoryBytes() >> 10);
  }
}
