package dev.heddle.host.cli;

import dev.heddle.fpga.Boards;
import dev.heddle.fpga.SerialBoard;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A device as {@code --device} names it.
 *
 * @param kind what it is
 * @param where the configuration of a model, empty when there is none, or the simulated board; the
 *     path of a port; the number of a card; the name of a UIO device, and of a buffer after a comma
 */
record DeviceName(Kind kind, String where) {
  /** Kinds of device. */
  enum Kind {
    /** The golden model in Java. */
    GOLDEN,
    /** A simulation of the Verilog, of a machine or of a whole board. */
    SIM,
    /** A board behind a serial port. */
    UART,
    /** A PCIe card behind the driver XDMA. */
    XDMA,
    /** Programmable logic beside the processor, behind UIO. */
    UIO;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What names there are, for descriptions. */
  static final String FORMS =
      "golden[:CONFIG], sim[:CONFIG], sim:BOARD, uart:PATH, xdma:N or uio:NAME[,BUFFER]";

  /** Reads a name. */
  static final class Converter implements ITypeConverter<DeviceName> {
    private static final Pattern CARD = Pattern.compile("[0-9]{1,3}");
    private static final Pattern UIO = Pattern.compile("[^,/]+(,[^,/]+)?");

    @Override
    public DeviceName convert(String text) {
      int colon = text.indexOf(':');
      String kind = (colon < 0 ? text : text.substring(0, colon)).toLowerCase(Locale.ROOT);
      String where = colon < 0 ? "" : text.substring(colon + 1);
      return switch (kind) {
        case "golden" -> new DeviceName(Kind.GOLDEN, where);
        case "sim" -> simulation(where);
        case "uart" -> {
          if (where.isEmpty()) {
            throw new TypeConversionException("uart needs a port, for instance uart:/dev/ttyUSB1");
          }
          yield new DeviceName(Kind.UART, where);
        }
        case "xdma" -> {
          if (!CARD.matcher(where).matches()) {
            throw new TypeConversionException(
                "xdma needs the number of a card, for instance xdma:0");
          }
          yield new DeviceName(Kind.XDMA, where);
        }
        case "uio" -> {
          if (!UIO.matcher(where).matches()) {
            throw new TypeConversionException(
                "uio needs the name of a device, and may have that of a buffer, for instance uio:heddle or uio:heddle,udmabuf0");
          }
          yield new DeviceName(Kind.UIO, where);
        }
        default ->
            throw new TypeConversionException(
                "there is no device %s; there are %s".formatted(text, FORMS));
      };
    }

    private static DeviceName simulation(String where) {
      DeviceName device = new DeviceName(Kind.SIM, where);
      boolean machine = where.isEmpty() || ConfigurationName.names().contains(where);
      if (!machine && device.simulatedBoard().isEmpty()) {
        throw new TypeConversionException(
            "there is neither a configuration nor a board %s to simulate; there are %s, and the boards %s"
                .formatted(
                    where,
                    String.join(", ", ConfigurationName.names()),
                    String.join(", ", BoardName.simulated())));
      }
      return device;
    }
  }

  /** The board that is simulated at its serial pins, if it is one. */
  Optional<SerialBoard> simulatedBoard() {
    return Optional.of(where)
        .filter(name -> kind == Kind.SIM)
        .flatMap(Boards::named)
        .filter(SerialBoard.class::isInstance)
        .map(SerialBoard.class::cast);
  }

  /** Whether it is a board, simulated or not, and no model. */
  boolean isBoard() {
    return switch (kind) {
      case GOLDEN -> false;
      case SIM -> simulatedBoard().isPresent();
      case UART, XDMA, UIO -> true;
    };
  }

  @Override
  public String toString() {
    return where.isEmpty() ? kind.toString() : kind + ":" + where;
  }
}
