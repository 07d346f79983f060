package dev.heddle.host.cli;

import dev.heddle.accel.Configuration;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * The options that choose a configuration: a shipped one by name, and each of its parameters.
 *
 * <pre>
 *   --config default --lanes 8 --set columns=32
 * </pre>
 *
 * The parameters are the components of {@link Configuration}; its own checks say what is wrong with
 * a value.
 */
final class ConfigurationOptions {
  private static final String NAME = "name";

  @Option(
      names = "--config",
      paramLabel = "NAME",
      defaultValue = "default",
      description = "Configuration: nano, small, default or large. Default: ${DEFAULT-VALUE}.")
  private String name;

  @Option(
      names = "--set",
      paramLabel = "PARAMETER=VALUE",
      description = "Changes a parameter of the configuration; may be repeated.")
  private final Map<String, String> settings = new LinkedHashMap<>();

  private final Map<String, String> named = new LinkedHashMap<>();

  /** Adds an option for each parameter of a configuration, such as {@code --port-bits}. */
  void addParametersTo(CommandSpec command) {
    for (RecordComponent parameter : parameters()) {
      String option =
          "--" + parameter.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
      command.addOption(
          OptionSpec.builder(option)
              .paramLabel("N")
              .type(String.class)
              .description("The same as --set " + parameter.getName() + "=N.")
              .setter(
                  new picocli.CommandLine.Model.ISetter() {
                    @Override
                    @SuppressWarnings("unchecked")
                    public <T> T set(T value) {
                      return (T)
                          (value == null
                              ? named.remove(parameter.getName())
                              : named.put(parameter.getName(), (String) value));
                    }
                  })
              .build());
    }
  }

  private static List<RecordComponent> parameters() {
    return Arrays.stream(Configuration.class.getRecordComponents())
        .filter(component -> !component.getName().equals(NAME))
        .filter(component -> component.getType().isPrimitive())
        .toList();
  }

  /**
   * The configuration.
   *
   * @param command the command that the options were given to
   * @throws ParameterException when there is no such configuration or it cannot be built
   */
  Configuration configuration(CommandSpec command) {
    Configuration base = shipped(command);
    Map<String, String> changes = new LinkedHashMap<>(settings);
    changes.putAll(named);
    for (String key : changes.keySet()) {
      if (parameters().stream().noneMatch(parameter -> parameter.getName().equals(key))) {
        throw mistake(
            command,
            "there is no parameter %s; there are %s"
                .formatted(
                    key,
                    parameters().stream()
                        .map(RecordComponent::getName)
                        .collect(Collectors.joining(", "))));
      }
    }
    return changes.isEmpty() ? base : changed(command, base, changes);
  }

  private Configuration shipped(CommandSpec command) {
    return Configuration.shipped().stream()
        .filter(configuration -> configuration.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                mistake(
                    command,
                    "there is no configuration %s; there are %s"
                        .formatted(
                            name,
                            Configuration.shipped().stream()
                                .map(Configuration::name)
                                .collect(Collectors.joining(", ")))));
  }

  /** The base with some values replaced; its name then tells which. */
  private static Configuration changed(
      CommandSpec command, Configuration base, Map<String, String> changes) {
    RecordComponent[] components = Configuration.class.getRecordComponents();
    Object[] values = new Object[components.length];
    StringBuilder newName = new StringBuilder(base.name());
    try {
      for (int i = 0; i < components.length; i++) {
        String change = changes.get(components[i].getName());
        Object before = components[i].getAccessor().invoke(base);
        values[i] = change == null ? before : number(command, components[i], change);
        if (!values[i].equals(before)) {
          newName.append('_').append(components[i].getName().toLowerCase(Locale.ROOT));
          // A name has no sign; the checks of the configuration speak of the value itself.
          newName.append(values[i].toString().replace('-', 'm'));
        }
      }
      values[0] = newName.toString();
      Class<?>[] types =
          Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      Constructor<Configuration> constructor = Configuration.class.getDeclaredConstructor(types);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException refused) {
        throw mistake(command, refused.getMessage());
      }
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object number(CommandSpec command, RecordComponent parameter, String text) {
    try {
      return parameter.getType() == long.class
          ? (Object) Long.valueOf(text)
          : (Object) Integer.valueOf(text);
    } catch (NumberFormatException e) {
      throw mistake(
          command,
          "%s is %s but must be a whole number up to %d"
              .formatted(
                  parameter.getName(),
                  text,
                  parameter.getType() == long.class ? Long.MAX_VALUE : Integer.MAX_VALUE));
    }
  }

  private static ParameterException mistake(CommandSpec command, String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
