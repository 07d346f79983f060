package dev.heddle.host.cli;

import dev.heddle.accel.Configuration;
import dev.heddle.host.device.Device;
import dev.heddle.host.transport.GoldenTransport;
import dev.heddle.host.transport.Transport;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine.Option;

/** The options that choose what a model runs on. */
final class MachineOptions {
  /** Kinds of device. */
  enum Kind {
    /** The golden model in Java. */
    GOLDEN
  }

  @Option(
      names = "--device",
      paramLabel = "KIND",
      defaultValue = "golden",
      description = "What to run on: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private Kind kind;

  /**
   * Opens the device.
   *
   * @param memoryBytes card memory that the work needs
   * @param progress where the steps of a build go
   */
  Device open(Configuration configuration, long memoryBytes, PrintWriter progress) {
    Transport transport =
        switch (kind) {
          case GOLDEN -> new GoldenTransport(configuration, memoryBytes);
        };
    return Device.open(transport, configuration);
  }

  /** What to print as the device, with the memory model where there is one. */
  String label() {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}
