package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.HdlException;
import dev.heddle.hdl.UInt;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The AXI4-Lite slave of a {@link RegisterMap}.
 *
 * <pre>{@code
 * RegisterFile registers = inst(new RegisterFile(map));
 * connect(registers.bus, control);                          // control = in(AxiLite.of(...))
 * Bit enable = registers.value("CONTROL", "enable").asBit();
 * Bit clear = registers.pulse("CONTROL", "clear").asBit();
 * registers.status("COUNT", "cycles").set(count);
 * registers.event("EVENTS", "overflow").set(overflow.asUInt());
 * }</pre>
 *
 * A write passes when its address and its data are both there and the response before has been
 * taken; its effect shows {@value #WRITE_LATENCY} cycle later, together with the response. A read
 * answers after 1 cycle. One write and one read every 2 cycles, independent of each other. Byte
 * strobes are respected; the lowest two bits of an address and {@code prot} are ignored. An address
 * without a register answers SLVERR and reads as zero; a write to fields that cannot be written
 * does nothing and answers OKAY.
 *
 * <p>Reading the low word of a 64-bit register that hardware changes keeps the high word for the
 * read of that; there is one such latch for all registers. A written 64-bit register changes word
 * by word.
 */
public final class RegisterFile extends Component {
  /** Cycles from a write, or an event, to the register that shows it. */
  public static final int WRITE_LATENCY = 1;

  private static final int WORD_SHIFT = Integer.numberOfTrailingZeros(RegisterMap.WORD_BYTES);

  /** The host's side. */
  public final AxiLite bus;

  private final String name;
  private final RegisterMap map;
  private final Map<RegisterField, UInt> inputs = new IdentityHashMap<>();
  private final Map<RegisterField, UInt> outputs = new IdentityHashMap<>();

  /** The registers of {@code map}, with addresses as wide as the map needs. */
  public RegisterFile(RegisterMap map) {
    this(map, map.addressBits());
  }

  /** The registers of {@code map}, with addresses of {@code addressBits}. */
  public RegisterFile(RegisterMap map, int addressBits) {
    if (addressBits < map.addressBits()) {
      throw new IllegalArgumentException(
          "%d address bits; map %s needs %d".formatted(addressBits, map.name(), map.addressBits()));
    }
    this.map = map;
    name = "RegisterFile_" + map.name();
    document("Registers: " + map.description());
    bus = in(AxiLite.of(addressBits, RegisterMap.WORD_BITS));
    map.registers().forEach(this::ports);

    Bit written = reg(bit(), 0);
    UInt writeResponse = reg(uint(AxiResponse.BITS), 0);
    Bit write = bus.aw.valid.and(bus.w.valid).andNot(written);
    UInt writeWord = bus.aw.payload.addr().slice(addressBits - 1, WORD_SHIFT);
    UInt strobe = bus.w.payload.strb();
    UInt writeMask =
        cat(
            fill(8, strobe.at(3)),
            fill(8, strobe.at(2)),
            fill(8, strobe.at(1)),
            fill(8, strobe.at(0)));

    Bit answered = reg(bit(), 0);
    UInt readData = reg(uint(RegisterMap.WORD_BITS), 0);
    UInt readResponse = reg(uint(AxiResponse.BITS), 0);
    Bit read = bus.ar.valid.andNot(answered);
    UInt readWord = bus.ar.payload.addr().slice(addressBits - 1, WORD_SHIFT);
    UInt noWord = lit(0, RegisterMap.WORD_BITS);
    boolean latches = map.registers().stream().anyMatch(Register::isLatched);
    UInt highWord = latches ? named("highWord", reg(uint(RegisterMap.WORD_BITS), 0)) : null;

    List<Bit> writeHits = new ArrayList<>();
    List<Bit> readHits = new ArrayList<>();
    List<Bit> latchedHits = new ArrayList<>();
    List<UInt> words = new ArrayList<>();
    for (Register register : map.registers()) {
      List<Bit> hits = new ArrayList<>();
      UInt contents = named(lower(register.name()) + "_contents", contents(register));
      for (int i : range(register.words())) {
        int word = register.offset() / RegisterMap.WORD_BYTES + i;
        String suffix = lower(register.name()) + (i == 0 ? "" : "_high");
        hits.add(named("write_" + suffix, writeWord.eq(word)));
        Bit readHit = named("read_" + suffix, readWord.eq(word));
        boolean high = i > 0 && register.isLatched();
        readHits.add(readHit);
        if (high) {
          latchedHits.add(readHit);
        } else {
          words.add(mux(readHit, contents.slice(32 * i + 31, 32 * i), noWord));
        }
      }
      if (register.isLatched()) {
        Bit low = readHits.get(readHits.size() - 2);
        when(read.and(low), () -> highWord.set(contents.slice(63, 32)));
      }
      writeHits.addAll(hits);
      store(register, write, hits, writeMask);
    }

    if (latches) {
      words.add(mux(reduce(latchedHits, Bit::or), highWord, noWord));
    }

    bus.aw.ready.set(write);
    bus.w.ready.set(write);
    bus.b.valid.set(written);
    bus.b.payload.resp().set(writeResponse);
    Bit writeMapped = reduce(writeHits, Bit::or);
    when(
            write,
            () -> {
              written.set(true);
              writeResponse.set(response(writeMapped));
            })
        .elseWhen(bus.b.ready, () -> written.set(false));

    bus.ar.ready.set(answered.not());
    bus.r.valid.set(answered);
    bus.r.payload.data().set(readData);
    bus.r.payload.resp().set(readResponse);
    Bit readMapped = reduce(readHits, Bit::or);
    UInt readWordData = reduce(words, UInt::or);
    when(
            read,
            () -> {
              answered.set(true);
              readData.set(readWordData);
              readResponse.set(response(readMapped));
            })
        .elseWhen(bus.r.ready, () -> answered.set(false));

    unused(bus.aw.payload.prot());
    unused(bus.ar.payload.prot());
    unused(bus.aw.payload.addr());
    unused(bus.ar.payload.addr());
    unused(writeMask);
  }

  /** What they are. */
  public RegisterMap map() {
    return map;
  }

  /** What software has written to a READ_WRITE field, or the events of an EVENT field. */
  public UInt value(String register, String field) {
    return port(outputs, register, field, FieldAccess.READ_WRITE, FieldAccess.EVENT);
  }

  /** Ones for a cycle where software has written ones to a PULSE field. */
  public UInt pulse(String register, String field) {
    return port(outputs, register, field, FieldAccess.PULSE);
  }

  /** What software reads in a READ_ONLY field; to be driven. */
  public UInt status(String register, String field) {
    return port(inputs, register, field, FieldAccess.READ_ONLY);
  }

  /** Bits of an EVENT field that happen in this cycle; to be driven. */
  public UInt event(String register, String field) {
    return port(inputs, register, field, FieldAccess.EVENT);
  }

  private UInt port(
      Map<RegisterField, UInt> ports, String register, String field, FieldAccess... allowed) {
    RegisterField wanted = map.register(register).field(field);
    if (!List.of(allowed).contains(wanted.access())) {
      throw new HdlException(
          "%s.%s is %s, not %s", register, field, wanted.access(), List.of(allowed));
    }
    return ports.get(wanted);
  }

  private void ports(Register register) {
    for (RegisterField field : register.fields()) {
      String port = lower(register.name()) + "_" + field.name();
      switch (field.access()) {
        case READ_WRITE, PULSE -> outputs.put(field, named(port, out(uint(field.width()))));
        case READ_ONLY -> inputs.put(field, named(port, in(uint(field.width()))));
        case EVENT -> {
          inputs.put(field, named(port + "_set", in(uint(field.width()))));
          outputs.put(field, named(port, out(uint(field.width()))));
        }
        case CONSTANT -> {}
      }
    }
  }

  /** All bits of a register as software reads them. */
  private UInt contents(Register register) {
    List<UInt> highToLow = new ArrayList<>();
    int next = register.bits();
    for (int i = register.fields().size() - 1; i >= 0; i--) {
      RegisterField field = register.fields().get(i);
      if (field.msb() + 1 < next) {
        highToLow.add(lit(0, next - field.msb() - 1));
      }
      highToLow.add(
          switch (field.access()) {
            case READ_WRITE, EVENT -> outputs.get(field);
            case READ_ONLY -> inputs.get(field);
            case CONSTANT ->
                lit(new BigInteger(Long.toUnsignedString(field.value())), field.width());
            case PULSE -> lit(0, field.width());
          });
      next = field.lsb();
    }
    if (next > 0) {
      highToLow.add(lit(0, next));
    }
    return cat(highToLow);
  }

  private void store(Register register, Bit write, List<Bit> hits, UInt writeMask) {
    if (register.fields().stream().noneMatch(field -> field.access().isWritable())) {
      return;
    }
    List<UInt> masks = new ArrayList<>();
    List<UInt> data = new ArrayList<>();
    for (Bit hit : hits) {
      masks.add(0, mux(write.and(hit), writeMask, lit(0, RegisterMap.WORD_BITS)));
      data.add(bus.w.payload.data());
    }
    UInt mask = named(lower(register.name()) + "_mask", cat(masks));
    UInt value = cat(data);
    if (data.size() > 1) {
      // One word alone is the data port itself, which keeps its name.
      named(lower(register.name()) + "_data", value);
    }
    for (RegisterField field : register.fields()) {
      if (!field.access().isWritable()) {
        continue;
      }
      String port = lower(register.name()) + "_" + field.name();
      UInt fieldMask = named(port + "_mask", mask.slice(field.msb(), field.lsb()));
      UInt stored = named(port + "_stored", reg(uint(field.width()), field.value()));
      UInt ones = named(port + "_ones", value.slice(field.msb(), field.lsb()).and(fieldMask));
      stored.set(
          switch (field.access()) {
            case EVENT -> stored.and(ones.not()).or(inputs.get(field));
            case PULSE -> ones;
            default -> stored.and(fieldMask.not()).or(ones);
          });
      outputs.get(field).set(stored);
    }
  }

  private static UInt response(Bit mapped) {
    return mux(mapped, AxiResponse.OKAY.literal(), AxiResponse.SLVERR.literal());
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  @Override
  protected String moduleName() {
    return name;
  }
}
