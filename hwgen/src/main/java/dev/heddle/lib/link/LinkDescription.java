package dev.heddle.lib.link;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * What a board says of itself in the reply to {@link LinkOperation#HELLO}.
 *
 * @param payload most bytes of a payload, either way
 * @param window most requests without reply, at most {@link LinkProtocol#MAX_WINDOW}
 * @param session number of the session, 0 before the first
 * @param clockHz clock of the machine
 * @param period of a bit on the line ({@link dev.heddle.lib.UartPeriod}); 0 when the line has no
 *     rate
 * @param memoryBytes bytes of card memory
 */
public record LinkDescription(
    int payload, int window, int session, int clockHz, int period, long memoryBytes) {
  /** The 32-bit words of a description, in their order. */
  public enum Word {
    /** {@link LinkProtocol#MAGIC}. */
    MAGIC(d -> LinkProtocol.MAGIC),
    /** {@link LinkProtocol#VERSION}. */
    VERSION(d -> LinkProtocol.VERSION),
    /** {@link #payload}. */
    PAYLOAD(LinkDescription::payload),
    /** {@link #window}. */
    WINDOW(LinkDescription::window),
    /** {@link #session}. */
    SESSION(LinkDescription::session),
    /** {@link #clockHz}. */
    CLOCK(LinkDescription::clockHz),
    /** {@link #period}. */
    PERIOD(LinkDescription::period),
    /** Low half of {@link #memoryBytes}. */
    MEMORY_LOW(d -> (int) d.memoryBytes),
    /** High half of {@link #memoryBytes}. */
    MEMORY_HIGH(d -> (int) (d.memoryBytes >>> 32));

    private final ToIntFunction<LinkDescription> value;

    Word(ToIntFunction<LinkDescription> value) {
      this.value = value;
    }

    /** What a description has in this word. */
    public int of(LinkDescription description) {
      return value.applyAsInt(description);
    }
  }

  /** Bytes of a description. */
  public static final int BYTES = 4 * Word.values().length;

  /** The payload of the reply. */
  public byte[] toBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (Word word : Word.values()) {
      bytes.putInt(word.of(this));
    }
    return bytes.array();
  }

  /**
   * The description in the payload of a reply.
   *
   * @throws IllegalArgumentException when it is none, or of another version of the protocol
   */
  public static LinkDescription of(byte[] payload) {
    ByteBuffer bytes = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    if (payload.length < 2 * Integer.BYTES || bytes.getInt(0) != LinkProtocol.MAGIC) {
      throw new IllegalArgumentException("what answers is no Heddle board");
    }
    int version = bytes.getInt(Integer.BYTES);
    if (version != LinkProtocol.VERSION || payload.length != BYTES) {
      throw new IllegalArgumentException(
          "the board speaks version %d of the link in a description of %d bytes, this host version %d in %d; build the board's bitstream and the host from the same sources"
              .formatted(version, payload.length, LinkProtocol.VERSION, BYTES));
    }
    Map<Word, Integer> words = new EnumMap<>(Word.class);
    for (Word word : Word.values()) {
      words.put(word, bytes.getInt());
    }
    return new LinkDescription(
        words.get(Word.PAYLOAD),
        words.get(Word.WINDOW),
        words.get(Word.SESSION),
        words.get(Word.CLOCK),
        words.get(Word.PERIOD),
        Integer.toUnsignedLong(words.get(Word.MEMORY_LOW))
            | (long) words.get(Word.MEMORY_HIGH) << 32);
  }
}
