package dev.heddle.fpga;

import java.util.LinkedHashMap;
import java.util.Map;

/** The pins and the clock of a board in the language of its tools. */
public final class ConstraintFile {
  private static final double NANOS_OF_A_SECOND = 1e9;

  private ConstraintFile() {}

  /** Name of the file. */
  public static String name(SerialBoard board) {
    return board.top()
        + switch (board.device().family()) {
          case ICE40 -> ".pcf";
          case ECP5 -> ".lpf";
          case GOWIN -> ".cst";
          case ARTIX7, ULTRASCALE_PLUS -> ".xdc";
        };
  }

  /** Contents of the file. */
  public static String text(SerialBoard board) {
    StringBuilder text = new StringBuilder();
    text.append("# %s, %s\n".formatted(board.title(), board.device().part()));
    board.sources().forEach(source -> text.append("# pins: ").append(source).append('\n'));
    pins(board).forEach((port, pin) -> text.append(constraint(board.device().family(), port, pin)));
    if (board.device().family() == Family.ECP5) {
      text.append(
          "FREQUENCY PORT \"clock_in\" %s MHZ;\n".formatted(board.oscillatorHz() / 1_000_000));
    }
    if (board.device().family() == Family.ARTIX7) {
      text.append(
          "create_clock -name clock_in -period %.3f [get_ports clock_in]\n"
              .formatted(NANOS_OF_A_SECOND / board.oscillatorHz()));
      text.append("set_property CFGBVS VCCO [current_design]\n");
      text.append("set_property CONFIG_VOLTAGE 3.3 [current_design]\n");
    }
    String comment = board.device().family() == Family.GOWIN ? "//" : "#";
    return text.toString().replaceAll("(?m)^#", comment);
  }

  /** The ports of the top module and their pins. */
  static Map<String, Pin> pins(SerialBoard board) {
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
      case ARTIX7, ULTRASCALE_PLUS ->
          "set_property -dict {PACKAGE_PIN %s IOSTANDARD %s} [get_ports {%s}]\n"
              .formatted(pin.site(), pin.standard(), port);
    };
  }
}
