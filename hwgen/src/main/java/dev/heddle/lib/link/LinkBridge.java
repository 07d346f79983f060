package dev.heddle.lib.link;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.AxiLite;
import dev.heddle.lib.Stream;
import dev.heddle.lib.UartByte;
import dev.heddle.lib.UartPeriod;

/**
 * The board's end of the link ({@link LinkProtocol}): requests that come over a line of bytes
 * become accesses to the registers of a machine and to card memory.
 *
 * <pre>
 *             +----------+          +----------+ --> registers (AXI4-Lite)
 *   received -> receiver | requests | executor | --> memory (AXI4-Lite)
 *             +----------+ -------> |          | <-- irq
 *             +-------------+       |          | --> machine_reset
 *       sent <- transmitter | <---- |          |
 *             +-------------+ reply +----------+ --> rate --> period
 * </pre>
 *
 * Small rather than fast, for lines that bring a byte every 10 cycles or more: one request at a
 * time, one word at a time. Receiver and transmitter work beside it, so requests may come while
 * others are carried out and while replies leave. What is on the line is the line's business:
 * {@link UartLink} has an asynchronous serial one, others can be put here.
 */
public final class LinkBridge extends Component {
  private final LinkParameters parameters;

  /** Bytes from the host. A byte is taken within 9 cycles. */
  public final Stream<UartByte> received;

  /** Bytes to the host. */
  public final Stream<UInt> sending;

  /** One while no byte that passed {@code sending} is still on its way. */
  public final Bit lineIdle;

  /** Length of a bit on the line ({@link UartPeriod}). */
  public final UInt period;

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

  /** A bridge. */
  public LinkBridge(LinkParameters parameters) {
    this.parameters = parameters;
    document("Link between a host on a line of bytes and a machine.");
    parameter("PAYLOAD", parameters.payload());
    parameter("WINDOW", parameters.window());
    received = in(Stream.of(UartByte.type()));
    sending = out(Stream.of(uint(8)));
    lineIdle = named("line_idle", in(bit()));
    period = out(uint(UartPeriod.BITS));
    registers = named("m_axi_regs", out(AxiLite.of(parameters.registerBits(), 32)));
    memory = named("m_axi_mem", out(AxiLite.of(parameters.memoryBits(), 32)));
    irq = in(bit());
    machineReset = named("machine_reset", out(bit()));
    dropped = out(bit());

    LinkReceiver receiver = inst(new LinkReceiver(parameters));
    LinkTransmitter transmitter = inst(new LinkTransmitter(parameters));
    LinkExecutor executor = inst(new LinkExecutor(parameters));
    LinkRate rate = inst(new LinkRate(parameters));
    connect(receiver.bytes, received);
    // Cuts the path from the memory of the ring to that of the replies.
    connect(executor.requests, receiver.requests.stage());
    connect(transmitter.content, executor.replies);
    transmitter.abort.set(executor.abort);
    connect(sending, transmitter.bytes);
    executor.sent.set(transmitter.idle.and(lineIdle));
    connect(registers, executor.registers);
    connect(memory, executor.memory);
    executor.irq.set(irq);
    machineReset.set(executor.machineReset);
    rate.change.set(executor.changePeriod);
    rate.wanted.set(executor.wantedPeriod);
    rate.sound.set(receiver.sound);
    executor.period.set(rate.period);
    period.set(rate.period);
    dropped.set(receiver.dropped);
  }

  @Override
  protected String moduleName() {
    return "LinkBridge_p%d_w%d".formatted(parameters.payload(), parameters.window());
  }
}
