package dev.heddle.example;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Mem;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import java.util.ArrayList;
import java.util.List;

/** One of each: operators, shifts, saturation, records, memories with masks, vectors. */
public final class Arithmetic extends Component {
  public record Pair(SInt re, UInt im) implements Data {}

  public final UInt a = in(uint(8));
  public final UInt b = in(uint(5));
  public final SInt x = in(sint(9));
  public final SInt y = in(sint(6));
  public final Bit c = in(bit());
  public final Pair pair = in(pairs());
  public final UInt sum = out(uint(12));
  public final SInt difference = out(sint(16));
  public final SInt product = out(sint(32));
  public final UInt shifted = out(uint(20));
  public final SInt saturated = out(sint(4));
  public final UInt mixed = out(uint(24));
  public final Bit flags = out(bit());
  public final UInt word = out(uint(16));
  public final Pair copy = out(pairs());
  public final UInt picked = out(uint(8));
  public final SInt dot = out(sint(20));

  static Type<Pair> pairs() {
    return () -> new Pair(sint(7).make(), uint(9).make());
  }

  public Arithmetic() {
    sum.set(a.add(b).add(a));
    difference.set(a.sub(b).add(x));
    product.set(x.mul(y).add(x).sub(y.shl(3)));
    shifted.set(a.shl(b.wrap(3)).add(b.shr(1)).wrap(14));
    saturated.set(x.add(y).sat(4));
    mixed.set(cat(a.add(b), x.asUInt(), y.neg().asUInt().slice(4, 1)).xor(a));
    flags.set(x.lt(y).or(a.ge(200)).and(c.not()).xor(a.any()).andNot(y.negative()));

    Mem<UInt> ram = mem(uint(16), 32);
    when(c, () -> ram.write(b, cat(a, a), a.slice(1, 0)));
    UInt read = ram.readSync(b);
    word.set(read);

    Pair held = next(pair);
    Pair chosen = mux(c, held, pair);
    connect(copy, chosen);

    Vec<UInt> history = regs(5, uint(8), 3);
    history.get(0).set(a);
    for (int i = 1; i < 5; i++) {
      history.get(i).set(history.get(i - 1));
    }
    picked.set(history.at(b.slice(2, 0)));

    List<SInt> products = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      products.add(history.get(i).asSInt().mul(y));
    }
    SInt total = sum(products);
    dot.set(total);
  }
}
