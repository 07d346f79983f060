package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.uint;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;

/**
 * A byte that came over an asynchronous serial line.
 *
 * @param data its bits
 * @param damaged one when its stop bit was zero, as in a break, or when bytes before it were lost
 *     because nobody took them
 */
public record UartByte(UInt data, Bit damaged) implements Data {
  /** The type of a byte from the line. */
  public static Type<UartByte> type() {
    return () -> new UartByte(uint(8).make(), bit().make());
  }
}
