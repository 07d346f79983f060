package dev.heddle.hdl.verilog;

import dev.heddle.hdl.Component;
import dev.heddle.hdl.ir.Definition;
import dev.heddle.hdl.ir.Digest;
import dev.heddle.hdl.ir.Domain;
import dev.heddle.hdl.ir.Instance;
import dev.heddle.hdl.ir.Node;
import dev.heddle.hdl.ir.Op;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a component and everything below it as Verilog-2005.
 *
 * <p>The text reads as a careful person writes: names from the Java source, one {@code always}
 * block for each clock, one module for all equal instances, no temporaries without need. It depends
 * on nothing but the design: the same source gives the same bytes, and an edit in one component
 * changes one module.
 */
public final class VerilogWriter {
  private final Map<String, String> texts = new LinkedHashMap<>();
  private final Names moduleNames = new Names();
  private final Map<Digest, Written> written = new HashMap<>();

  /**
   * A module that has its text.
   *
   * @param name name of the module
   * @param clocked for each domain whether the module has its clock port
   * @param reset for each domain whether the module has its reset port
   * @param ports names of the other ports
   */
  record Written(String name, List<Boolean> clocked, List<Boolean> reset, List<String> ports) {}

  private final Definition top;
  private final String prefix;

  private VerilogWriter(Definition top, String prefix) {
    this.top = top;
    this.prefix = prefix;
  }

  /** The design whose top is {@code top}. */
  public static VerilogDesign write(Component top) {
    VerilogWriter writer = new VerilogWriter(top.close(), "");
    Written module = writer.module(writer.top);
    return new VerilogDesign(
        module.name, source("", writer.texts.values()), writer.ports(writer.top, module));
  }

  /**
   * The design whose top is {@code top}, a file for each module. Names of the modules below the top
   * begin with the name of the top and an underscore; black boxes keep theirs.
   *
   * @param notice comment lines that every file begins with, may be empty
   */
  public static VerilogLibrary writeLibrary(Component top, String notice) {
    Definition definition = top.close();
    VerilogWriter writer = new VerilogWriter(definition, definition.name() + "_");
    Written module = writer.module(definition);
    List<VerilogLibrary.Module> modules = new ArrayList<>();
    writer.texts.forEach(
        (name, text) ->
            modules.add(new VerilogLibrary.Module(name, source(notice, List.of(text)))));
    return new VerilogLibrary(module.name, modules, writer.ports(definition, module));
  }

  private static String source(String notice, Collection<String> modules) {
    StringBuilder out = new StringBuilder(1 << 14);
    notice.lines().forEach(line -> out.append("// ").append(line).append('\n'));
    out.append("`default_nettype none\n");
    modules.forEach(module -> out.append('\n').append(module));
    return out.append("\n`default_nettype wire\n").toString();
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
    Written module = written.get(definition.digest());
    if (module == null) {
      // The first of equal modules has the contents.
      Definition model = definition.netlist().definition();
      for (Instance instance : model.instances()) {
        module(instance.definition());
      }
      if (definition.external()) {
        // A black box keeps its name and has no text.
        module =
            new Written(
                definition.name(),
                definition.domains().stream().map(domain -> false).toList(),
                definition.domains().stream().map(domain -> false).toList(),
                definition.ports().stream().map(Node::name).toList());
      } else {
        String name = definition == top ? model.name() : prefix + model.name();
        StringBuilder text = new StringBuilder(1 << 12);
        module = new ModuleWriter(model, moduleNames.claim(name), written).write(text);
        texts.put(module.name, text.toString());
      }
      written.put(definition.digest(), module);
    }
    return module;
  }
}
