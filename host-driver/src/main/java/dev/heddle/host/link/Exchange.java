package dev.heddle.host.link;

import dev.heddle.lib.link.LinkOperation;
import dev.heddle.lib.link.LinkRequest;
import java.util.Arrays;

/** A request on its way, until its reply has come. */
final class Exchange {
  /** Takes what a reply brings. */
  @FunctionalInterface
  interface Receiver {
    /** Nothing to take: that it was carried out is all there is to it. */
    Receiver NONE = (address, payload) -> {};

    /**
     * Takes a payload.
     *
     * @param address of the request
     */
    void accept(long address, byte[] payload);
  }

  private LinkOperation operation;
  private final long address;
  private byte[] payload;
  private int length;
  private Receiver receiver;

  /** The number it has on the link, from the first time it is sent. */
  int number;

  /**
   * Place among all that was sent: only what was sent earlier than what is answered can be lost.
   */
  long order;

  /** Whether it has to be sent again. */
  boolean lost;

  private Exchange(
      LinkOperation operation, long address, byte[] payload, int length, Receiver receiver) {
    this.operation = operation;
    this.address = address;
    this.payload = payload;
    this.length = length;
    this.receiver = receiver;
  }

  /** A request with a payload. */
  static Exchange sending(
      LinkOperation operation, long address, byte[] payload, Receiver receiver) {
    return new Exchange(operation, address, payload, payload.length, receiver);
  }

  /** A request for bytes. */
  static Exchange fetching(LinkOperation operation, long address, int length, Receiver receiver) {
    return new Exchange(operation, address, new byte[0], length, receiver);
  }

  LinkOperation operation() {
    return operation;
  }

  LinkRequest request() {
    return new LinkRequest(number, operation.code(), length, (int) address, payload);
  }

  @Override
  public String toString() {
    return "%s of %d bytes at 0x%x".formatted(operation, length, address);
  }

  /** Takes the payload of the reply, which is longer than asked for if it was split meanwhile. */
  void complete(byte[] reply) {
    receiver.accept(
        address, operation == LinkOperation.READ ? Arrays.copyOf(reply, length) : reply);
  }

  /** Whether it writes a byte of {@code [from, to)} of card memory. */
  boolean writes(long from, long to) {
    return operation == LinkOperation.WRITE && address < to && from < address + length;
  }

  /** Becomes a request that changes nothing, so that its number is used up. */
  void makeVoid() {
    operation = LinkOperation.LOOPBACK;
    payload = new byte[0];
    length = 0;
    receiver = Receiver.NONE;
  }

  boolean canSplit(int bytes) {
    return length > bytes && (operation == LinkOperation.WRITE || operation == LinkOperation.READ);
  }

  /**
   * Cuts a transfer off after {@code bytes}, so that it has better chances. If the board carried it
   * out whole before, the rest is transferred twice, which changes nothing.
   *
   * @return the rest
   */
  Exchange split(int bytes) {
    byte[] tail =
        operation == LinkOperation.WRITE ? Arrays.copyOfRange(payload, bytes, length) : payload;
    Exchange rest = new Exchange(operation, address + bytes, tail, length - bytes, receiver);
    payload = operation == LinkOperation.WRITE ? Arrays.copyOf(payload, bytes) : payload;
    length = bytes;
    return rest;
  }
}
