package dev.heddle.host.cli;

import dev.heddle.accel.Configuration;
import dev.heddle.host.device.Device;
import dev.heddle.host.transport.GoldenTransport;
import dev.heddle.host.transport.SimulatorTransport;
import dev.heddle.host.transport.Transport;
import dev.heddle.testbench.MemoryModel;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that choose what a model runs on. */
final class MachineOptions {
  /** Kinds of device. */
  enum Kind {
    /** The golden model in Java. */
    GOLDEN,
    /** A simulation of the Verilog. */
    SIM;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

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
      names = "--device",
      paramLabel = "KIND",
      defaultValue = "sim",
      description = "What to run on: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private Kind kind;

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

  /**
   * Opens the device.
   *
   * @param memoryBytes card memory that the work needs
   * @param progress where the steps of a build go
   */
  Device open(Configuration configuration, long memoryBytes, PrintWriter progress) {
    return Device.open(transport(configuration, memoryBytes, progress), configuration);
  }

  private Transport transport(Configuration configuration, long memoryBytes, PrintWriter progress) {
    if (kind == Kind.GOLDEN) {
      return new GoldenTransport(configuration, memoryBytes);
    }
    try (ProgressLine line = new ProgressLine("simulator " + configuration.name(), progress)) {
      return new SimulatorTransport(configuration, memoryBytes, memory, line::update);
    }
  }

  /** What to print as the device, with the memory model where there is one. */
  String label() {
    return kind == Kind.GOLDEN ? kind.toString() : kind + ", memory " + memory.label();
  }
}
