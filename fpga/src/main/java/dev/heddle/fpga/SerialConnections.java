package dev.heddle.fpga;

import java.util.Locale;

/** The pins of a board with a serial line, for its page. */
record SerialConnections(SerialBoard board) implements BoardConnections {
  private static final double MEGA = 1e6;

  @Override
  public String clock() {
    return String.format(
        Locale.ROOT,
        "made of %.0f MHz at pin %s",
        board.oscillatorHz() / MEGA,
        board.clock().site());
  }

  @Override
  public String memory() {
    return board.sdram().map(chip -> "SDRAM, " + chip.device().name()).orElse("RAM of the FPGA");
  }

  @Override
  public String link() {
    return "UART, %,d baud after power-up".formatted(board.baud());
  }

  @Override
  public String sections() {
    StringBuilder page = new StringBuilder();
    page.append("\n## Pins\n| signal | site | standard |\n|---|---|---|\n");
    ConstraintFile.pins(board)
        .forEach(
            (port, pin) ->
                page.append(
                    "| `%s`%s | %s | %s |%n"
                        .formatted(
                            port,
                            pin.activeLow() ? ", on when it is 0" : "",
                            pin.site(),
                            pin.standard())));
    page.append(
        board.sdram().filter(BoardSdram::isInPackage).isPresent()
            ? "\nThe SDRAM is in the package of the FPGA: the tools connect it by the names of its ports.\n"
            : "");
    page.append("\nFrom: %s.%n".formatted(String.join("; ", board.sources())));
    page.append("%n## Build, load, bring up%n    ./heddle fpga build %s%n".formatted(board.name()));
    page.append(
        board.programmer().isPresent()
            ? "    ./heddle fpga program %s --flash%n".formatted(board.name())
            : "");
    page.append(
        "    ./heddle bringup --device uart:/dev/ttyUSB0 --baud %d%n".formatted(board.baud()));
    page.append(
        board.programmer().isPresent()
            ? ""
            : "\nopenFPGALoader does not know the board: load the bitstream as its maker says.\n");
    return page.toString();
  }
}
