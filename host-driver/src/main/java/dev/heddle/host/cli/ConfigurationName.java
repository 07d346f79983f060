package dev.heddle.host.cli;

import dev.heddle.accel.Configuration;
import java.util.Iterator;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Finds the shipped configuration that a command names. */
final class ConfigurationName {
  /** The names there are, for descriptions of options. */
  static final class Shipped implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return names().iterator();
    }
  }

  private ConfigurationName() {}

  /** The names there are. */
  static List<String> names() {
    return Configuration.shipped().stream().map(Configuration::name).toList();
  }

  /**
   * The configuration of a name.
   *
   * @throws ParameterException when there is none; says which there are
   */
  static Configuration find(CommandSpec spec, String name) {
    return Configuration.shipped().stream()
        .filter(shipped -> shipped.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(),
                    "there is no configuration %s; there are %s"
                        .formatted(name, String.join(", ", names()))));
  }
}
