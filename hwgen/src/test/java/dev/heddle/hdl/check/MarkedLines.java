package dev.heddle.hdl.check;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.hdl.Component;
import dev.heddle.hdl.HdlException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/** Line numbers of a test source, found by comments such as {@code // @driven}. */
final class MarkedLines {
  private final String file;
  private final List<String> lines;

  MarkedLines(Class<?> test) {
    file = test.getSimpleName() + ".java";
    try {
      lines =
          Files.readAllLines(
              Path.of("src/test/java", test.getPackageName().replace('.', '/'), file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The number of the line that ends with the mark. */
  int number(String mark) {
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).endsWith("// @" + mark)) {
        return i + 1;
      }
    }
    throw new IllegalArgumentException("no line is marked @" + mark);
  }

  /** Demands that a design is refused with a message, in which marks stand for lines. */
  void refused(Supplier<? extends Component> design, String message) {
    assertThatThrownBy(() -> design.get().close())
        .isInstanceOf(HdlException.class)
        .hasMessage(fill(message));
  }

  /** {@code text} with each {@code @mark} replaced by file and line. */
  String fill(String text) {
    return java.util.regex.Pattern.compile("@(\\w+)")
        .matcher(text)
        .replaceAll(match -> file + ":" + number(match.group(1)));
  }
}
