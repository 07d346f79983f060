package dev.heddle.host.model;

import java.util.Arrays;
import java.util.Optional;

/** The types of metadata values in a GGUF file. */
enum GgufType {
  UINT8(0, 1),
  INT8(1, 1),
  UINT16(2, 2),
  INT16(3, 2),
  UINT32(4, 4),
  INT32(5, 4),
  FLOAT32(6, 4),
  BOOL(7, 1),
  STRING(8, 8),
  ARRAY(9, 12),
  UINT64(10, 8),
  INT64(11, 8),
  FLOAT64(12, 8);

  private final int id;
  private final int minBytes;

  GgufType(int id, int minBytes) {
    this.id = id;
    this.minBytes = minBytes;
  }

  /** The number of the type in a file. */
  int id() {
    return id;
  }

  /** Bytes of a value, of the shortest one where they differ. */
  int minBytes() {
    return minBytes;
  }

  /** The type with a number, if there is one. */
  static Optional<GgufType> ofId(int id) {
    return Arrays.stream(values()).filter(type -> type.id == id).findFirst();
  }
}
