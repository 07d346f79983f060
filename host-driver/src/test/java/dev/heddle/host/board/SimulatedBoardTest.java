package dev.heddle.host.board;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.MachineRegisters;
import dev.heddle.accel.isa.Operation;
import dev.heddle.fpga.Boards;
import dev.heddle.fpga.SerialBoard;
import dev.heddle.host.link.LinkTransport;
import dev.heddle.host.transport.Transport;
import dev.heddle.host.transport.TransportConformance;
import dev.heddle.lib.Registers;
import dev.heddle.testbench.BuildProgress;
import dev.heddle.testbench.LibraryOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The top level of a board, at its serial pins. */
class SimulatedBoardTest extends TransportConformance {
  private static final int FASTEST = 15_000_000;

  /** The board with a machine that is simulated soon. */
  private static final SerialBoard BOARD = Boards.ULX3S.withMachine(Configuration.NANO);

  private VirtualBoard board;

  @Override
  protected Configuration configuration() {
    return BOARD.configuration();
  }

  @Override
  protected int memoryBytes() {
    return (int) BOARD.memoryBytes();
  }

  @Override
  protected int filledBytes() {
    return 1 << 16;
  }

  @Override
  protected Transport open() {
    board = new VirtualBoard(BOARD, LibraryOptions.CHECKED, BuildProgress.SILENT);
    LinkTransport link = new LinkTransport(board::pins);
    link.setBaud(FASTEST);
    return link;
  }

  @Override
  @AfterEach
  protected void closeTransport() {
    super.closeTransport();
    board.close();
  }

  @Test
  void aResetEndsAListThatWouldNotEnd() {
    Transport board = transport();
    Registers registers =
        new Registers(MachineRegisters.of(configuration()), board.registerBus(), 0);
    ByteBuffer list = ByteBuffer.allocate(2 * Operation.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    Descriptor.of(Operation.LOAD)
        .with("source", 0x4000)
        .with("stride", 128)
        .with("blocks", 2)
        .with("tokens", 1)
        .encode(list, 0);
    Descriptor.of(Operation.LINK).with("next", LIST).encode(list, Operation.BYTES);
    board.writeBlock(LIST, list.duplicate());
    for (int i = 0; i < 20; i++) {
      registers.write("LIST", "address", LIST);
      registers.trigger("DOORBELL", "start");
      assertThat(registers.read("STATUS", "busy")).isOne();
      board.reset();
      assertThat(registers.read("STATUS")).isZero();
      ByteBuffer found = ByteBuffer.allocate(list.capacity());
      board.readBlock(LIST, found);
      assertThat(found.flip()).isEqualTo(list);
    }
  }
}
