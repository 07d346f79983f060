package dev.heddle.hdl.check;

import static dev.heddle.hdl.Hdl.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Bundle;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.HdlException;
import dev.heddle.hdl.Mem;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Exact texts of the errors that show at once, on the line that makes the mistake. */
class EagerErrorTest {
  /** A component with one port or signal of each kind. */
  static final class Bench extends Component {
    final UInt a = in(uint(8));
    final UInt b = in(uint(4));
    final SInt x = in(sint(8));
    final Bit c = in(bit());
    final UInt y = out(uint(4));
    final UInt small = wire(uint(4));
    final SInt signed = wire(sint(4));
    final Mem<UInt> ram = mem(uint(8), 16);

    // Ports and signals of a component are made in its constructor, so the mistakes are too.
    Bench(Consumer<Bench> mistake) {
      mistake.accept(this);
    }

    <T extends Data> T register(dev.heddle.hdl.Type<T> type, long reset) {
      return reg(type, reset);
    }

    Mem<UInt> tableOf(List<BigInteger> words) {
      Mem<UInt> contents = table(uint(3), words);
      return contents;
    }

    <T extends Component> T place(T child) {
      return inst(child);
    }
  }

  static final class Child extends Component {
    final UInt value = in(uint(4));
    final UInt result = out(uint(4));
    UInt inner;

    Child() {
      inner = next(value);
      result.set(inner);
    }
  }

  private static void refused(Consumer<Bench> mistake, String message) {
    HdlException thrown = catchThrowableOfType(HdlException.class, () -> new Bench(mistake));
    assertThat(thrown).as("no error, wanted: " + message).isNotNull();
    assertThat(thrown).hasMessage(message);
    StackTraceElement first =
        Arrays.stream(thrown.getStackTrace())
            .filter(frame -> !frame.getClassName().matches("(dev\\.heddle\\.hdl|java\\..*)\\.\\w+"))
            .findFirst()
            .orElseThrow();
    assertThat(first.getFileName())
        .as("first frame outside the language: " + first)
        .isEqualTo("EagerErrorTest.java");
  }

  @Test
  void aValueWiderThanItsTargetIsRefused() {
    refused(
        t -> t.small.set(t.a),
        "small is uint(4) but the value is uint(8); write .wrap(4) or .sat(4) to choose what"
            + " happens to the extra bits");
  }

  @Test
  void anUnsignedValueDoesNotFitASignedTargetOfItsWidth() {
    refused(
        t -> connect(t.signed, (SInt) (Object) sint(9).make()),
        "this sint(9) is a type, not a signal; make it one with in, out, wire or reg");
    refused(
        t -> t.signed.set(t.x),
        "signed is sint(4) but the value is sint(8); write .wrap(4) or .sat(4) to choose what"
            + " happens to the extra bits");
  }

  @Test
  void aConstantThatDoesNotFitItsTargetIsRefused() {
    refused(t -> t.small.set(16), "small is uint(4) but the value is 16, which does not fit");
    refused(t -> t.signed.set(8), "signed is sint(4) but the value is 8, which does not fit");
    refused(t -> t.signed.set(-9), "signed is sint(4) but the value is -9, which does not fit");
  }

  @Test
  void aConstantThatDoesNotFitItsTypeIsRefused() {
    refused(t -> lit(16, 4), "16 does not fit uint(4)");
    refused(t -> lit(-1, 4), "-1 is negative; use slit for signed constants");
    refused(t -> slit(8, 4), "8 does not fit sint(4)");
  }

  @Test
  void aResetThatDoesNotFitItsRegisterIsRefused() {
    refused(t -> t.register(uint(4), 16), "reset value 16 does not fit uint(4)");
    refused(t -> t.register(uint(4), -1), "reset value -1 does not fit uint(4)");
    refused(t -> t.register(sint(4), 8), "reset value 8 does not fit sint(4)");
    refused(t -> t.register(bit(), 2), "reset value 2 does not fit bit");
  }

  @Test
  void aSignalOfAnotherComponentIsRefused() {
    Bench other = new Bench(t -> {});
    refused(
        t -> t.a.add(other.b),
        "a belongs to Bench but b belongs to Bench; connect them through ports");
    refused(
        t -> t.small.set(other.b),
        "small belongs to Bench but b belongs to Bench; connect them through ports");
    refused(
        t -> t.small.set(t.place(new Child()).inner),
        "small belongs to Bench but inner belongs to Child; connect them through ports");
    refused(
        t -> when(t.c, () -> {}).elseWhen(other.c, () -> {}),
        "c belongs to Bench but is used in Bench; connect them through ports");
    refused(
        t -> t.check(other.c, "c"),
        "c belongs to Bench but is used in Bench; connect them through ports");
    refused(
        t -> t.ram.read(other.b),
        "b belongs to Bench but is used in Bench; connect them through ports");
    refused(
        t -> t.ram.write(t.b, other.a),
        "a belongs to Bench but is used in Bench; connect them through ports");
  }

  @Test
  void onlySignalsCanBeDriven() {
    refused(
        t -> t.a.wrapAdd(t.b).set(t.a),
        "the result of wrap is an expression; only ports, wires and registers can be driven");
    refused(
        t -> lit(3).set(1), "3 is an expression; only ports, wires and registers can be driven");
  }

