package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.cat;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.UInt;
import java.util.ArrayList;
import java.util.List;

/**
 * The code of numbers in which the codes of n and n + 1 differ in one bit, also from the last
 * number to the first: a counter in this code can be read in another clock domain.
 */
public final class GrayCode {
  private GrayCode() {}

  /** The code of {@code number}, as wide as the number. */
  public static UInt encode(UInt number) {
    return number.xor(number.shr(1));
  }

  /** The number that has the code {@code code}. */
  public static UInt decode(UInt code) {
    List<Bit> highToLow = new ArrayList<>();
    for (int i = code.width() - 1; i >= 0; i--) {
      highToLow.add(code.slice(code.width() - 1, i).parity());
    }
    return cat(highToLow);
  }
}
