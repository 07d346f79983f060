package dev.heddle.host.cli;

import dev.heddle.accel.Configuration;
import dev.heddle.host.device.Device;
import dev.heddle.host.device.Identity;
import dev.heddle.host.transport.Transport;
import java.io.PrintWriter;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options that choose the machine that work is done on. */
final class MachineOptions {
  /** A machine, not yet open for work; closing it closes what {@link #open} has not handed on. */
  final class Chosen implements AutoCloseable {
    private final Configuration configuration;
    private final PrintWriter progress;
    private Optional<Transport> board;

    private Chosen(Configuration configuration, Optional<Transport> board, PrintWriter progress) {
      this.configuration = configuration;
      this.board = board;
      this.progress = progress;
    }

    /** What it is. */
    Configuration configuration() {
      return configuration;
    }

    /**
     * Opens it.
     *
     * @param neededBytes card memory that the work needs, which a model gets unless the options say
     *     how much it has
     */
    Device open(long neededBytes) {
      long memoryBytes = cardMemory == null ? neededBytes : cardMemory;
      Transport transport =
          board.orElseGet(() -> ways.model(device.kind(), configuration, memoryBytes, progress));
      board = Optional.empty();
      return Device.open(transport, configuration);
    }

    @Override
    public void close() {
      board.ifPresent(Transport::close);
    }
  }

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = "sim",
      converter = DeviceName.Converter.class,
      description = {
        "What to run on: " + DeviceName.FORMS + ".",
        "A board tells its configuration. Default: ${DEFAULT-VALUE}."
      })
  private DeviceName device;

  @Option(
      names = "--card-memory",
      paramLabel = "BYTES",
      converter = MemorySizeConverter.class,
      description = {
        "Card memory of golden or sim, for instance 128K or 32M.",
        "Default: as much as is needed."
      })
  private Long cardMemory;

  @Mixin private DeviceOptions ways;

  /**
   * The machine of a command line. A board is asked for its configuration; one that the options
   * name must be the one it has.
   *
   * @param command the command that the options were given to
   */
  Chosen choose(CommandSpec command, ConfigurationOptions options) {
    PrintWriter progress = command.commandLine().getErr();
    if (device.isBoard() && cardMemory != null) {
      throw new ParameterException(
          command.commandLine(),
          "--card-memory is for golden and sim; a board tells how much it has");
    }
    if (!device.isBoard()) {
      return new Chosen(options.configuration(command, device.where()), Optional.empty(), progress);
    }
    Optional<Configuration> wanted =
        options.isGiven(command)
            ? Optional.of(options.configuration(command, ""))
            : Optional.empty();
    Transport board = ways.board(device);
    try {
      return new Chosen(Identity.find(board, wanted), Optional.of(board), progress);
    } catch (RuntimeException e) {
      board.close();
      throw e;
    }
  }

  /** Whether it is a board. */
  boolean isBoard() {
    return device.isBoard();
  }

  /** Whether it is a model, or a board that is simulated. */
  boolean isSimulated() {
    return !device.isBoard() || ways.isVirtual(device);
  }

  /** What to print as the device. */
  String label() {
    return ways.label(device);
  }
}
