package dev.heddle.testbench;

/** The design asked for an address outside of the card memory. */
public final class UnmappedAddressException extends SimulationException {
  private static final long serialVersionUID = 1L;

  private final int port;
  private final long address;

  UnmappedAddressException(String message, int port, long address, long cycle) {
    super(message, cycle);
    this.port = port;
    this.address = address;
  }

  /** The memory port, from 0. */
  public int port() {
    return port;
  }

  /** First address of the burst, in bytes. */
  public long address() {
    return address;
  }
}
