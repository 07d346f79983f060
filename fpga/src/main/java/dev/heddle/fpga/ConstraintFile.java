package dev.heddle.fpga;

import java.util.LinkedHashMap;
import java.util.Map;

/** The pins and the clock of a board in the language of its tools. */
public final class ConstraintFile {
  private ConstraintFile() {}

  /** Name of the file. */
  public static String name(Board board) {
    return board.top()
        + switch (board.device().family()) {
          case ICE40 -> ".pcf";
          case ECP5 -> ".lpf";
          case GOWIN -> ".cst";
        };
  }

  /** Contents of the file. */
  public static String text(Board board) {
    StringBuilder text = new StringBuilder();
    text.append("# %s, %s\n".formatted(board.title(), board.device().part()));
    board.sources().forEach(source -> text.append("# pins: ").append(source).append('\n'));
    pins(board).forEach((port, pin) -> text.append(constraint(board.device().family(), port, pin)));
    if (board.device().family() == Family.ECP5) {
      text.append(
          "FREQUENCY PORT \"clock_in\" %s MHZ;\n".formatted(board.oscillatorHz() / 1_000_000));
    }
    String comment = board.device().family() == Family.GOWIN ? "//" : "#";
    return text.toString().replaceAll("(?m)^#", comment);
  }

  /** The ports of the top module and their pins. */
  static Map<String, Pin> pins(Board board) {
    Map<String, Pin> pins = new LinkedHashMap<>();
    pins.put("clock_in", board.clock());
    pins.put("receive", board.receive());
    pins.put("transmit", board.transmit());
    pins.put("light", board.light());
    board.sdram().ifPresent(sdram -> pins.putAll(sdram.pins()));
    return pins;
  }

  private static String constraint(Family family, String port, Pin pin) {
    return switch (family) {
      case ICE40 -> "set_io %s %s\n".formatted(port, pin.site());
      case ECP5 ->
          "LOCATE COMP \"%s\" SITE \"%s\";\nIOBUF PORT \"%s\" IO_TYPE=%s;\n"
              .formatted(port, pin.site(), port, pin.standard());
      case GOWIN ->
          "IO_LOC \"%s\" %s;\nIO_PORT \"%s\" IO_TYPE=%s;\n"
              .formatted(port, pin.site(), port, pin.standard());
    };
  }
}
