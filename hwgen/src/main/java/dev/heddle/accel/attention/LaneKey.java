package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.named;
import static dev.heddle.hdl.Hdl.uint;

import dev.heddle.accel.AttentionShape;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;

/**
 * What one lane does in a step.
 *
 * @param valid whether it takes a key at all
 * @param first whether the key is the first of a row, behind the {@link ScoreLane} of a segment
 * @param last whether it is the last of a row, likewise
 * @param place where the key is in the ring of keys, with one bit more than the ring has places,
 *     which tells a lap from the next; the bank is in the lowest bits
 */
public record LaneKey(Bit valid, Bit first, Bit last, UInt place) implements Data {
  /** The type in an engine of {@code shape}. */
  public static Type<LaneKey> of(AttentionShape shape) {
    return () ->
        new LaneKey(bit().make(), bit().make(), bit().make(), uint(shape.placeBits() + 1).make());
  }

  /** This key, which is taken only where {@code enable} is one. */
  LaneKey and(Bit enable) {
    return new LaneKey(valid.and(enable), first, last, place);
  }

  /** What the lane reads of the banks that hold the ring. */
  VectorBanks.Read read() {
    return new VectorBanks.Read(valid, place.wrap(place.width() - 1));
  }

  /** This key some cycles later in {@code component}, where no key is valid after reset. */
  LaneKey after(int cycles, Component component) {
    LaneKey key = this;
    for (int cycle = 1; cycle <= cycles; cycle++) {
      key = key.delayed("key_" + cycle, component);
    }
    return key;
  }

  private LaneKey delayed(String name, Component component) {
    return named(
        name,
        new LaneKey(
            component.next(valid, 0),
            component.next(first),
            component.next(last),
            component.next(place)));
  }
}
