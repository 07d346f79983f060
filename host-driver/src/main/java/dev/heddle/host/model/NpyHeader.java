package dev.heddle.host.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of an NPY file: a Python dictionary of the keys {@code descr}, {@code fortran_order}
 * and {@code shape}, and no other.
 */
final class NpyHeader {
  private final Path path;
  private final String text;
  private final Map<String, Object> values = new HashMap<>();
  private int at;

  /**
   * Parses a header.
   *
   * @throws ModelFileException when it is no such dictionary
   */
  NpyHeader(Path path, String text) {
    this.path = path;
    this.text = text;
    expect('{');
    while (!accept('}')) {
      String key = string();
      expect(':');
      if (values.put(key, value(key)) != null) {
        throw damaged("key '" + key + "' occurs twice");
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skipSpace();
    if (at != text.length()) {
      throw damaged("there is more than the dictionary");
    }
  }

  /** The element type, as the file spells it. */
  String descriptor() {
    return required("descr", String.class);
  }

  /** Whether the first dimension runs fastest. */
  boolean fortranOrder() {
    return required("fortran_order", Boolean.class);
  }

  /** The sizes of the dimensions, none negative. */
  int[] shape() {
    return required("shape", int[].class);
  }

  private <T> T required(String key, Class<T> type) {
    if (!values.containsKey(key)) {
      throw damaged("there is no key '" + key + "'");
    }
    return type.cast(values.get(key));
  }

  private Object value(String key) {
    return switch (key) {
      case "descr" -> descriptorValue();
      case "fortran_order" -> truth();
      case "shape" -> tuple();
      default -> throw damaged("key '" + key + "' is unknown");
    };
  }

  /** A list describes a structure, which stays as it is spelt and so matches no element type. */
  private String descriptorValue() {
    skipSpace();
    if (at < text.length() && text.charAt(at) == '[') {
      int end = text.indexOf(']', at);
      if (end < 0) {
        throw damaged("a list has no end");
      }
      String list = text.substring(at, end + 1);
      at = end + 1;
      return list;
    }
    return string();
  }

  private boolean truth() {
    for (boolean value : new boolean[] {true, false}) {
      String word = value ? "True" : "False";
      skipSpace();
      if (text.startsWith(word, at)) {
        at += word.length();
        return value;
      }
    }
    throw damaged("expected True or False");
  }

  private int[] tuple() {
    List<Integer> sizes = new ArrayList<>();
    expect('(');
    while (!accept(')')) {
      sizes.add(size());
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return sizes.stream().mapToInt(Integer::intValue).toArray();
  }

  private int size() {
    skipSpace();
    int start = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    if (at == start) {
      throw damaged("expected a size of a dimension");
    }
    try {
      return Integer.parseInt(text.substring(start, at));
    } catch (NumberFormatException e) {
      throw new ModelFileException(
          path,
          "a dimension of the shape has %s elements, more than 2^31 - 1"
              .formatted(text.substring(start, Math.min(at, start + 30))),
          "split the array into several files",
          e);
    }
  }

  private String string() {
    skipSpace();
    char quote = at < text.length() ? text.charAt(at) : 0;
    int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
    if (end < 0) {
      throw damaged("expected a string");
    }
    String string = text.substring(at + 1, end);
    at = end + 1;
    return string;
  }

  private void expect(char symbol) {
    if (!accept(symbol)) {
      throw damaged("expected '" + symbol + "'");
    }
  }

  private boolean accept(char symbol) {
    skipSpace();
    if (at < text.length() && text.charAt(at) == symbol) {
      at++;
      return true;
    }
    return false;
  }

  private void skipSpace() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private ModelFileException damaged(String problem) {
    return ModelFileException.damaged(
        path, "character %d of the header: %s".formatted(at, problem));
  }
}
