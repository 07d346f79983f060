package dev.heddle.host.bringup;

import dev.heddle.host.transport.Transport;
import dev.heddle.host.transport.TransportDescription;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.BitSet;
import java.util.Optional;

/**
 * A transport that stays open when who has borrowed it closes it.
 *
 * @param lent the transport
 */
record BorrowedTransport(Transport lent) implements Transport {
  @Override
  public int read32(int offset) {
    return lent.read32(offset);
  }

  @Override
  public void write32(int offset, int value) {
    lent.write32(offset, value);
  }

  @Override
  public void readBlock(long address, ByteBuffer target) {
    lent.readBlock(address, target);
  }

  @Override
  public void writeBlock(long address, ByteBuffer source) {
    lent.writeBlock(address, source);
  }

  @Override
  public Optional<BitSet> held(long address, ByteBuffer content, int pieceBytes) {
    return lent.held(address, content, pieceBytes);
  }

  @Override
  public boolean awaitInterrupt(Duration timeout) {
    return lent.awaitInterrupt(timeout);
  }

  @Override
  public void reset() {
    lent.reset();
  }

  @Override
  public TransportDescription describe() {
    return lent.describe();
  }

  @Override
  public void close() {}
}
