package dev.heddle.hdl;

import dev.heddle.hdl.ir.Memory;
import dev.heddle.hdl.ir.Node;
import dev.heddle.hdl.ir.Statement;

/**
 * A memory of {@code depth} words of one type.
 *
 * <pre>
 *             ____      ____      ____
 *   clk   ___/    \____/    \____/    \___
 *   address  | a       |
 *   read(address)      word a, same cycle (distributed memory)
 *   readSync(address)  |         word a, one cycle later (block memory); a word that is
 *                                written in the cycle of the address gives its old value
 * </pre>
 */
public final class Mem<T extends Data> {
  private final Component component;
  private final Type<T> type;
  private final Memory memory;

  Mem(Component component, Type<T> type, Memory memory) {
    this.component = component;
    this.type = type;
    this.memory = memory;
  }

  /** Words. */
  public int depth() {
    return memory.depth();
  }

  /** The word at {@code address} in the same cycle. */
  public T read(UInt address) {
    if (memory.style() == Memory.Style.BLOCK) {
      throw new HdlException(
          "%s is block memory, which gives a word a cycle after its address; use readSync",
          memory.name());
    }
    Node word = word(address);
    return Hdl.unpack(type, new UInt(CallSite.name(word)));
  }

  /** The word at {@code address} one cycle later, every cycle. */
  public T readSync(UInt address) {
    return readSync(address, Hdl.lit(true));
  }

  /**
   * The word at the {@code address} of the last cycle in which {@code enable} was one, one cycle
   * later.
   */
  public T readSync(UInt address, Bit enable) {
    UInt word = component.reg(Hdl.uint(memory.width()));
    UInt read = new UInt(word(address));
    if (enable.isLiteral()) {
      word.set(read);
    } else {
      Hdl.when(enable, () -> word.set(read));
    }
    return Hdl.unpack(type, word);
  }

  /** Writes a word at the clock edge, under the enclosing {@code when}. */
  public void write(UInt address, T data) {
    add(address, Hdl.pack(data), null);
  }

  /**
   * Writes the parts of a word whose bit in {@code mask} is one; bit i stands for the i-th of
   * {@code mask.width()} equal parts, the lowest first.
   */
  public void write(UInt address, T data, UInt mask) {
    if (memory.width() % mask.width() != 0) {
      throw new HdlException(
          "a mask of %d bits does not divide a word of %d bits", mask.width(), memory.width());
    }
    add(address, Hdl.pack(data), mask);
  }

  private Node word(UInt address) {
    UInt exact = address(address);
    component.owns(exact);
    return Node.read(memory, exact.node(), component.definition());
  }

  private void add(UInt address, UInt data, UInt mask) {
    if (!memory.contents().isEmpty()) {
      throw new HdlException("%s is a table; it cannot be written", memory.name());
    }
    if (data.width() != memory.width()) {
      throw new HdlException(
          "a word of %s is %d bits but the data is %d bits",
          memory.name(), memory.width(), data.width());
    }
    component.owns(address);
    component.owns(data);
    if (mask != null) {
      component.owns(mask);
    }
    component
        .block()
        .add(
            new Statement.Write(
                memory,
                address(address).node(),
                data.node(),
                mask == null ? null : mask.node(),
                component.currentDomain(),
                CallSite.here()));
  }

  private UInt address(UInt address) {
    int width = Hdl.bits(memory.depth());
    if (address.width() > width) {
      throw new HdlException(
          "%s is uint(%d) but an address of %d words has %d bits; write .wrap(%d)",
          address, address.width(), memory.depth(), width, width);
    }
    return address.pad(width);
  }
}
