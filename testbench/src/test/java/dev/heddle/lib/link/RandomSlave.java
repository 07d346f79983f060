package dev.heddle.lib.link;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Mem;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.AxiLite;
import dev.heddle.lib.AxiResponse;
import dev.heddle.lib.Stream;

/**
 * A memory on AXI4-Lite for tests, which lets everything wait for a random time and gives data that
 * has no meaning wherever it need not have one. Words beyond its end are errors.
 */
final class RandomSlave extends Component {
  private static final long TAPS = 0x8020_0003L;

  private final int words;

  /** The bus. */
  final AxiLite bus;

  /** One in each cycle in which a word is written. */
  final Bit writes = out(bit());

  /** Which word of the memory. */
  final UInt writtenWord = out(uint(16));

  /** What is written. */
  final UInt writtenData = out(uint(32));

  /** A word to look at. */
  final UInt peek = in(uint(16));

  /** Its value. */
  final UInt peeked = out(uint(32));

  RandomSlave(int words, int addressBits) {
    this.words = words;
    bus = in(AxiLite.of(addressBits, 32));
    Mem<UInt> memory = mem(uint(32), words);
    UInt noise = reg(uint(32), 0x1234_5671L + words);
    UInt shifted = noise.shr(1).pad(32);
    noise.set(mux(noise.at(0), shifted.xor(lit(TAPS, 32)), shifted));

    Held<AxiLite.Address> aw = hold(bus.aw, noise.at(3).or(noise.at(9)));
    Held<AxiLite.WriteData> w = hold(bus.w, noise.at(5).or(noise.at(14)));
    Held<AxiLite.Address> ar = hold(bus.ar, noise.at(7).or(noise.at(21)));
    int width = bits(words);

    UInt writeAddress = aw.payload.addr().shr(2);
    Bit writeFits = writeAddress.lt(words);
    Bit answered = reg(bit(), 0);
    UInt writeResponse = reg(uint(AxiResponse.BITS));
    Bit stores = aw.full.and(w.full).and(noise.at(11)).andNot(answered);
    UInt strobe = w.payload.strb();
    when(
        stores.and(writeFits),
        () -> memory.write(writeAddress.wrap(width), w.payload.data(), strobe));
    when(
        stores,
        () -> {
          answered.set(true);
          writeResponse.set(mux(writeFits, lit(0, 2), cat(lit(true), aw.payload.addr().at(2))));
        });
    bus.b.valid.set(answered);
    bus.b.payload.resp().set(mux(answered, writeResponse, noise.wrap(2)));
    when(
        bus.b.fire(),
        () -> {
          answered.set(false);
          aw.full.set(false);
          w.full.set(false);
        });
    writes.set(stores.and(writeFits));
    writtenWord.set(writeAddress.pad(16).wrap(16));
    writtenData.set(w.payload.data());

    UInt readAddress = ar.payload.addr().shr(2);
    Bit readFits = readAddress.lt(words);
    Bit read = reg(bit(), 0);
    UInt data = reg(uint(32));
    UInt readResponse = reg(uint(AxiResponse.BITS));
    when(
        ar.full.and(noise.at(13)).andNot(read),
        () -> {
          read.set(true);
          data.set(memory.read(readAddress.wrap(width)));
          readResponse.set(mux(readFits, lit(0, 2), cat(lit(true), ar.payload.addr().at(2))));
        });
    bus.r.valid.set(read);
    bus.r.payload.data().set(mux(read, data, noise));
    bus.r.payload.resp().set(mux(read, readResponse, noise.wrap(2)));
    when(
        bus.r.fire(),
        () -> {
          read.set(false);
          ar.full.set(false);
        });
    peeked.set(memory.read(peek.wrap(width)));
    unused(peek);
    unused(aw.payload.prot());
    unused(ar.payload.prot());
    unused(aw.payload.addr());
    unused(ar.payload.addr());
  }

  private record Held<T extends dev.heddle.hdl.Data>(Bit full, T payload) {}

  private <T extends dev.heddle.hdl.Data> Held<T> hold(Stream<T> channel, Bit chance) {
    Bit full = reg(bit(), 0);
    T payload = nextWhen(channel.fire(), channel.payload);
    channel.ready.set(full.not().and(chance));
    when(channel.fire(), () -> full.set(true));
    return new Held<>(full, payload);
  }

  @Override
  protected String moduleName() {
    return "RandomSlave_" + words;
  }
}
