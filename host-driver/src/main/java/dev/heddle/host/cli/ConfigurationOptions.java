package dev.heddle.host.cli;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * The options that choose a configuration: a shipped one by name, and each of its parameters.
 *
 * <pre>
 *   --config default --lanes 8 --set columns=32 --attention-lanes 4
 * </pre>
 *
 * The parameters are the components of {@link Configuration} and, with {@code attention} in front,
 * those of {@link AttentionShape}; their own checks say what is wrong with a value. {@code
 * attentionLanes=0} leaves the attention engine out; where there is none, changing one of its
 * parameters adds that of {@link Configuration#DEFAULT}.
 */
final class ConfigurationOptions {
  private static final String NAME = "name";
  private static final String ATTENTION = "attention";
  private static final String ATTENTION_LANES = ATTENTION + "Lanes";

  /**
   * A parameter.
   *
   * @param name of {@code --set}
   * @param component what it is a value of
   */
  private record Parameter(String name, RecordComponent component) {
    /** The component of the attention engine with its prefix. */
    static Parameter ofAttention(RecordComponent component) {
      String name = component.getName();
      return new Parameter(
          ATTENTION + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1), component);
    }
  }

  @Option(
      names = "--config",
      paramLabel = "NAME",
      defaultValue = "default",
      description = {
        "Configuration: nano, small, default, large or vision.",
        "Default: ${DEFAULT-VALUE}."
      })
  private String name;

  @Option(
      names = "--set",
      paramLabel = "PARAMETER=VALUE",
      description = "Changes a parameter of the configuration; may be repeated.")
  private final Map<String, String> settings = new LinkedHashMap<>();

  private final Map<String, String> named = new LinkedHashMap<>();

  /** Adds an option for each parameter of a configuration, such as {@code --port-bits}. */
  void addParametersTo(CommandSpec command) {
    for (Parameter parameter : parameters()) {
      String option = "--" + parameter.name().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
      command.addOption(
          OptionSpec.builder(option)
              .paramLabel(parameter.component().getType() == boolean.class ? "BOOLEAN" : "N")
              .type(String.class)
              .description(description(parameter))
              .setter(
                  new picocli.CommandLine.Model.ISetter() {
                    @Override
                    @SuppressWarnings("unchecked")
                    public <T> T set(T value) {
                      return (T)
                          (value == null
                              ? named.remove(parameter.name())
                              : named.put(parameter.name(), (String) value));
                    }
                  })
              .build());
    }
  }

  private static String description(Parameter parameter) {
    boolean flag = parameter.component().getType() == boolean.class;
    String meaning = "The same as --set %s=%s.".formatted(parameter.name(), flag ? "BOOLEAN" : "N");
    return parameter.name().equals(ATTENTION_LANES)
        ? meaning + " 0: no attention engine."
        : meaning;
  }

  private static List<Parameter> parameters() {
    Stream<Parameter> own =
        Arrays.stream(Configuration.class.getRecordComponents())
            .filter(component -> !component.getName().equals(NAME))
            .filter(component -> component.getType().isPrimitive())
            .map(component -> new Parameter(component.getName(), component));
    Stream<Parameter> ofAttention =
        Arrays.stream(AttentionShape.class.getRecordComponents()).map(Parameter::ofAttention);
    return Stream.concat(own, ofAttention).toList();
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
      if (parameters().stream().noneMatch(parameter -> parameter.name().equals(key))) {
        throw mistake(
            command,
            "there is no parameter %s; there are %s"
                .formatted(
                    key,
                    parameters().stream().map(Parameter::name).collect(Collectors.joining(", "))));
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
    Map<String, Object> own = new LinkedHashMap<>();
    Map<String, Object> ofAttention = new LinkedHashMap<>();
    StringBuilder newName = new StringBuilder(base.name());
    for (Parameter parameter : parameters()) {
      String change = changes.get(parameter.name());
      if (change == null) {
        continue;
      }
      RecordComponent component = parameter.component();
      boolean attention = component.getDeclaringRecord() == AttentionShape.class;
      Object value = value(command, parameter, change);
      Object before =
          attention
              ? base.attention().map(shape -> read(component, shape)).orElse(null)
              : read(component, base);
      (attention ? ofAttention : own).put(component.getName(), value);
      if (!value.equals(before)) {
        newName.append('_').append(parameter.name().toLowerCase(Locale.ROOT));
        // A name has no sign; the checks of the configuration speak of the value itself.
        newName.append(value.toString().replace('-', 'm'));
      }
    }
    own.put(NAME, newName.toString());
    if (!ofAttention.isEmpty()) {
      own.put(ATTENTION, attention(command, base, ofAttention));
    }
    return with(command, base, own, "");
  }

  private static Optional<AttentionShape> attention(
      CommandSpec command, Configuration base, Map<String, Object> changes) {
    if (Integer.valueOf(0).equals(changes.get("lanes"))) {
      return Optional.empty();
    }
    AttentionShape shape = base.attention().or(Configuration.DEFAULT::attention).orElseThrow();
    return Optional.of(with(command, shape, changes, "attention engine: "));
  }

  /** A record with some components replaced. */
  @SuppressWarnings("unchecked")
  private static <T extends Record> T with(
      CommandSpec command, T base, Map<String, Object> changes, String where) {
    RecordComponent[] components = base.getClass().getRecordComponents();
    Object[] values =
        Arrays.stream(components)
            .map(component -> changes.getOrDefault(component.getName(), read(component, base)))
            .toArray();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      return (T) base.getClass().getDeclaredConstructor(types).newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException refused) {
        throw mistake(command, where + refused.getMessage());
      }
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object read(RecordComponent component, Record of) {
    try {
      return component.getAccessor().invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object value(CommandSpec command, Parameter parameter, String text) {
    Class<?> type = parameter.component().getType();
    if (type == boolean.class) {
      if (!text.equals("true") && !text.equals("false")) {
        throw mistake(
            command, "%s is %s but must be true or false".formatted(parameter.name(), text));
      }
      return Boolean.valueOf(text);
    }
    try {
      return type == long.class ? (Object) Long.valueOf(text) : (Object) Integer.valueOf(text);
    } catch (NumberFormatException e) {
      throw mistake(
          command,
          "%s is %s but must be a whole number up to %d"
              .formatted(
                  parameter.name(), text, type == long.class ? Long.MAX_VALUE : Integer.MAX_VALUE));
    }
  }

  private static ParameterException mistake(CommandSpec command, String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
