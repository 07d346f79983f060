package dev.heddle.lib.link;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.uint;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;

/**
 * A byte of a frame before it is stuffed.
 *
 * @param data its bits
 * @param last one in the last byte of the frame
 */
public record LinkByte(UInt data, Bit last) implements Data {
  /** The type of a byte of a frame. */
  public static Type<LinkByte> type() {
    return () -> new LinkByte(uint(8).make(), bit().make());
  }
}
