package dev.heddle.fpga;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.connect;
import static dev.heddle.hdl.Hdl.unused;

import dev.heddle.accel.Machine;
import dev.heddle.accel.MachineRestart;
import dev.heddle.accel.isa.MachineRegisters;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.ClockDomain;
import dev.heddle.hdl.Component;
import dev.heddle.lib.Axi4;
import dev.heddle.lib.AxiGate;
import dev.heddle.lib.AxiLite;
import dev.heddle.lib.AxiLiteToAxi4;
import dev.heddle.lib.AxiMemory;
import dev.heddle.lib.AxiReadArbiter;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.AxiWriteArbiter;
import dev.heddle.lib.UartPeriod;
import dev.heddle.lib.link.LinkParameters;
import dev.heddle.lib.link.UartLink;
import dev.heddle.lib.sdram.SdramController;
import dev.heddle.lib.sdram.SdramDevice;
import dev.heddle.lib.sdram.SdramPins;

/**
 * All of a board but its pins and its clock: the link to the host, a machine of one memory port,
 * and card memory, which the two share.
 *
 * <pre>
 *   receive, transmit --- link ---+--- registers --- machine
 *                                 |                     |
 *                                 '--- card memory -----'
 * </pre>
 *
 * <p>The host may reset the machine: as soon as none of its bursts is on its way {@code restart}
 * rises, and whoever drives {@code machine_reset} follows. Memory and link go on.
 */
public final class BoardCore extends Component {
  /** Below so many bits of block RAM the link has the smaller of its two sizes. */
  private static final int SMALL_MEMORY_BITS = 1 << 19;

  private static final int CRC_BITS = 1;

  /** Bits of the addresses and of the words of the link. */
  private static final int LINK_BITS = 32;

  /** Most writes of the link and the machine whose responses are outstanding. */
  private static final int OUTSTANDING = 4;

  /** Most bursts of the machine that are not answered. */
  private static final int BURSTS = 63;

  /** The line from the host, in no clock domain. */
  public final Bit receive = asynchronousIn(bit());

  /** The line to the host. */
  public final Bit transmit = out(bit());

  /** One while the machine asks for the host. */
  public final Bit light = out(bit());

  /** One while the machine has to be in reset. */
  public final Bit restart;

  /** The SDRAM of the board; null where there is none. */
  public final SdramPins sdram;

  private final SerialBoard board;

  /** The core of a board. */
  public BoardCore(SerialBoard board) {
    this.board = board;
    document("Heddle on the %s.".formatted(board.title()));
    if (board.sdram().isPresent()) {
      sdram = out(SdramPins.of(board.sdram().get().device()));
    } else {
      sdram = null;
    }
    int clockHz = Math.toIntExact(board.clockHz());
    boolean small = board.device().memoryBits() < SMALL_MEMORY_BITS;
    UartLink link =
        inst(
            new UartLink(
                new LinkParameters(
                    small ? 240 : 512,
                    small ? 8 : 16,
                    clockHz,
                    UartPeriod.of(clockHz, board.baud()),
                    board.memoryBytes(),
                    MachineRegisters.of(board.configuration()).addressBits(),
                    CRC_BITS)));
    link.rx.set(receive);
    transmit.set(link.tx);
    unused(link.dropped);
    ClockDomain restarted = resetDomain("machine");
    restart = out(bit());
    machine(link, inst(new Machine(board.configuration()), restarted));
  }

  private void machine(UartLink link, Machine machine) {
    link.irq.set(machine.irq);
    light.set(machine.irq);
    AxiShape shape = machine.firstPort.shape();
    AxiGate gate = inst(new AxiGate(shape, BURSTS));
    connect(gate.master, machine.firstPort);
    MachineRestart machineRestart = inst(new MachineRestart());
    machineRestart.wanted.set(link.machineReset);
    machineRestart.quiet.set(gate.quiet);
    gate.stop.set(machineRestart.active);
    restart.set(machineRestart.restart);
    connectRegisters(machine.control, link.registers, machineRestart.active);

    AxiLiteToAxi4 words = inst(new AxiLiteToAxi4(LINK_BITS, shape));
    AxiReadArbiter reads = inst(new AxiReadArbiter(shape, 2));
    AxiWriteArbiter writes = inst(new AxiWriteArbiter(shape, 2, OUTSTANDING));
    // The ways of addresses and data through a machine of many masters, and through the link, are
    // long enough: they end in registers here.
    boolean cut = !board.configuration().compact();
    connect(words.words.aw, cut ? link.memory.aw.slice() : link.memory.aw);
    connect(words.words.w, cut ? link.memory.w.slice() : link.memory.w);
    connect(link.memory.b, words.words.b);
    connect(words.words.ar, cut ? link.memory.ar.slice() : link.memory.ar);
    connect(link.memory.r, words.words.r);
    connect(reads.masters.get(0).ar, cut ? gate.memory.read.ar.slice() : gate.memory.read.ar);
    connect(gate.memory.read.r, reads.masters.get(0).r);
    connect(reads.masters.get(1), words.memory.read);
    connect(writes.masters.get(0).aw, cut ? gate.memory.write.aw.slice() : gate.memory.write.aw);
    connect(writes.masters.get(0).w, cut ? gate.memory.write.w.slice() : gate.memory.write.w);
    connect(gate.memory.write.b, writes.masters.get(0).b);
    connect(writes.masters.get(1), words.memory.write);
    Axi4 memory = memory(AxiReadArbiter.sharedShape(shape, 2));
    connect(memory.read, reads.memory);
    connect(memory.write, writes.memory);
  }

  private Axi4 memory(AxiShape shape) {
    if (sdram == null) {
      AxiMemory memory = inst(new AxiMemory(shape, board.memoryBytes()));
      return memory.bus;
    }
    SdramDevice chip = board.sdram().get().device();
    SdramController controller = inst(new SdramController(chip, board.clockHz(), shape, 0));
    connect(sdram, controller.sdram);
    return controller.axi;
  }

  /** The registers, out of reach while the machine is restarted; nothing is on its way then. */
  private static void connectRegisters(AxiLite machine, AxiLite link, Bit restarting) {
    connect(machine.aw, link.aw.haltWhen(restarting));
    connect(machine.w, link.w.haltWhen(restarting));
    connect(link.b, machine.b);
    connect(machine.ar, link.ar.haltWhen(restarting));
    connect(link.r, machine.r);
  }

  @Override
  protected String moduleName() {
    return board.top() + "_core";
  }
}
