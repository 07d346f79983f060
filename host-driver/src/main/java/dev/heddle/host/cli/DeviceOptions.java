package dev.heddle.host.cli;

import dev.heddle.accel.Configuration;
import dev.heddle.fpga.SerialBoard;
import dev.heddle.host.link.LinkTransport;
import dev.heddle.host.link.SerialLine;
import dev.heddle.host.linux.Diagnosis;
import dev.heddle.host.serial.SerialAdapter;
import dev.heddle.host.transport.GoldenTransport;
import dev.heddle.host.transport.SimulatorTransport;
import dev.heddle.host.transport.Transport;
import dev.heddle.testbench.MemoryModel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that say how a device is reached, and the ways to it. */
final class DeviceOptions {
  /** Reads the name of a memory model. */
  private static final class MemoryModelConverter implements ITypeConverter<MemoryModel> {
    @Override
    public MemoryModel convert(String text) {
      try {
        return MemoryModel.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  @Option(
      names = "--memory",
      paramLabel = "MODEL",
      defaultValue = "ddr4-2400",
      converter = MemoryModelConverter.class,
      description = {
        "Model of the simulated card memory, a channel for each port: ideal,",
        "fixed:LATENCY:BANDWIDTH, ddr4-2400 or random:SEED; or one for all",
        "ports: shared:LATENCY:BANDWIDTH. Default: ${DEFAULT-VALUE}."
      })
  private MemoryModel memory;

  @Mixin private FaultOptions faults;

  @Mixin private PortOptions port;

  @Mixin private BusDevices buses;

  @Option(
      names = "--switch-baud",
      paramLabel = "N",
      description = {
        "Rate that board and port change to for the time of this command. A",
        "board that a killed command left at it is found. Default: they stay."
      })
  private Integer switchBaud;

  /** Whether a board is simulated. */
  boolean isVirtual(DeviceName device) {
    return device.simulatedBoard().isPresent()
        || device.kind() == DeviceName.Kind.UART && port.isVirtual();
  }

  /**
   * A model of a machine.
   *
   * @param memoryBytes bytes of its card memory
   * @param progress where the steps of a build go
   */
  Transport model(
      DeviceName.Kind kind, Configuration machine, long memoryBytes, PrintWriter progress) {
    faults.requireNone();
    return switch (kind) {
      case GOLDEN -> new GoldenTransport(machine, memoryBytes);
      case SIM -> {
        try (ProgressLine line = new ProgressLine("simulator " + machine.name(), progress)) {
          yield new SimulatorTransport(machine, memoryBytes, memory, line::update);
        }
      }
      case UART, XDMA, UIO -> throw new IllegalArgumentException("a board is no model");
    };
  }

  /** A board: behind a port, or simulated, it is a {@link LinkTransport}. */
  Transport board(DeviceName device) {
    if (device.simulatedBoard().isEmpty()) {
      faults.requireNone();
    }
    return switch (device.kind()) {
      case UART -> link(() -> port.open(device.where()), switchBaud);
      case SIM -> simulated(device.simulatedBoard().orElseThrow());
      case XDMA, UIO -> buses.open(device);
      case GOLDEN -> throw new IllegalArgumentException(device + " is no board");
    };
  }

  /** A board at its pins, at the rate of the fewest cycles a bit unless another is named. */
  private LinkTransport simulated(SerialBoard board) {
    return link(faults.open(board), switchBaud == null ? board.fastestBaud() : switchBaud);
  }

  /** What this computer tells of the way to a device; empty for models and virtual boards. */
  Optional<Diagnosis> diagnosis(DeviceName device) {
    return switch (device.kind()) {
      case GOLDEN, SIM -> Optional.empty();
      case UART ->
          SerialAdapter.of(buses.folders(), Path.of(device.where())).map(SerialAdapter::diagnosis);
      case XDMA, UIO -> Optional.of(buses.diagnosis(device));
    };
  }

  private static LinkTransport link(SerialLine.Opener opener, Integer otherBaud) {
    if (otherBaud == null) {
      return new LinkTransport(opener);
    }
    LinkTransport link = new LinkTransport(opener, OptionalInt.of(otherBaud));
    try {
      link.setBaud(otherBaud);
      return link;
    } catch (RuntimeException e) {
      link.close();
      throw e;
    }
  }

  /** What to print as the device, with the memory model where there is one. */
  String label(DeviceName device) {
    return switch (device.kind()) {
      case GOLDEN -> device.kind().toString();
      case SIM ->
          device.isBoard() ? device.toString() : device.kind() + ", memory " + memory.label();
      case UART, XDMA, UIO -> device + (isVirtual(device) ? ", simulated" : "");
    };
  }
}