  @Test
  void aPortIsDrivenFromItsOwnSide() {
    refused(t -> t.a.set(1), "a is an input of this component; it is driven outside");
    refused(
        t -> t.place(new Child()).result.set(1),
        "child.result is an output of an instance; it is driven inside");
  }

  @Test
  void aSliceStaysWithinItsValue() {
    refused(t -> t.a.slice(8, 0), "slice [8:0] of a, which is uint(8)");
    refused(t -> t.a.slice(2, 3), "slice [2:3] of a, which is uint(8)");
    refused(t -> t.a.at(-1), "slice [-1:-1] of a, which is uint(8)");
  }

  @Test
  void wrapNeverWidens() {
    refused(t -> t.a.wrap(9), "wrap(9) of a, which is uint(8); write pad(9) to make it wider");
    refused(t -> t.x.wrap(9), "wrap(9) of x, which is sint(8); write pad(9) to make it wider");
  }

  @Test
  void aShiftStaysWithinReason() {
    refused(t -> t.a.shl(-1), "shift of a by -1; the amount must be 0 to 65536");
    refused(
        t -> t.a.shl(t.a.add(t.a)),
        "a may be shifted by up to 2^9 - 1 places; wrap the amount to 8 bits or fewer");
  }

  @Test
  void aMultiplexerTakesOneSign() {
    refused(
        t -> mux(t.c, (Data) t.a, t.x),
        "mux of uint(8) and sint(8): write .toSInt() to make both signed");
    refused(
        t -> mux(t.c, t.a, new Vec3().vec()),
        "mux needs two values, two records or two vecs of the same type");
  }

  private static final class Vec3 {
    Data vec() {
      return vecType().make();
    }

    private static dev.heddle.hdl.Type<Vec<UInt>> vecType() {
      return dev.heddle.hdl.Hdl.vec(3, uint(2));
    }
  }

  @Test
  void aConstantDecidesNothing() {
    refused(t -> when(lit(true), () -> {}), "1 is a constant; decide with a Java if");
  }

  @Test
  void aTypeIsNoSignal() {
    refused(
        t -> t.a.add(uint(3).make()),
        "this uint(3) is a type, not a signal; make it one with in, out, wire or reg");
    refused(t -> t.wire(() -> t.a), "a is a signal already; a type is wanted here");
    refused(t -> uint(0).make(), "width 0 is not positive");
  }

  @Test
  void aVecSelectsWithEnoughBits() {
    refused(
        t -> t.regs(5, uint(2)).at(t.b.slice(1, 0)),
        "the result of slice is uint(2), too narrow to select one of 5 elements");
    refused(t -> t.regs(0, uint(2)), "a vec needs at least one element");
    refused(t -> t.regs(5, uint(2)).set(lit(5), lit(1)), "there is no element 5 of 5");
  }

  @Test
  void anAggregateConnectsToItsLike() {
    refused(
        t -> connect(t.regs(2, uint(2)), t.regs(3, uint(2))), "connect: 2 signals with 3 signals");
    refused(t -> unpack(uint(4), t.a), "unpack: a is uint(8), the type has 4 bits");
  }

  @Test
  void aMemoryTakesItsOwnAddressesWordsAndMasks() {
    refused(
        t -> t.ram.read(t.a), "a is uint(8) but an address of 16 words has 4 bits; write .wrap(4)");
    refused(t -> t.ram.write(t.b, t.b), "a word of ram is 8 bits but the data is 4 bits");
    refused(
        t -> t.ram.write(t.b, t.a, t.b.slice(2, 0)),
        "a mask of 3 bits does not divide a word of 8 bits");
    refused(t -> t.mem(uint(8), 1), "a memory of 1 words; the smallest has 2");
    refused(
        t -> {
          Mem<UInt> words = t.blockMem(uint(8), 4);
          words.read(lit(0, 2));
        },
        "words is block memory, which gives a word a cycle after its address; use readSync");
    refused(
        t -> t.tableOf(List.of(BigInteger.ONE, BigInteger.TEN)),
        "10 does not fit a table of 3-bit words");
    refused(
        t -> t.tableOf(List.of(BigInteger.ONE, BigInteger.TWO)).write(t.c.asUInt(), lit(0, 3)),
        "contents is a table; it cannot be written");
  }

  @Test
  void aComponentIsPlacedOnce() {
    refused(
        t -> {
          Child child = new Child();
          t.place(child);
          t.place(child);
        },
        "Child is already an instance in Bench");
    refused(t -> t.place(t), "Bench cannot contain itself");
  }

  @Test
  void aPropertyMessageIsOneLineOfPlainText() {
    refused(t -> t.check(t.c, "100%"), "message of a property has a quote, a line break or a %");
  }

  @Test
  void aCompleteComponentTakesNothingMore() {
    refused(
        t -> {
          Child child = t.place(new Child());
          child.inner.set(3);
        },
        "Child is complete; statements belong into its constructor");
    refused(
        t -> t.place(new Child()).wire(bit()),
        "Child is complete; signals belong into its constructor");
    refused(
        t -> t.place(new Child()).mem(bit(), 4),
        "Child is complete; memories belong into its constructor");
    refused(
        t -> t.place(new Child()).inst(new Child()),
        "Child is complete; instances belong into its constructor");
  }

  static final class Unkept extends Bundle {
    Unkept() {
      field(bit());
    }
  }

  @Test
  void aMemberOfABundleIsStoredInAField() {
    refused(t -> t.wire(Unkept::new), "a member of Unkept is not stored in a field of it");
  }
}
