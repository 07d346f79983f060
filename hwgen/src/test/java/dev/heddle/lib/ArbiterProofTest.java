package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import java.nio.file.Path;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An arbiter chooses one input at a time, passes its payloads unchanged, keeps packets whole and is
 * fair, proven for all inputs over a number of cycles; the first two for ever.
 */
class ArbiterProofTest {
  private static final int INPUTS = 3;

  @TempDir Path folder;

  record Item(UInt word, Bit last) implements Data {}

  private static final Type<Item> ITEM = () -> new Item(uint(2).make(), bit().make());

  /** An arbiter with free inputs that keep the rules of a stream. */
  abstract static class Bench extends Component {
    final UInt offers = in(uint(INPUTS));
    final Vec<Item> items = in(INPUTS, ITEM);
    final Bit take = in(bit());

    final Arbiter<Item> arbiter(Arbiter.Policy policy, Function<Item, Bit> last) {
      Arbiter<Item> arbiter = inst(new Arbiter<>(ITEM, INPUTS, policy, last));
      for (int i : range(INPUTS)) {
        Stream<Item> input = arbiter.inputs.get(i);
        input.valid.set(offers.at(i));
        connect(input.payload, items.get(i));
        Bit waited = next(input.valid.andNot(input.ready), 0);
        UInt before = next(pack(items.get(i)), 0);
        assume(waited.not().or(input.valid.and(pack(items.get(i)).eq(before))), "an offer stays");
      }
      arbiter.output.ready.set(take);
      return arbiter;
    }
  }

  /** One input at a time, its payload unchanged. */
  static final class Transfer extends Bench {
    Transfer(Arbiter.Policy policy, boolean packets) {
      Arbiter<Item> arbiter = arbiter(policy, packets ? Item::last : null);
      Stream<Item> output = arbiter.output;
      for (int i : range(INPUTS)) {
        Bit chosen = output.valid.and(arbiter.chosen.eq(i));
        check(arbiter.inputs.get(i).fire().eq(chosen.and(take)), "only what is chosen passes");
        check(chosen.not().or(offers.at(i)), "only what is offered is chosen");
        check(
            chosen.not().or(pack(output.payload).eq(pack(items.get(i)))),
            "the payload is unchanged");
      }
      Bit waited = next(output.valid.andNot(take), 0);
      UInt payload = next(pack(output.payload), 0);
      UInt chosen = next(arbiter.chosen, 0);
      check(
          waited.not().or(output.valid.and(pack(output.payload).eq(payload))),
          "an offer stays and keeps its payload");
      check(waited.not().or(arbiter.chosen.eq(chosen)), "an offer keeps its source");
    }
  }

  /** The order in which inputs are chosen. */
  static final class Order extends Bench {
    Order(Arbiter.Policy policy, boolean packets) {
      Arbiter<Item> arbiter = arbiter(policy, packets ? Item::last : null);
      Stream<Item> output = arbiter.output;
      Bit ends = packets ? output.payload.last() : lit(true);
      Bit within = reg(bit(), 0);
      Bit stalled = next(output.valid.andNot(take), 0);
      UInt owner = reg(uint(2), 0);
      when(
          output.fire(),
          () -> {
            within.set(ends.not());
            owner.set(arbiter.chosen);
          });
      check(
          output.valid.and(within).not().or(arbiter.chosen.eq(owner)), "a packet stays in one go");
      check(within.or(offers.eq(0)).or(output.valid), "no cycle is lost");
      Bit open = output.valid.andNot(within).andNot(stalled);
      for (int i : range(INPUTS)) {
        if (policy == Arbiter.Policy.FIXED_PRIORITY) {
          check(
              open.and(offers.at(i)).not().or(arbiter.chosen.le(lit(i))), "the lowest comes first");
        } else {
          UInt others = reg(uint(3), 0);
          Bit chosen = arbiter.chosen.eq(i);
          when(offers.at(i).not().or(output.fire().and(chosen)), () -> others.set(0))
              .elseWhen(output.fire().and(ends), () -> others.set(others.inc()));
          check(others.lt(INPUTS), "nobody waits for more than all others once");
          cover(others.eq(INPUTS - 1), "the longest wait happens");
        }
        cover(output.fire().and(arbiter.chosen.eq(i)), "every input is chosen");
      }
    }
  }

  @Test
  void aFairArbiterPassesOneInputUnchangedForEver() throws Exception {
    Proof.of(folder, new Transfer(Arbiter.Policy.ROUND_ROBIN, false)).holdsForEver(3);
  }

  @Test
  void aPriorityArbiterPassesOneInputUnchangedForEver() throws Exception {
    Proof.of(folder, new Transfer(Arbiter.Policy.FIXED_PRIORITY, false)).holdsForEver(3);
  }

  @Test
  void aPacketArbiterPassesOneInputUnchangedForEver() throws Exception {
    Proof.of(folder, new Transfer(Arbiter.Policy.ROUND_ROBIN, true)).holdsForEver(3);
  }

  @Test
  void aFairArbiterServesEveryInputWithinOneRoundFor12Cycles() throws Exception {
    Proof proof = Proof.of(folder, new Order(Arbiter.Policy.ROUND_ROBIN, false));
    proof.holdsFor(12);
    proof.reaches(8);
  }

  @Test
  void aFairPacketArbiterKeepsPacketsWholeFor12Cycles() throws Exception {
    Proof proof = Proof.of(folder, new Order(Arbiter.Policy.ROUND_ROBIN, true));
    proof.holdsFor(12);
    proof.reaches(8);
  }

  @Test
  void aPriorityArbiterServesTheLowestInputFor12Cycles() throws Exception {
    Proof proof = Proof.of(folder, new Order(Arbiter.Policy.FIXED_PRIORITY, true));
    proof.holdsFor(12);
    proof.reaches(5);
  }
}
