package dev.heddle.host.board;

import dev.heddle.accel.Configuration;
import dev.heddle.hdl.verilog.VerilogDesign;
import dev.heddle.hdl.verilog.VerilogDesign.Port;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The simulation of a board whose logic can be broken: its top module has one input more, which
 * says what is, and reaches into the modules below by hierarchical names. With zeros on it nothing
 * is.
 */
final class PlantableDesign {
  /** The input of the top module. */
  static final String INPUT = "planted";

  /** The lane of port 0 that may have a dead multiplier. */
  static final int DEAD_LANE = 0;

  /** Which of its multipliers that is. */
  static final int DEAD_MULTIPLIER = 3;

  /** The faults that it can have, in the order of the bits of its input. */
  private static final List<BoardFault> FAULTS =
      List.of(BoardFault.INTERRUPT, BoardFault.MULTIPLIER, BoardFault.HASH);

  private final VerilogDesign design;
  private String text;

  private PlantableDesign(VerilogDesign design) {
    this.design = design;
    this.text = design.text();
  }

  /** Whether any of these faults is in the logic. */
  static boolean plants(Set<BoardFault> faults) {
    return FAULTS.stream().anyMatch(faults::contains);
  }

  /** What the input has to be for these faults. */
  static long input(Set<BoardFault> faults) {
    return faults.stream()
        .filter(FAULTS::contains)
        .mapToLong(fault -> 1L << FAULTS.indexOf(fault))
        .sum();
  }

  /**
   * The design with the input.
   *
   * @param machine its machine
   * @throws IllegalArgumentException when there is nothing in it that could be broken
   */
  static VerilogDesign of(VerilogDesign design, Configuration machine) {
    PlantableDesign plantable = new PlantableDesign(design);
    plantable.replace(
        "module %s \\(\n".formatted(design.top()),
        "$0  input  wire [%d:0] %s,\n".formatted(FAULTS.size() - 1, INPUT));
    plantable.replace(
        "\\.irq\\(machine_irq\\),",
        ".irq(machine_irq && !%s),".formatted(plantable.bit(BoardFault.INTERRUPT)));
    String lane = machine.compact() ? "dotProduct" : "lane_0_" + DEAD_LANE;
    plantable.replace(
        "(%s \\([^;]*?\\.(?:codes|weights)\\()([^)]*)\\)".formatted(lane),
        "$1$2 & ~({%s{%s}} << %d))"
            .formatted(
                Byte.SIZE, plantable.bit(BoardFault.MULTIPLIER), DEAD_MULTIPLIER * Byte.SIZE));
    plantable.replace(
        "(read_config_hash \\? )(32'[dh]\\w+)",
        "$1$2 ^ {32{%s}}".formatted(plantable.bit(BoardFault.HASH)));
    List<Port> ports = new ArrayList<>(design.ports());
    ports.add(0, new Port(INPUT, FAULTS.size(), true));
    return new VerilogDesign(design.top(), plantable.text, ports);
  }

  private void replace(String pattern, String replacement) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    if (!matcher.find()) {
      throw new IllegalArgumentException(
          "%s has nothing like %s that could be broken".formatted(design.top(), pattern));
    }
    text = matcher.replaceFirst(replacement);
  }

  /** A bit of the input, as a replacement names it in a module below. */
  private String bit(BoardFault fault) {
    return "\\$root.%s.%s[%d]".formatted(design.top(), INPUT, FAULTS.indexOf(fault));
  }
}
