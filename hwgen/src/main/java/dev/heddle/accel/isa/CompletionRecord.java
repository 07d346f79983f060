package dev.heddle.accel.isa;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * What the machine writes into card memory when a descriptor of an engine is done: 64 bytes, the
 * i-th descriptor that finishes after the doorbell at {@code RECORDS + 64 * i}. The machine writes
 * none while RECORDS is zero.
 *
 * @param tag the descriptor's tag
 * @param engine the engine that ran it
 * @param cycles cycles from the moment the engine could have started it to its end, waiting for
 *     tokens included
 * @param busy cycles in which multipliers worked
 * @param stalledMemory cycles without work because card memory delivered or took nothing
 * @param stalledTokens cycles of waiting for tokens
 * @param beats beats read from card memory
 * @param multiplications products of codes, those of padding included
 */
public record CompletionRecord(
    long tag,
    Engine engine,
    long cycles,
    long busy,
    long stalledMemory,
    long stalledTokens,
    long beats,
    long multiplications) {

  /** Bytes of a record. */
  public static final int BYTES = 64;

  /** The descriptor's tag. */
  public static final MemoryField TAG =
      new MemoryField("tag", 0, 4, false, "tag of the descriptor");

  /** The engine's position in {@link Engine}. */
  public static final MemoryField ENGINE =
      new MemoryField(
          "engine", 4, 1, false, "engine: 0 LOADER, 1 MATMUL, 2 ATTENTION, 3 ROUTER, 4 CACHE");

  /** See {@link #cycles}. */
  public static final MemoryField CYCLES =
      new MemoryField("cycles", 8, 8, false, "cycles from the first possible start to the end");

  /** See {@link #busy}. */
  public static final MemoryField BUSY =
      new MemoryField("busy", 16, 8, false, "cycles in which multipliers worked");

  /** See {@link #stalledMemory}. */
  public static final MemoryField STALLED_MEMORY =
      new MemoryField("stalled_memory", 24, 8, false, "cycles stalled for card memory");

  /** See {@link #stalledTokens}. */
  public static final MemoryField STALLED_TOKENS =
      new MemoryField("stalled_tokens", 32, 8, false, "cycles stalled for tokens");

  /** See {@link #beats}. */
  public static final MemoryField BEATS =
      new MemoryField("beats", 40, 8, false, "beats read from card memory");

  /** See {@link #multiplications}. */
  public static final MemoryField MULTIPLICATIONS =
      new MemoryField("multiplications", 48, 8, false, "products of codes, padding included");

  /** All fields. */
  public static final List<MemoryField> FIELDS =
      List.of(TAG, ENGINE, CYCLES, BUSY, STALLED_MEMORY, STALLED_TOKENS, BEATS, MULTIPLICATIONS);

  /** Reads the record at {@code start}. */
  public static CompletionRecord decode(ByteBuffer memory, int start) {
    return new CompletionRecord(
        TAG.get(memory, start),
        Engine.values()[(int) ENGINE.get(memory, start)],
        CYCLES.get(memory, start),
        BUSY.get(memory, start),
        STALLED_MEMORY.get(memory, start),
        STALLED_TOKENS.get(memory, start),
        BEATS.get(memory, start),
        MULTIPLICATIONS.get(memory, start));
  }

  /** Writes the record at {@code start}. */
  public void encode(ByteBuffer memory, int start) {
    TAG.put(memory, start, tag);
    ENGINE.put(memory, start, engine.ordinal());
    CYCLES.put(memory, start, cycles);
    BUSY.put(memory, start, busy);
    STALLED_MEMORY.put(memory, start, stalledMemory);
    STALLED_TOKENS.put(memory, start, stalledTokens);
    BEATS.put(memory, start, beats);
    MULTIPLICATIONS.put(memory, start, multiplications);
  }
}
