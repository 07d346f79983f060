package dev.heddle.example;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.Type;
import dev.heddle.lib.Stream;

/** Adds up products of pairs; the pair marked {@code last} ends a dot product and emits it. */
public final class DotLane extends Component {
  public record Pair(SInt a, SInt b, Bit last) implements Data {
    static Type<Pair> of(int width) {
      return () -> new Pair(sint(width).make(), sint(width).make(), bit().make());
    }
  }

  public record Product(SInt ab, Bit last) implements Data {
    static Type<Product> of(int width) {
      return () -> new Product(sint(width).make(), bit().make());
    }
  }

  public final Stream<Pair> pairs;
  public final Stream<SInt> sums;

  public DotLane(int width, int sumWidth) {
    pairs = in(Stream.of(Pair.of(width)));
    sums = out(Stream.of(sint(sumWidth)));

    // Stage 1 multiplies: a register slice with a function in it.
    Stream<Product> product =
        pairs.stage(
            Product.of(2 * width), pair -> new Product(pair.a().mul(pair.b()), pair.last()));

    // Stage 2 adds. add() is one bit wider than its operands, so sat() or wrap() has to say
    // what happens to the extra bit.
    SInt total = reg(sint(sumWidth), 0);
    SInt sum = total.add(product.payload.ab()).sat(sumWidth);
    Bit last = product.payload.last();
    product.ready.set(last.not().or(sums.ready));
    when(product.fire(), () -> total.set(mux(last, slit(0, sumWidth), sum)));
    sums.valid.set(product.valid.and(last));
    sums.payload.set(sum);
  }

  @Override
  protected String moduleName() {
    return "DotLane_%d_%d".formatted(pairs.payload.a().width(), sums.payload.width());
  }
}
