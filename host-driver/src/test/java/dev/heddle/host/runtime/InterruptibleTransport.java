package dev.heddle.host.runtime;

import dev.heddle.host.transport.Transport;
import dev.heddle.host.transport.TransportDescription;
import java.nio.ByteBuffer;
import java.time.Duration;

/** A transport that fails after so many lists, and counts what is written. */
final class InterruptibleTransport implements Transport {
  /** The failure asked for. */
  static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private final Transport transport;
  private int lists = Integer.MAX_VALUE;
  private int writes;

  InterruptibleTransport(Transport transport) {
    this.transport = transport;
  }

  /** Lets the wait for a list fail when so many have ended. */
  void failAfter(int more) {
    lists = more;
  }

  /** Pieces that were written to card memory. */
  int writes() {
    return writes;
  }

  @Override
  public boolean awaitInterrupt(Duration timeout) {
    boolean ended = transport.awaitInterrupt(timeout);
    if (lists-- == 0) {
      write32(0x40, 1);
      throw new Failure();
    }
    return ended;
  }

  @Override
  public int read32(int offset) {
    return transport.read32(offset);
  }

  @Override
  public void write32(int offset, int value) {
    transport.write32(offset, value);
  }

  @Override
  public void readBlock(long address, ByteBuffer target) {
    transport.readBlock(address, target);
  }

  @Override
  public void writeBlock(long address, ByteBuffer source) {
    writes++;
    transport.writeBlock(address, source);
  }

  @Override
  public void reset() {
    transport.reset();
  }

  @Override
  public TransportDescription describe() {
    return transport.describe();
  }

  @Override
  public void close() {
    transport.close();
  }
}
