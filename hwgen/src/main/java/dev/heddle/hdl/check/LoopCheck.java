package dev.heddle.hdl.check;

import dev.heddle.hdl.ir.Definition;
import dev.heddle.hdl.ir.Netlist;
import dev.heddle.hdl.ir.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Combinational loops: a signal whose value depends on itself in the same cycle, also through
 * instances. Instances count by the paths from their inputs to their outputs, so each module is
 * analysed once, however often it is placed.
 *
 * <p>A signal counts as a whole: a bit that depends on another bit of the same wire is a loop here,
 * as it is for most tools that read the Verilog. The elements of a vec are signals of their own.
 */
public final class LoopCheck {
  private LoopCheck() {}

  /** One message for each loop, with a line for each signal on the way round. */
  public static List<String> problems(Netlist netlist) {
    List<String> problems = new ArrayList<>();
    for (int[] cycle : netlist.cycles()) {
      problems.add(message(netlist, cycle));
    }
    return problems;
  }

  private static String message(Netlist netlist, int[] cycle) {
    Definition definition = netlist.definition();
    Trace trace = new Trace(definition);
    List<Node> hops =
        new ArrayList<>(
            Arrays.stream(cycle).mapToObj(netlist::node).filter(Objects::nonNull).toList());
    StringBuilder message = new StringBuilder("combinational loop in ").append(definition.name());
    message.append("; put a register into it:");
    for (int i = 0; i < hops.size(); i++) {
      Node node = hops.get(i);
      Node read = hops.get((i + 1) % hops.size());
      message.append("\n  ").append(node.describe());
      if (!node.op().isSignal()) {
        message.append(", computed at ").append(node.location());
      } else if (netlist.isDriven(netlist.cell(node))) {
        message.append(", driven at ").append(trace.drivingLine(node, value -> value == read));
      } else {
        message.append(", an output of the instance at ").append(Trace.origin(definition, node));
      }
      message.append(", reads");
    }
    return message.append("\n  ").append(hops.get(0).describe()).toString();
  }
}
