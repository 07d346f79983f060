package dev.heddle.host.cli;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.RouterShape;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
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
 *   --config default --lanes 8 --set columns=32 --attention-pages true --router-count 64
 * </pre>
 *
 * The parameters are the components of {@link Configuration} and, with {@code attention} or {@code
 * router} in front, those of {@link AttentionShape} and {@link RouterShape}; their own checks say
 * what is wrong with a value. {@code attentionLanes=0} leaves the attention engine out, {@code
 * routerCount=0} the router; where there is none, changing one of its parameters adds that of
 * {@link Configuration#DEFAULT}, or {@link RouterShape#DEFAULT}.
 */
final class ConfigurationOptions {
  private static final String OPTION = "--config";
  private static final String NAME = "name";

  /** An engine that a configuration may leave out. */
  private enum Part {
    ATTENTION(
        "attention",
        "attention engine",
        AttentionShape.class,
        "lanes",
        Configuration::attention,
        Configuration.DEFAULT.attention().orElseThrow()),
    ROUTER(
        "router", "router", RouterShape.class, "count", Configuration::router, RouterShape.DEFAULT);

    /** The component of {@link Configuration}, and what the names of parameters begin with. */
    private final String component;

    private final String meaning;
    private final Class<? extends Record> type;

    /** The parameter that leaves it out when it is zero. */
    private final String size;

    private final Function<Configuration, Optional<? extends Record>> shape;
    private final Record otherwise;

    Part(
        String component,
        String meaning,
        Class<? extends Record> type,
        String size,
        Function<Configuration, Optional<? extends Record>> shape,
        Record otherwise) {
      this.component = component;
      this.meaning = meaning;
      this.type = type;
      this.size = size;
      this.shape = shape;
      this.otherwise = otherwise;
    }

    Parameter parameter(RecordComponent of) {
      String name = of.getName();
      return new Parameter(
          component + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1),
          Optional.of(this),
          of);
    }
  }

  /**
   * A parameter.
   *
   * @param name of {@code --set}
   * @param part the engine that it belongs to; empty for one of the configuration itself
   * @param component what it is a value of
   */
  private record Parameter(String name, Optional<Part> part, RecordComponent component) {}

  @Option(
      names = OPTION,
      paramLabel = "NAME",
      defaultValue = "default",
      completionCandidates = ConfigurationName.Shipped.class,
      description = "Configuration: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
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
    return parameter
        .part()
        .filter(part -> part.size.equals(parameter.component().getName()))
        .map(part -> "%s 0: no %s.".formatted(meaning, part.meaning))
        .orElse(meaning);
  }

  private static List<Parameter> parameters() {
    Stream<Parameter> own =
        Arrays.stream(Configuration.class.getRecordComponents())
            .filter(component -> !component.getName().equals(NAME))
            .filter(component -> component.getType().isPrimitive())
            .map(component -> new Parameter(component.getName(), Optional.empty(), component));
    Stream<Parameter> ofParts =
        Arrays.stream(Part.values())
            .flatMap(part -> Arrays.stream(part.type.getRecordComponents()).map(part::parameter));
    return Stream.concat(own, ofParts).toList();
  }

  /** Whether any of the options was given. */
  boolean isGiven(CommandSpec command) {
    return isNamed(command) || !settings.isEmpty() || !named.isEmpty();
  }

  private static boolean isNamed(CommandSpec command) {
    return command.commandLine().getParseResult().hasMatchedOption(OPTION);
  }

  /**
   * The configuration.
   *
   * @param command the command that the options were given to
   * @throws ParameterException when there is no such configuration or it cannot be built
   */
  Configuration configuration(CommandSpec command) {
    return configuration(command, "");
  }

  /**
   * The configuration of a device whose name may say which it starts from.
   *
   * @param command the command that the options were given to
   * @param ofDevice name of a shipped configuration; empty for that of the options
   * @throws ParameterException when there is no such configuration, it cannot be built, or the
   *     options name another one
   */
  Configuration configuration(CommandSpec command, String ofDevice) {
    if (!ofDevice.isEmpty() && isNamed(command) && !name.equals(ofDevice)) {
      throw mistake(
          command,
          "the device names configuration %s, but %s names %s; name one of them"
              .formatted(ofDevice, OPTION, name));
    }
    Configuration base = ConfigurationName.find(command, ofDevice.isEmpty() ? name : ofDevice);
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

  /** The base with some values replaced; its name then tells which. */
  private static Configuration changed(
      CommandSpec command, Configuration base, Map<String, String> changes) {
    Map<String, Object> own = new LinkedHashMap<>();
    Map<Part, Map<String, Object>> ofParts = new EnumMap<>(Part.class);
    StringBuilder newName = new StringBuilder(base.name());
    for (Parameter parameter : parameters()) {
      String change = changes.get(parameter.name());
      if (change == null) {
        continue;
      }
      RecordComponent component = parameter.component();
      Object value = value(command, parameter, change);
      Optional<? extends Record> owner =
          parameter.part().isPresent()
              ? parameter.part().get().shape.apply(base)
              : Optional.of(base);
      Object before = owner.map(record -> read(component, record)).orElse(null);
      parameter
          .part()
          .map(part -> ofParts.computeIfAbsent(part, missing -> new LinkedHashMap<>()))
          .orElse(own)
          .put(component.getName(), value);
      if (!value.equals(before)) {
        newName.append('_').append(parameter.name().toLowerCase(Locale.ROOT));
        // A name has no sign; the checks of the configuration speak of the value itself.
        newName.append(value.toString().replace('-', 'm'));
      }
    }
    own.put(NAME, newName.toString());
    ofParts.forEach(
        (part, partChanges) -> own.put(part.component, shape(command, base, part, partChanges)));
    return with(command, base, own, "");
  }

  private static Optional<Record> shape(
      CommandSpec command, Configuration base, Part part, Map<String, Object> changes) {
    if (Integer.valueOf(0).equals(changes.get(part.size))) {
      return Optional.empty();
    }
    Record shape = part.shape.apply(base).map(Record.class::cast).orElse(part.otherwise);
    return Optional.of(with(command, shape, changes, part.meaning + ": "));
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
