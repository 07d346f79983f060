package dev.heddle.accel.export;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the Javadoc of a declaration says, in Markdown, so that a text about a port or a parameter
 * stands once, where it is declared. The sources it is read from lie beside the classes, as the
 * build of this module says.
 */
final class DeclarationText {
  /** A comment and the declaration behind it, up to its parameters, its value or its end. */
  private static final Pattern DECLARATION =
      Pattern.compile("/\\*\\*(.*?)\\*/\\s*([^;{}=(]*)", Pattern.DOTALL);

  private static final Pattern MARGIN = Pattern.compile("\\s*\\n\\s*\\*?\\s*");
  private static final Pattern LINK = Pattern.compile("\\{@(?:link|code) #?([^}]*)}");
  private static final String PARAMETER = "@param ";

  private DeclarationText() {}

  /** What is said of a field of a class. */
  static String ofField(Class<?> type, String field) {
    return markdown(comment(type, field).split("@\\w+ ")[0]);
  }

  /** What is said of a component of a record. */
  static String ofComponent(Class<? extends Record> type, String component) {
    for (String parameter : comment(type, type.getSimpleName()).split(PARAMETER)) {
      if (parameter.startsWith(component + " ")) {
        return markdown(parameter.substring(component.length()));
      }
    }
    throw new IllegalStateException("no @param %s of %s".formatted(component, type.getName()));
  }

  /** The comment of the declaration of {@code name} in the source of {@code type}, in one line. */
  private static String comment(Class<?> type, String name) {
    Matcher declarations = DECLARATION.matcher(source(type));
    while (declarations.find()) {
      if (declarations.group(2).matches("(?s).*\\b%s\\s*".formatted(name))) {
        return MARGIN.matcher(declarations.group(1)).replaceAll(" ").strip();
      }
    }
    throw new IllegalStateException("no Javadoc of %s in %s".formatted(name, type.getName()));
  }

  private static String source(Class<?> type) {
    Class<?> outermost = type.getNestHost();
    String file = outermost.getSimpleName() + ".java";
    try (InputStream in = outermost.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException(
            "%s is not beside its class; name it among the resources of the build".formatted(file));
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String markdown(String text) {
    return LINK.matcher(text)
        .replaceAll(link -> "`" + Matcher.quoteReplacement(link.group(1).replace('#', '.')) + "`")
        .strip();
  }
}
