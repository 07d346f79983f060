package dev.heddle.hdl.verilog;

import dev.heddle.hdl.Component;
import dev.heddle.hdl.ir.Definition;
import dev.heddle.hdl.ir.Digest;
import dev.heddle.hdl.ir.Domain;
import dev.heddle.hdl.ir.Instance;
import dev.heddle.hdl.ir.Node;
import dev.heddle.hdl.ir.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a component and everything below it as one Verilog-2005 text.
 *
 * <p>The text reads as a careful person writes: names from the Java source, one {@code always}
 * block for each clock, one module for all equal instances, no temporaries without need. It depends
 * on nothing but the design: the same source gives the same bytes, and an edit in one component
 * changes one module.
 */
public final class VerilogWriter {
  private final StringBuilder out = new StringBuilder(1 << 14);
  private final Names moduleNames = new Names();
  private final Map<Digest, Written> written = new HashMap<>();
  private final Map<Definition, Written> modules = new IdentityHashMap<>();

  /**
   * A module that has its text.
   *
   * @param name name of the module
   * @param clocked for each domain whether the module has its clock port
   * @param reset for each domain whether the module has its reset port
   * @param ports names of the other ports
   */
  record Written(String name, List<Boolean> clocked, List<Boolean> reset, List<String> ports) {}

  private VerilogWriter() {}

  /** The design whose top is {@code top}. */
  public static VerilogDesign write(Component top) {
    Definition definition = top.close();
    VerilogWriter writer = new VerilogWriter();
    writer.out.append("`default_nettype none\n");
    Written module = writer.module(definition);
    writer.out.append("\n`default_nettype wire\n");
    return new VerilogDesign(module.name, writer.out.toString(), writer.ports(definition, module));
  }

  private List<VerilogDesign.Port> ports(Definition definition, Written module) {
    List<VerilogDesign.Port> ports = new ArrayList<>();
    for (int i = 0; i < definition.domains().size(); i++) {
      Domain domain = definition.domains().get(i);
      if (module.clocked.get(i)) {
        ports.add(new VerilogDesign.Port(domain.clock(), 1, true));
      }
      if (module.reset.get(i)) {
        ports.add(new VerilogDesign.Port(domain.reset(), 1, true));
      }
    }
    for (int i = 0; i < definition.ports().size(); i++) {
      Node port = definition.ports().get(i);
      ports.add(new VerilogDesign.Port(module.ports.get(i), port.width(), port.op() == Op.INPUT));
    }
    return ports;
  }

  private Written module(Definition definition) {
    Written known = modules.get(definition);
    if (known != null) {
      return known;
    }
    for (Instance instance : definition.instances()) {
      module(instance.definition());
    }
    Written module = written.get(definition.digest());
    if (module == null) {
      if (definition.external()) {
        // A black box keeps its name and has no text.
        module =
            new Written(
                definition.name(),
                definition.domains().stream().map(domain -> false).toList(),
                definition.domains().stream().map(domain -> false).toList(),
                definition.ports().stream().map(Node::name).toList());
      } else {
        ModuleWriter writer =
            new ModuleWriter(definition, moduleNames.claim(definition.name()), modules);
        out.append('\n');
        module = writer.write(out);
      }
      written.put(definition.digest(), module);
    }
    modules.put(definition, module);
    return module;
  }
}
