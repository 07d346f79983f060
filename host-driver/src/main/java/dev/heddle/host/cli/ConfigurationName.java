package dev.heddle.host.cli;

import dev.heddle.accel.Configuration;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Finds the shipped configuration that a command names. */
final class ConfigurationName {
  private ConfigurationName() {}

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
                        .formatted(
                            name,
                            Configuration.shipped().stream()
                                .map(Configuration::name)
                                .collect(Collectors.joining(", ")))));
  }
}
