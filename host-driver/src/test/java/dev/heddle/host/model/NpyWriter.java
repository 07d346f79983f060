package dev.heddle.host.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes NPY files, also such as NumPy would not. */
public final class NpyWriter {
  private NpyWriter() {}

  /** A file of truth values in C order, as {@code np.save} writes it. */
  public static Path write(Path path, String shape, boolean... values) throws IOException {
    byte[] elements = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      elements[i] = (byte) (values[i] ? 1 : 0);
    }
    return Files.write(path, bytes(1, header("|b1", shape), elements));
  }

  /** The header for C order. */
  static String header(String type, String shape) {
    return "{'descr': '%s', 'fortran_order': False, 'shape': %s, }".formatted(type, shape);
  }

  /** A file of the given version. */
  static byte[] bytes(int version, String header, byte[] elements) {
    int lengthBytes = version == 1 ? 2 : 4;
    int start = 8 + lengthBytes;
    int padded = (start + header.length() + 1 + 63) / 64 * 64 - start;
    byte[] text =
        (header + " ".repeat(padded - header.length() - 1) + "\n")
            .getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer file =
        ByteBuffer.allocate(start + padded + elements.length).order(ByteOrder.LITTLE_ENDIAN);
    file.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    if (version == 1) {
      file.putShort((short) padded);
    } else {
      file.putInt(padded);
    }
    return file.put(text).put(elements).array();
  }
}
