package dev.heddle.lib.link;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.lib.AxiLite;
import dev.heddle.lib.Stream;
import dev.heddle.lib.UartByte;
import dev.heddle.lib.UartPeriod;

/**
 * A bridge between registers and card memory, on a line of bytes or on the pins of a serial one.
 */
final class LinkBench extends Component {
  static final int MEMORY_WORDS = 1024;
  static final int REGISTER_WORDS = 32;

  private final String name;

  LinkBench(LinkParameters parameters, boolean pins) {
    name = "LinkBench_%s_%d".formatted(pins ? "pins" : "bytes", parameters.payload());
    AxiLite registers;
    AxiLite memory;
    Bit irq;
    Bit reset;
    Bit dropped;
    if (pins) {
      UartLink link = inst("link", new UartLink(parameters));
      link.rx.set(named("rx", asynchronousIn(bit())));
      named("tx", out(bit())).set(link.tx);
      registers = link.registers;
      memory = link.memory;
      irq = link.irq;
      reset = link.machineReset;
      dropped = link.dropped;
    } else {
      LinkBridge bridge = inst("bridge", new LinkBridge(parameters));
      connect(bridge.received, named("rx", in(Stream.of(UartByte.type()))));
      connect(named("tx", out(Stream.of(uint(8)))), bridge.sending);
      bridge.lineIdle.set(true);
      named("period", out(uint(UartPeriod.BITS))).set(bridge.period);
      registers = bridge.registers;
      memory = bridge.memory;
      irq = bridge.irq;
      reset = bridge.machineReset;
      dropped = bridge.dropped;
    }
    irq.set(named("irq", in(bit())));
    named("machine_reset", out(bit())).set(reset);
    named("dropped", out(bit())).set(dropped);
    RandomSlave registerSlave =
        inst("registerSlave", new RandomSlave(REGISTER_WORDS, parameters.registerBits()));
    RandomSlave memorySlave =
        inst("memorySlave", new RandomSlave(MEMORY_WORDS, parameters.memoryBits()));
    connect(registerSlave.bus, registers);
    connect(memorySlave.bus, memory);
    registerSlave.peek.set(0);
    unused(registerSlave.peeked);
    unused(memorySlave.writes);
    unused(memorySlave.writtenWord);
    unused(memorySlave.writtenData);
    memorySlave.peek.set(named("peek", in(uint(16))));
    named("peeked", out(uint(32))).set(memorySlave.peeked);
    named("writes", out(bit())).set(registerSlave.writes);
    named("written_word", out(uint(16))).set(registerSlave.writtenWord);
    named("written_data", out(uint(32))).set(registerSlave.writtenData);
  }

  @Override
  protected String moduleName() {
    return name;
  }
}
