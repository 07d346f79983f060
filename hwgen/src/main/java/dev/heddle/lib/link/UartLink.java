package dev.heddle.lib.link;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.lib.AxiLite;
import dev.heddle.lib.UartReceiver;
import dev.heddle.lib.UartTransmitter;

/** A {@link LinkBridge} on an asynchronous serial line, whose rate the host may change. */
public final class UartLink extends Component {
  private final LinkParameters parameters;

  /** The line from the host, in no clock domain. */
  public final Bit rx;

  /** The line to the host, from a register. */
  public final Bit tx;

  /** Registers of the machine. */
  public final AxiLite registers;

  /** Card memory. */
  public final AxiLite memory;

  /** Interrupt of the machine. */
  public final Bit irq;

  /** Resets the machine for 16 cycles; from a register. */
  public final Bit machineReset;

  /** One for a cycle when a frame of the host was dropped. */
  public final Bit dropped;

  /** A bridge on a serial line. */
  public UartLink(LinkParameters parameters) {
    this.parameters = parameters;
    document("Link between a host on a serial line and a machine.");
    parameter("PAYLOAD", parameters.payload());
    parameter("WINDOW", parameters.window());
    rx = asynchronousIn(bit());
    tx = out(bit());
    registers = named("m_axi_regs", out(AxiLite.of(parameters.registerBits(), 32)));
    memory = named("m_axi_mem", out(AxiLite.of(parameters.memoryBits(), 32)));
    irq = in(bit());
    machineReset = named("machine_reset", out(bit()));
    dropped = out(bit());

    UartReceiver receiver = inst(new UartReceiver());
    UartTransmitter transmitter = inst(new UartTransmitter());
    LinkBridge bridge = inst(new LinkBridge(parameters));
    receiver.line.set(rx);
    receiver.period.set(bridge.period);
    connect(bridge.received, receiver.bytes);
    connect(transmitter.bytes, bridge.sending);
    transmitter.period.set(bridge.period);
    tx.set(transmitter.line);
    bridge.lineIdle.set(transmitter.idle);
    connect(registers, bridge.registers);
    connect(memory, bridge.memory);
    bridge.irq.set(irq);
    machineReset.set(bridge.machineReset);
    dropped.set(bridge.dropped);
  }

  @Override
  protected String moduleName() {
    return "UartLink_p%d_w%d".formatted(parameters.payload(), parameters.window());
  }
}
