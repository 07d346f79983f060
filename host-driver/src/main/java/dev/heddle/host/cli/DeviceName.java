package dev.heddle.host.cli;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A device as {@code --device} names it.
 *
 * @param kind what it is
 * @param where the configuration of a model, the path of a port; empty when there is none
 */
record DeviceName(Kind kind, String where) {
  /** Kinds of device. */
  enum Kind {
    /** The golden model in Java. */
    GOLDEN,
    /** A simulation of the Verilog. */
    SIM,
    /** A board behind a serial port. */
    UART;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What names there are, for descriptions. */
  static final String FORMS = "golden[:CONFIG], sim[:CONFIG] or uart:PATH";

  /** Reads a name. */
  static final class Converter implements ITypeConverter<DeviceName> {
    @Override
    public DeviceName convert(String text) {
      int colon = text.indexOf(':');
      String kind = (colon < 0 ? text : text.substring(0, colon)).toLowerCase(Locale.ROOT);
      String where = colon < 0 ? "" : text.substring(colon + 1);
      return switch (kind) {
        case "golden" -> new DeviceName(Kind.GOLDEN, where);
        case "sim" -> new DeviceName(Kind.SIM, where);
        case "uart" -> {
          if (where.isEmpty()) {
            throw new TypeConversionException("uart needs a port, for instance uart:/dev/ttyUSB1");
          }
          yield new DeviceName(Kind.UART, where);
        }
        default ->
            throw new TypeConversionException(
                "there is no device %s; there are %s".formatted(text, FORMS));
      };
    }
  }

  /** Whether it is a board behind a line. */
  boolean isBoard() {
    return kind == Kind.UART;
  }

  @Override
  public String toString() {
    return where.isEmpty() ? kind.toString() : kind + ":" + where;
  }
}
