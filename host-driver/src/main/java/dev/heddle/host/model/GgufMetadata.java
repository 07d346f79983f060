package dev.heddle.host.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The key-value pairs of a GGUF file.
 *
 * <p>Integers of any width are kept as {@link Long} (a uint64 above the range as a negative one,
 * which every range check refuses), floating point as {@link Double}, arrays as lists.
 */
final class GgufMetadata {
  private static final int MAX_KEY_BYTES = 65_535;
  private static final int MAX_STRING_BYTES = 1 << 24;
  private static final int MAX_ELEMENTS = 1 << 22;
  private static final int MAX_NESTING = 8;
  private static final int MIN_PAIR_BYTES = 8 + 4 + 1;

  private final Path file;
  private final Map<String, Object> values = new LinkedHashMap<>();
  private int elementsLeft = MAX_ELEMENTS;

  private GgufMetadata(Path file) {
    this.file = file;
  }

  /** Reads the number of pairs and the pairs. */
  static GgufMetadata read(FileCursor cursor) {
    long count = cursor.i64("the number of metadata pairs");
    if (count < 0 || count > cursor.remaining() / MIN_PAIR_BYTES) {
      throw cursor.damaged(
          "the header states "
              + Long.toUnsignedString(count)
              + " metadata pairs, more than fit in "
              + cursor.remaining()
              + " bytes");
    }
    GgufMetadata metadata = new GgufMetadata(cursor.file());
    for (long i = 0; i < count; i++) {
      String what = "metadata key " + i;
      long at = cursor.position();
      String key = cursor.utf8(cursor.i64("the length of " + what), MAX_KEY_BYTES, what);
      if (key.isEmpty() || metadata.values.containsKey(key)) {
        throw cursor.damaged(
            what + " at byte " + at + (key.isEmpty() ? " is empty" : " repeats \"" + key + '"'));
      }
      String value = "the value of " + key;
      metadata.values.put(
          key, metadata.value(cursor, metadata.type(cursor, value), value, MAX_NESTING));
    }
    return metadata;
  }

  private GgufType type(FileCursor cursor, String what) {
    long at = cursor.position();
    int id = cursor.i32("the type of " + what);
    return GgufType.ofId(id)
        .orElseThrow(
            () ->
                cursor.damaged(
                    what + " has unknown type " + Integer.toUnsignedString(id) + " at byte " + at));
  }

  private Object value(FileCursor cursor, GgufType type, String what, int nesting) {
    return switch (type) {
      case UINT8 -> (long) cursor.u8(what);
      case INT8 -> (long) (byte) cursor.u8(what);
      case UINT16 -> (long) Short.toUnsignedInt(cursor.i16(what));
      case INT16 -> (long) cursor.i16(what);
      case UINT32 -> Integer.toUnsignedLong(cursor.i32(what));
      case INT32 -> (long) cursor.i32(what);
      case UINT64, INT64 -> cursor.i64(what);
      case FLOAT32 -> (double) cursor.f32(what);
      case FLOAT64 -> cursor.f64(what);
      case BOOL -> bool(cursor, what);
      case STRING -> cursor.utf8(cursor.i64("the length of " + what), MAX_STRING_BYTES, what);
      case ARRAY -> array(cursor, what, nesting);
    };
  }

  private static Boolean bool(FileCursor cursor, String what) {
    long at = cursor.position();
    int value = cursor.u8(what);
    if (value > 1) {
      throw cursor.damaged(what + " at byte " + at + " is " + value + ", not a truth value 0 or 1");
    }
    return value == 1;
  }

  private List<Object> array(FileCursor cursor, String what, int nesting) {
    if (nesting == 0) {
      throw cursor.damaged(
          what + " has arrays nested deeper than " + MAX_NESTING + " at byte " + cursor.position());
    }
    GgufType type = type(cursor, what);
    long at = cursor.position();
    long count = cursor.i64("the length of " + what);
    if (count < 0 || count > elementsLeft || count > cursor.remaining() / type.minBytes()) {
      throw cursor.damaged(
          what
              + " states "
              + Long.toUnsignedString(count)
              + " elements at byte "
              + at
              + ", but at most "
              + Math.min(elementsLeft, cursor.remaining() / type.minBytes())
              + " are possible");
    }
    elementsLeft -= (int) count;
    List<Object> elements = new ArrayList<>((int) count);
    for (int i = 0; i < count; i++) {
      elements.add(value(cursor, type, what, nesting - 1));
    }
    return elements;
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  /** An integer within bounds. */
  int integer(String key, int min, int max) {
    long value = required(key, Long.class, "an integer");
    if (value < min || value > max) {
      throw ModelFileException.damaged(
          file, "key " + key + " is " + value + ", not in " + min + " to " + max);
    }
    return (int) value;
  }

  int integer(String key, int min, int max, int otherwise) {
    return has(key) ? integer(key, min, max) : otherwise;
  }

  float real(String key) {
    return (float) (double) required(key, Double.class, "a floating-point number");
  }

  float real(String key, float otherwise) {
    return has(key) ? real(key) : otherwise;
  }

  boolean truth(String key, boolean otherwise) {
    return has(key) ? required(key, Boolean.class, "a truth value") : otherwise;
  }

  String string(String key) {
    return required(key, String.class, "a string");
  }

  Optional<String> findString(String key) {
    return has(key) ? Optional.of(string(key)) : Optional.empty();
  }

  List<String> strings(String key) {
    return list(key, String.class, "a list of strings");
  }

  List<Long> integers(String key) {
    return list(key, Long.class, "a list of integers");
  }

  List<Double> reals(String key) {
    return list(key, Double.class, "a list of floating-point numbers");
  }

  private <T> List<T> list(String key, Class<T> element, String expected) {
    List<?> list = required(key, List.class, expected);
    for (Object value : list) {
      if (!element.isInstance(value)) {
        throw wrongType(key, expected);
      }
    }
    return list.stream().map(element::cast).toList();
  }

  private <T> T required(String key, Class<T> type, String expected) {
    Object value = values.get(key);
    if (value == null) {
      throw new ModelFileException(
          file, "key " + key + " is missing", "convert the model anew with a current converter");
    }
    if (!type.isInstance(value)) {
      throw wrongType(key, expected);
    }
    return type.cast(value);
  }

  private ModelFileException wrongType(String key, String expected) {
    return ModelFileException.damaged(file, "key " + key + " is not " + expected);
  }
}
