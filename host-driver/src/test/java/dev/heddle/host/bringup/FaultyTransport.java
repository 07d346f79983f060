package dev.heddle.host.bringup;

import dev.heddle.host.transport.Transport;
import dev.heddle.host.transport.TransportDescription;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.BiFunction;
import java.util.function.LongUnaryOperator;

/** A way to a machine with faults as boards have them. */
public final class FaultyTransport implements Transport {
  /** A fault of registers as they are read. */
  @FunctionalInterface
  public interface RegisterFault {
    int read(int offset, int value);
  }

  private static final int WORD = Integer.BYTES;

  private final Transport sound;
  private RegisterFault registerFault = (offset, value) -> value;
  private BiFunction<Long, byte[], byte[]> dataFault = (address, content) -> content;
  private LongUnaryOperator addressFault = address -> address;
  private int lostInterrupt = -1;
  private boolean interruptStuck;
  private int interrupts;

  /** A way to {@code sound}, without faults yet. */
  public FaultyTransport(Transport sound) {
    this.sound = sound;
  }

  /** Changes what is read from registers. */
  public FaultyTransport registers(RegisterFault fault) {
    registerFault = fault;
    return this;
  }

  /** Changes what is read from card memory. */
  FaultyTransport data(BiFunction<Long, byte[], byte[]> fault) {
    dataFault = fault;
    return this;
  }

  /** Changes the addresses of card memory, a word at a time. */
  FaultyTransport addresses(LongUnaryOperator fault) {
    addressFault = fault;
    return this;
  }

  /** Loses the interrupt of one list. */
  FaultyTransport losesInterrupt(int which) {
    lostInterrupt = which;
    return this;
  }

  /** Keeps the interrupt up. */
  public FaultyTransport interruptStuck() {
    interruptStuck = true;
    return this;
  }

  @Override
  public int read32(int offset) {
    return registerFault.read(offset, sound.read32(offset));
  }

  @Override
  public void write32(int offset, int value) {
    sound.write32(offset, value);
  }

  @Override
  public void readBlock(long address, ByteBuffer target) {
    byte[] content = new byte[target.remaining()];
    for (int at = 0; at < content.length; at += WORD) {
      int bytes = Math.min(WORD, content.length - at);
      sound.readBlock(addressFault.applyAsLong(address + at), ByteBuffer.wrap(content, at, bytes));
    }
    target.put(dataFault.apply(address, content));
  }

  @Override
  public void writeBlock(long address, ByteBuffer source) {
    for (long at = address; source.hasRemaining(); at += WORD) {
      byte[] word = new byte[Math.min(WORD, source.remaining())];
      source.get(word);
      sound.writeBlock(addressFault.applyAsLong(at), ByteBuffer.wrap(word));
    }
  }

  @Override
  public boolean awaitInterrupt(Duration timeout) {
    boolean up = sound.awaitInterrupt(timeout);
    return interruptStuck || up && interrupts++ != lostInterrupt;
  }

  @Override
  public void reset() {
    sound.reset();
  }

  @Override
  public TransportDescription describe() {
    return sound.describe();
  }

  @Override
  public void close() {
    sound.close();
  }
}
