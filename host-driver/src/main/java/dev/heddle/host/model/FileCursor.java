package dev.heddle.host.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Reads little-endian numbers and strings from a file, front to back, and never past its end.
 *
 * <p>Every read names what it reads, for the message when the file ends too early. Nothing is
 * allocated by a length that was not compared with the bytes that are left.
 */
final class FileCursor {
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path file;
  private final FileChannel channel;
  private final long size;
  private final ByteBuffer buffer =
      ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  private long bufferStart;

  FileCursor(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
    try {
      this.size = channel.size();
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** Opens a file for reading. */
  static FileChannel channel(Path file) {
    try {
      return FileChannel.open(file, StandardOpenOption.READ);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static ModelFileException unreadable(Path file, IOException e) {
    String reason =
        e instanceof NoSuchFileException
            ? "no such file"
            : Files.isDirectory(file) ? "it is a folder" : e.toString();
    return new ModelFileException(file, "cannot be read: " + reason, "check path and rights", e);
  }

  Path file() {
    return file;
  }

  long size() {
    return size;
  }

  long position() {
    return bufferStart + buffer.position();
  }

  long remaining() {
    return size - position();
  }

  ModelFileException damaged(String problem) {
    return ModelFileException.damaged(file, problem);
  }

  int u8(String what) {
    return fetch(1, what).get() & 0xFF;
  }

  short i16(String what) {
    return fetch(2, what).getShort();
  }

  int i32(String what) {
    return fetch(4, what).getInt();
  }

  long i64(String what) {
    return fetch(8, what).getLong();
  }

  float f32(String what) {
    return fetch(4, what).getFloat();
  }

  double f64(String what) {
    return fetch(8, what).getDouble();
  }

  /** A UTF-8 string of a length that the file states, at most {@code maxBytes}. */
  String utf8(long length, int maxBytes, String what) {
    long at = position();
    if (length < 0 || length > maxBytes || length > remaining()) {
      throw damaged(
          what
              + " at byte "
              + at
              + " has length "
              + Long.toUnsignedString(length)
              + ", but at most "
              + Math.min(maxBytes, remaining())
              + " are possible");
    }
    byte[] bytes = bytes((int) length, what);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw ModelFileException.damaged(file, what + " at byte " + at + " is not UTF-8", e);
    }
  }

  /** Bytes, of which the caller knows that they remain. */
  byte[] bytes(int length, String what) {
    byte[] bytes = new byte[length];
    int done = 0;
    while (done < bytes.length) {
      int part = Math.min(bytes.length - done, BUFFER_BYTES);
      fetch(part, what).get(bytes, done, part);
      done += part;
    }
    return bytes;
  }

  /** The buffer with at least {@code bytes} bytes left in it. */
  private ByteBuffer fetch(int bytes, String what) {
    if (buffer.remaining() >= bytes) {
      return buffer;
    }
    long at = position();
    if (size - at < bytes) {
      throw damaged(
          "the file ends at byte " + size + ", inside " + what + " which begins at byte " + at);
    }
    buffer.clear();
    bufferStart = at;
    try {
      while (buffer.position() < bytes) {
        if (channel.read(buffer, at + buffer.position()) < 0) {
          throw damaged("the file became shorter while " + what + " was read at byte " + at);
        }
      }
    } catch (IOException e) {
      throw unreadable(file, e);
    } finally {
      buffer.flip();
    }
    return buffer;
  }
}
