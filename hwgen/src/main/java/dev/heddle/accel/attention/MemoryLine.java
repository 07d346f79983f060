package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.uint;
import static dev.heddle.hdl.Hdl.unused;

import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.AxiReader;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.Stream;
import dev.heddle.lib.WidthAdapter;

/**
 * A line of {@value #BYTES} bytes, the piece in which everything that attention and its router read
 * lies in card memory.
 */
public final class MemoryLine {
  /** Bytes of a line. */
  public static final int BYTES = GoldenHead.LINE;

  /** Bits of a line. */
  public static final int BITS = BYTES * 8;

  private MemoryLine() {}

  /** Beats of a line on ports of {@code memory}. */
  public static int beats(AxiShape memory) {
    return BYTES / memory.bytes();
  }

  /** Beats of {@code lines} lines on ports of {@code memory}. */
  public static UInt beats(AxiShape memory, UInt lines) {
    UInt beats = lines.shl(Integer.numberOfTrailingZeros(beats(memory)));
    int bits = AxiRequest.BEATS_BITS;
    return beats.width() > bits ? beats.wrap(bits) : beats.pad(bits);
  }

  /** What is read, in words of {@code bits} bits: the beats, of which several may make a word. */
  public static Stream<UInt> words(Stream<AxiReader.Beat> beats, int bits) {
    unused(beats.payload.last());
    int beatBits = beats.payload.data().width();
    return WidthAdapter.convert(beats.map(uint(beatBits), AxiReader.Beat::data), bits);
  }
}
