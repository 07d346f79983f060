package dev.heddle.host.bringup;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.MachineRegisters;
import dev.heddle.accel.isa.Operation;
import dev.heddle.host.device.Identity;
import dev.heddle.host.link.LinkTransport;
import dev.heddle.host.transport.Transport;
import dev.heddle.lib.Registers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A board under test and what it should be.
 *
 * @param transport the way to it; closing the board closes it
 * @param expected the configuration that it should have; empty when any shipped one will do
 * @param clock its time
 * @param link the link below {@code transport}, for its statistics; empty when there is none
 */
public record TestedBoard(
    Transport transport,
    Optional<Configuration> expected,
    BoardClock clock,
    Optional<LinkTransport> link)
    implements AutoCloseable {
  /** Where lists of the steps lie in card memory. */
  static final long LIST = 0x1000;

  /** A register of a machine of any configuration. */
  long identity(String register) {
    return Identity.register(transport, register);
  }

  /** The configuration whose hash the board tells; empty when this host does not know it. */
  Optional<Configuration> found() {
    return Identity.configuration(
        transport, Stream.concat(expected.stream(), Configuration.shipped().stream()).toList());
  }

  /**
   * The configuration to test against: the expected one, else the one that the board tells.
   *
   * @throws IllegalStateException when there is neither
   */
  Configuration configuration() {
    return expected
        .map(machine -> Identity.clocked(transport, machine))
        .or(this::found)
        .orElseThrow(IllegalStateException::new);
  }

  /** The registers, by name. */
  Registers registers() {
    return new Registers(MachineRegisters.of(configuration()), transport.registerBus(), 0);
  }

  /** Whether card memory is behind the line of a simulated board, which much of it takes long. */
  boolean hasSlowLine() {
    return clock.slow() && link.isPresent();
  }

  /** Bytes of card memory. */
  long memoryBytes() {
    return transport.describe().memoryBytes();
  }

  /** Reads card memory. */
  byte[] read(long address, int bytes) {
    byte[] content = new byte[bytes];
    transport.readBlock(address, ByteBuffer.wrap(content));
    return content;
  }

  /** Writes card memory. */
  void write(long address, byte[] content) {
    transport.writeBlock(address, ByteBuffer.wrap(content));
  }

  /** Writes a list of descriptors to {@link #LIST}. */
  void writeList(Descriptor... descriptors) {
    ByteBuffer list =
        ByteBuffer.allocate(descriptors.length * Operation.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < descriptors.length; i++) {
      descriptors[i].encode(list, i * Operation.BYTES);
    }
    transport.writeBlock(LIST, list);
  }

  /** Rings the doorbell for the list at {@link #LIST}. */
  void start(Registers registers) {
    registers.write("LIST", "address", LIST);
    registers.write("RECORDS", "address", 0);
    registers.trigger("DOORBELL", "start");
  }

  /**
   * Waits for the end of a short list, and acknowledges it.
   *
   * @return whether it ended; that takes no interrupt
   */
  boolean ends(Registers registers) {
    long giveUp = clock.nanoTime().getAsLong() + clock.patience().toNanos();
    while (registers.read("EVENTS", "done") == 0) {
      if (clock.nanoTime().getAsLong() > giveUp) {
        return false;
      }
    }
    registers.clear("EVENTS", "done", 1);
    return true;
  }

  /** Closes the transport. */
  @Override
  public void close() {
    transport.close();
  }
}
