package dev.heddle.lib.link;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random requests, right and wrong ones, and what a bad line makes of them. */
final class LinkTraffic {
  private static final int MEMORY_BYTES = 4 * LinkBench.MEMORY_WORDS;
  private static final int UNKNOWN = 9;

  private final Random random;
  private final LinkParameters parameters;
  private int next;

  LinkTraffic(LinkParameters parameters, long seed) {
    this.parameters = parameters;
    random = new Random(seed);
  }

  /** Begins a session; from now on numbers begin with 0. */
  byte[] hello(int session) {
    next = 0;
    return LinkFrame.encode(LinkRequest.read(0, LinkOperation.HELLO, session, 0).toBytes());
  }

  /** The bytes of a request, mostly in order and mostly undamaged. */
  byte[] request() {
    int number = next;
    switch (random.nextInt(20)) {
      case 0 -> number = random.nextInt(256);
      case 1 -> number = next - 1 - random.nextInt(20) & 0xff;
      case 2 -> number = next + random.nextInt(2 * parameters.window()) & 0xff;
      default -> next = next + 1 & 0xff;
    }
    byte[] frame = LinkFrame.encode(content(number));
    return switch (random.nextInt(40)) {
      case 0 -> new byte[0];
      case 1 -> concat(frame, frame);
      case 2 -> {
        frame[random.nextInt(frame.length)] ^= (byte) (1 << random.nextInt(8));
        yield frame;
      }
      case 3 -> without(frame, random.nextInt(frame.length));
      case 4 -> {
        byte[] noise = new byte[random.nextInt(20)];
        random.nextBytes(noise);
        yield concat(noise, frame);
      }
      case 5 -> LinkFrame.encode(new byte[random.nextInt(8)]);
      default -> frame;
    };
  }

  /** A request that closes the gap before a number that the board has not carried out. */
  byte[] fill(int number) {
    next = number + 1 & 0xff;
    return LinkFrame.encode(
        LinkRequest.of(number, LinkOperation.LOOPBACK, 0, new byte[0]).toBytes());
  }

  private byte[] content(int number) {
    int operation = random.nextInt(100) == 0 ? UNKNOWN + random.nextInt(200) : operation().code();
    LinkOperation known = LinkOperation.of(operation).orElse(LinkOperation.LOOPBACK);
    byte[] payload = new byte[0];
    int length = 0;
    int address = random.nextInt();
    switch (known) {
      case HELLO -> address = random.nextInt(4) == 0 ? 1 + random.nextInt(1000) : 0;
      case READ -> {
        address = memoryAddress();
        length = size();
      }
      case WRITE -> {
        address = memoryAddress();
        payload = bytes(size());
      }
      case READ_REGISTER -> {
        address = registerAddress();
        length = 4;
      }
      case WRITE_REGISTER -> {
        address = registerAddress();
        payload = bytes(4);
      }
      case CHECK -> {
        address = memoryAddress();
        payload = LinkWord.encode(random.nextInt(20) == 0 ? random.nextInt() : random.nextInt(200));
      }
      case LOOPBACK -> payload = bytes(random.nextInt(parameters.payload() + 1));
      case RATE -> payload = LinkWord.encode(random.nextInt(1 << 24));
      case RESET -> {}
    }
    length = Math.max(length, payload.length);
    switch (random.nextInt(40)) {
      case 0 -> length = random.nextInt(0x10000);
      case 1 -> length = Math.max(0, length + random.nextInt(3) - 1);
      case 2 -> payload = bytes(random.nextInt(parameters.payload() + 3));
      default -> {}
    }
    return new LinkRequest(number, operation, length, address, payload).toBytes();
  }

  private LinkOperation operation() {
    int chance = random.nextInt(100);
    if (chance < 2) {
      return LinkOperation.HELLO;
    }
    if (chance < 4) {
      return LinkOperation.RESET;
    }
    if (chance < 6) {
      return LinkOperation.RATE;
    }
    return List.of(
            LinkOperation.READ,
            LinkOperation.WRITE,
            LinkOperation.WRITE,
            LinkOperation.READ_REGISTER,
            LinkOperation.WRITE_REGISTER,
            LinkOperation.CHECK,
            LinkOperation.LOOPBACK)
        .get(random.nextInt(7));
  }

  private int memoryAddress() {
    return switch (random.nextInt(12)) {
      case 0 -> MEMORY_BYTES - random.nextInt(300);
      case 1 -> random.nextInt();
      default -> random.nextInt(MEMORY_BYTES - 600);
    };
  }

  private int registerAddress() {
    return switch (random.nextInt(12)) {
      case 0 -> random.nextInt();
      case 1 -> random.nextInt(1 << parameters.registerBits());
      default -> 4 * random.nextInt(LinkBench.REGISTER_WORDS);
    };
  }

  private int size() {
    return switch (random.nextInt(4)) {
      case 0 -> 1 + random.nextInt(parameters.payload());
      case 1 -> parameters.payload() - random.nextInt(3);
      default -> 1 + random.nextInt(20);
    };
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    if (random.nextInt(3) == 0) {
      for (int i = 0; i < count; i++) {
        bytes[i] = (byte) (random.nextInt(4) > 0 ? 0 : bytes[i]);
      }
    } else if (random.nextInt(2) == 0) {
      for (int i = 0; i < count; i++) {
        bytes[i] = (byte) Math.max(1, bytes[i]);
      }
    }
    return bytes;
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    List.of(parts).forEach(all::writeBytes);
    return all.toByteArray();
  }

  private static byte[] without(byte[] bytes, int index) {
    byte[] rest = new byte[bytes.length - 1];
    System.arraycopy(bytes, 0, rest, 0, index);
    System.arraycopy(bytes, index + 1, rest, index, rest.length - index);
    return rest;
  }

  /** What stands between the delimiters. */
  static List<LinkReply> replies(byte[] line) {
    List<LinkReply> replies = new ArrayList<>();
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    for (byte value : line) {
      if (value != LinkProtocol.DELIMITER) {
        frame.write(value);
      } else if (frame.size() > 0) {
        byte[] content =
            LinkFrame.decode(frame.toByteArray())
                .orElseThrow(() -> new AssertionError("a frame of the board is damaged"));
        replies.add(LinkReply.of(content).orElseThrow());
        frame.reset();
      }
    }
    if (frame.size() > 0) {
      throw new AssertionError("the last frame of the board does not end");
    }
    return replies;
  }
}
