package dev.heddle.host.model;

import dev.heddle.accel.format.Fp16;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An array of finite numbers that NumPy saved.
 *
 * <pre>
 *   bytes  93 'N' 'U' 'M' 'P' 'Y' | major minor | header length | header ... \n | elements
 *                                                 2 bytes, or 4 of version 2
 *   header {'descr': '|b1', 'fortran_order': False, 'shape': (12, 3, 197, 197), }
 * </pre>
 *
 * Versions 1.0 and 2.0, C order (the last dimension runs fastest), at most 2^31 - 1 bytes of one of
 * the {@link ElementType}s. See numpy.lib.format.
 */
public final class NpyFile {
  private static final int[] MAGIC = {0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int MAX_HEADER_BYTES = 1 << 16;
  private static final int MAX_DIMENSIONS = 32;
  private static final String SAVE_AGAIN = "save it again with np.save(file, ";
  private static final String SAVE_AS =
      SAVE_AGAIN + "x.astype(bool)) if it is a mask, x.astype(np.float32)) if it is not";
  private static final int ALIGNMENT = 64;

  private final Path path;
  private final ElementType type;
  private final int[] shape;
  private final ByteBuffer elements;

  /** Element types that can be read, little endian. */
  public enum ElementType {
    /** Truth values, a byte each. */
    BOOL("|b1"),
    /** Unsigned bytes. */
    UINT8("|u1"),
    /** Half precision. */
    FLOAT16("<f2"),
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

    /** The element at a byte; not finite stays so. */
    private double read(ByteBuffer bytes, int at) {
      return switch (this) {
        case BOOL, UINT8 -> Byte.toUnsignedInt(bytes.get(at));
        case FLOAT16 -> half(Short.toUnsignedInt(bytes.getShort(at)));
        case FLOAT32 -> bytes.getFloat(at);
        case FLOAT64 -> bytes.getDouble(at);
      };
    }

    private static double half(int bits) {
      return Fp16.isFinite(bits) ? Fp16.toFloat(bits) : Double.NaN;
    }
  }

  private NpyFile(Path path, ElementType type, int[] shape, byte[] elements) {
    this.path = path;
    this.type = type;
    this.shape = shape;
    this.elements = ByteBuffer.wrap(elements).order(ByteOrder.LITTLE_ENDIAN);
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
          SAVE_AGAIN + "np.ascontiguousarray(x))");
    }
    int[] shape = header.shape();
    int bytes = bytes(path, type, shape);
    long start = cursor.position();
    if (cursor.remaining() != bytes) {
      throw cursor.damaged(
          "shape %s of type %s takes %d bytes from byte %d on, but there are %d"
              .formatted(text(shape), type.descriptor(), bytes, start, cursor.remaining()));
    }
    NpyFile file = new NpyFile(path, type, shape, cursor.bytes(bytes, "the elements"));
    for (int i = 0; i < bytes / type.bytes(); i++) {
      if (!Double.isFinite(file.value(i))) {
        throw new ModelFileException(
            path,
            "element %d, at byte %d, is not a finite number"
                .formatted(i, start + (long) i * type.bytes()),
            "save it again without NaN and infinity");
      }
    }
    return file;
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
                    SAVE_AS));
  }

  private static int bytes(Path path, ElementType type, int[] shape) {
    if (shape.length > MAX_DIMENSIONS) {
      throw ModelFileException.damaged(
          path,
          "the shape has %d dimensions, more than %d".formatted(shape.length, MAX_DIMENSIONS));
    }
    long bytes = type.bytes();
    for (int size : shape) {
      bytes *= size;
      if (bytes > Integer.MAX_VALUE) {
        throw new ModelFileException(
            path,
            "shape %s of type %s takes more than 2^31 - 1 bytes"
                .formatted(text(shape), type.descriptor()),
            "split the array into several files");
      }
    }
    return (int) bytes;
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
    return elements.capacity() / type.bytes();
  }

  /** The element of an index in C order. */
  public double value(int index) {
    if (index < 0 || index >= elements()) {
      throw new IndexOutOfBoundsException("element %d of %d".formatted(index, elements()));
    }
    return type.read(elements, index * type.bytes());
  }

  /**
   * Writes an array of single precision, version 1.0.
   *
   * @param shape size of each dimension, the slowest first
   * @param elements in C order, as many as the shape says
   * @throws IOException when the file cannot be written
   */
  public static void write(Path path, List<Integer> shape, float[] elements) throws IOException {
    String sizes =
        shape.stream().map(size -> size + ",").collect(Collectors.joining(" ", "(", ")"));
    String header =
        "{'descr': '%s', 'fortran_order': False, 'shape': %s, }"
            .formatted(ElementType.FLOAT32.descriptor, sizes);
    int start = MAGIC.length + 2 * Short.BYTES;
    int padded = (start + header.length() + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
    ByteBuffer file =
        ByteBuffer.allocate(padded + elements.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int value : MAGIC) {
      file.put((byte) value);
    }
    file.put((byte) 1).put((byte) 0).putShort((short) (padded - start));
    file.put(header.getBytes(StandardCharsets.US_ASCII));
    while (file.position() < padded - 1) {
      file.put((byte) ' ');
    }
    file.put((byte) '\n').asFloatBuffer().put(elements);
    Files.write(path, file.array());
  }
}
