package dev.heddle.host.model;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An array that NumPy saved, read as a mask: which elements are not zero.
 *
 * <pre>
 *   bytes  93 'N' 'U' 'M' 'P' 'Y' | major minor | header length | header ... \n | elements
 *                                                 2 bytes, or 4 of version 2
 *   header {'descr': '|b1', 'fortran_order': False, 'shape': (12, 3, 197, 197), }
 * </pre>
 *
 * Versions 1.0 and 2.0, C order (the last dimension runs fastest), at most 2^31 - 1 elements of one
 * of the {@link ElementType}s. See numpy.lib.format.
 */
public final class NpyFile {
  private static final int[] MAGIC = {0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int MAX_HEADER_BYTES = 1 << 16;
  private static final int MAX_DIMENSIONS = 32;
  private static final String SAVE_AGAIN = "save it again with np.save(file, ";

  private final Path path;
  private final ElementType type;
  private final int[] shape;
  private final BitSet nonZeros;

  /** Element types that can be read, little endian. */
  public enum ElementType {
    /** Truth values, a byte each. */
    BOOL("|b1"),
    /** Unsigned bytes. */
    UINT8("|u1"),
    /** Single precision. */
    FLOAT32("<f4"),
    /** Double precision. */
    FLOAT64("<f8");

    private final String descriptor;

    ElementType(String descriptor) {
      this.descriptor = descriptor;
    }

    /** The name of the type in a header. */
    public String descriptor() {
      return descriptor;
    }

    private int bytes() {
      return descriptor.charAt(2) - '0';
    }

    private double read(FileCursor cursor) {
      return switch (this) {
        case BOOL, UINT8 -> cursor.u8("an element");
        case FLOAT32 -> cursor.f32("an element");
        case FLOAT64 -> cursor.f64("an element");
      };
    }
  }

  private NpyFile(Path path, ElementType type, int[] shape, BitSet nonZeros) {
    this.path = path;
    this.type = type;
    this.shape = shape;
    this.nonZeros = nonZeros;
  }

  /**
   * Reads a file.
   *
   * @throws ModelFileException when it cannot be read, is damaged, or holds something else
   */
  public static NpyFile read(Path path) {
    try (FileChannel channel = FileCursor.channel(path)) {
      return read(path, new FileCursor(path, channel));
    } catch (IOException e) {
      throw new ModelFileException(path, "cannot be closed: " + e, "check the disk", e);
    }
  }

  private static NpyFile read(Path path, FileCursor cursor) {
    NpyHeader header = new NpyHeader(path, header(path, cursor));
    ElementType type = type(path, header.descriptor());
    if (header.fortranOrder()) {
      throw new ModelFileException(
          path,
          "the elements lie in Fortran order (fortran_order is True)",
          SAVE_AGAIN + "np.ascontiguousarray(mask))");
    }
    int[] shape = header.shape();
    int elements = elements(path, shape);
    long bytes = (long) elements * type.bytes();
    if (cursor.remaining() != bytes) {
      throw cursor.damaged(
          "shape %s of type %s takes %d bytes from byte %d on, but there are %d"
              .formatted(
                  text(shape), type.descriptor(), bytes, cursor.position(), cursor.remaining()));
    }
    BitSet nonZeros = new BitSet(elements);
    for (int i = 0; i < elements; i++) {
      double value = type.read(cursor);
      if (Double.isNaN(value)) {
        throw new ModelFileException(
            path,
            "element %d, at byte %d, is not a number"
                .formatted(i, cursor.position() - type.bytes()),
            SAVE_AGAIN + "mask.astype(bool)) of a mask without NaN");
      }
      nonZeros.set(i, value != 0);
    }
    return new NpyFile(path, type, shape, nonZeros);
  }

  private static String header(Path path, FileCursor cursor) {
    for (int i = 0; i < MAGIC.length; i++) {
      int value = cursor.u8("the magic number");
      if (value != MAGIC[i]) {
        throw new ModelFileException(
            path,
            "byte %d is 0x%02x instead of 0x%02x, so it is no NPY file"
                .formatted(i, value, MAGIC[i]),
            "give a file that np.save wrote");
      }
    }
    int major = cursor.u8("the version");
    int minor = cursor.u8("the version");
    if ((major != 1 && major != 2) || minor != 0) {
      throw new ModelFileException(
          path,
          "NPY version %d.%d at byte 6 is not supported".formatted(major, minor),
          "save it with version 1.0 or 2.0 (numpy.lib.format.write_array)");
    }
    String what = "the length of the header";
    long length = major == 1 ? cursor.i16(what) & 0xFFFFL : cursor.i32(what) & 0xFFFF_FFFFL;
    return cursor.utf8(length, MAX_HEADER_BYTES, "the header");
  }

  private static ElementType type(Path path, String descriptor) {
    return Arrays.stream(ElementType.values())
        .filter(type -> type.descriptor.equals(descriptor))
        .findFirst()
        .orElseThrow(
            () ->
                new ModelFileException(
                    path,
                    "the element type 'descr' is %s, not one of %s"
                        .formatted(
                            descriptor,
                            Arrays.stream(ElementType.values())
                                .map(ElementType::descriptor)
                                .collect(Collectors.joining(", "))),
                    SAVE_AGAIN + "mask.astype(bool))"));
  }

  private static int elements(Path path, int[] shape) {
    if (shape.length > MAX_DIMENSIONS) {
      throw ModelFileException.damaged(
          path,
          "the shape has %d dimensions, more than %d".formatted(shape.length, MAX_DIMENSIONS));
    }
    long elements = 1;
    for (int size : shape) {
      elements *= size;
      if (elements > Integer.MAX_VALUE) {
        throw new ModelFileException(
            path,
            "shape %s has more than 2^31 - 1 elements".formatted(text(shape)),
            "split the array into several files");
      }
    }
    return (int) elements;
  }

  private static String text(int[] shape) {
    return Arrays.stream(shape)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(" x ", "(", ")"));
  }

  /** The file. */
  public Path path() {
    return path;
  }

  /** Type of the elements. */
  public ElementType type() {
    return type;
  }

  /** Size of each dimension, the slowest first. */
  public List<Integer> shape() {
    return Arrays.stream(shape).boxed().toList();
  }

  /** Number of elements. */
  public int elements() {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }

  /** Whether the element of an index in C order is not zero. */
  public boolean nonZero(int index) {
    if (index < 0 || index >= elements()) {
      throw new IndexOutOfBoundsException("element %d of %d".formatted(index, elements()));
    }
    return nonZeros.get(index);
  }
}
