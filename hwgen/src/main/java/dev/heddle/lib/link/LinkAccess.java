package dev.heddle.lib.link;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.AxiLite;
import java.util.List;

/**
 * Makes accesses to registers and to card memory, one word at a time.
 *
 * <p>{@code read} or {@code write} is held, with everything that belongs to the access, until
 * {@code done}. Responses are taken at once, so that others on the bus never wait for this one.
 */
final class LinkAccess extends Component {
  private static final int WORD_BITS = 32;

  private final int registerBits;
  private final int memoryBits;

  /** One while a word is wanted. */
  final Bit read = in(bit());

  /** One while {@code data} is to be written. */
  final Bit write = in(bit());

  /** Whether it is a register, or else card memory. */
  final Bit isRegister = in(bit());

  /** Byte address; the two lowest bits have no meaning in card memory. */
  final UInt address = in(uint(WORD_BITS));

  /** What to write. */
  final UInt data = in(uint(WORD_BITS));

  /** One bit for each byte to write. */
  final UInt strobe = in(uint(WORD_BITS / 8));

  /** One in the last cycle of an access. */
  final Bit done = out(bit());

  /** Whether it was refused; only together with {@code done}. */
  final Bit error = out(bit());

  /** What was read; only together with {@code done}. */
  final UInt loaded = out(uint(WORD_BITS));

  /** Registers of the machine. */
  final AxiLite registers;

  /** Card memory. */
  final AxiLite memory;

  /** Buses with addresses of so many bits; an access beyond is refused here. */
  LinkAccess(int registerBits, int memoryBits) {
    this.registerBits = registerBits;
    this.memoryBits = memoryBits;
    document("Reads and writes registers and card memory, a word at a time.");
    registers = out(AxiLite.of(registerBits, WORD_BITS));
    memory = out(AxiLite.of(memoryBits, WORD_BITS));

    Bit addressSent = reg(bit(), 0);
    Bit dataSent = reg(bit(), 0);
    Bit isMapped = mux(isRegister, fits(registerBits), fits(memoryBits));
    Bit refused = read.or(write).andNot(isMapped);
    UInt wordAddress = cat(address.slice(memoryBits - 1, 2), lit(0, 2));
    registers.aw.payload.addr().set(address.wrap(registerBits));
    registers.ar.payload.addr().set(address.wrap(registerBits));
    memory.aw.payload.addr().set(wordAddress);
    memory.ar.payload.addr().set(wordAddress);
    for (AxiLite bus : List.of(registers, memory)) {
      Bit chosen = isMapped.and(bus == registers ? isRegister : isRegister.not());
      bus.aw.valid.set(write.and(chosen).andNot(addressSent));
      bus.aw.payload.prot().set(0);
      bus.w.valid.set(write.and(chosen).andNot(dataSent));
      bus.w.payload.data().set(data);
      bus.w.payload.strb().set(strobe);
      bus.b.ready.set(write);
      bus.ar.valid.set(read.and(chosen).andNot(addressSent));
      bus.ar.payload.prot().set(0);
      bus.r.ready.set(read);
    }

    Bit written = write.and(registers.b.valid.or(memory.b.valid));
    Bit fetched = read.and(registers.r.valid.or(memory.r.valid));
    UInt readResponse = mux(isRegister, registers.r.payload.resp(), memory.r.payload.resp());
    UInt writeResponse = mux(isRegister, registers.b.payload.resp(), memory.b.payload.resp());
    Bit ends = written.or(fetched).or(refused);
    loaded.set(mux(isRegister, registers.r.payload.data(), memory.r.payload.data()));
    done.set(ends);
    error.set(refused.or(mux(write, writeResponse, readResponse).any()));
    Bit addressPasses =
        registers.aw.fire().or(memory.aw.fire()).or(registers.ar.fire()).or(memory.ar.fire());
    Bit dataPasses = registers.w.fire().or(memory.w.fire());
    when(
            ends,
            () -> {
              addressSent.set(false);
              dataSent.set(false);
            })
        .otherwise(
            () -> {
              when(addressPasses, () -> addressSent.set(true));
              when(dataPasses, () -> dataSent.set(true));
            });
  }

  private Bit fits(int bits) {
    return bits == WORD_BITS ? lit(true) : address.shr(bits).any().not();
  }

  @Override
  protected String moduleName() {
    return "LinkAccess_%d_%d".formatted(registerBits, memoryBits);
  }
}
