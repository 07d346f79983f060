package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.bits;
import static dev.heddle.hdl.Hdl.cat;
import static dev.heddle.hdl.Hdl.connect;
import static dev.heddle.hdl.Hdl.uint;
import static dev.heddle.hdl.Hdl.when;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.HdlException;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import java.util.stream.IntStream;

/**
 * A stream of words of another width, the same bits in little-endian order: the first narrow word
 * is the lowest part of the wide word. One width is a multiple of the other.
 *
 * <p>Latency 0 cycles: the first part leaves in the cycle in which its wide word comes, the wide
 * word in the cycle in which its last part comes. The narrow side passes a word in every cycle.
 *
 * <pre>
 *   clk             _/~\_/~\_/~\_/~\_
 *   wide to narrow  &lt; BA    &gt;&lt; DC    &gt;  in
 *                   &lt; A &gt;&lt; B &gt;&lt; C &gt;&lt; D &gt;  out
 *   narrow to wide  &lt; A &gt;&lt; B &gt;&lt; C &gt;&lt; D &gt;  in
 *                   -----&lt; BA&gt;-----&lt; DC&gt;  out
 * </pre>
 */
public final class WidthAdapter extends Component {
  private final int from;
  private final int to;

  /** Words of the first width. */
  public final Stream<UInt> in;

  /** Words of the second width. */
  public final Stream<UInt> out;

  /** Makes words of {@code to} bits of words of {@code from} bits. */
  public WidthAdapter(int from, int to) {
    if (from < 1 || to < 1 || Math.max(from, to) % Math.min(from, to) != 0) {
      throw new HdlException(
          "words of %d bits cannot become words of %d bits: one width must divide the other",
          from, to);
    }
    this.from = from;
    this.to = to;
    document("Words of " + from + " bits to words of " + to + " bits, the lowest part first.");
    in = in(Stream.of(uint(from)));
    out = out(Stream.of(uint(to)));
    if (from == to) {
      connect(out, in);
    } else if (from > to) {
      split(from / to);
    } else {
      gather(to / from);
    }
  }

  /** The stream with words of {@code width} bits, in the component that owns it. */
  public static Stream<UInt> convert(Stream<UInt> words, int width) {
    if (words.payload.width() == width) {
      return words;
    }
    Component owner = Component.of(words.valid);
    WidthAdapter adapter = owner.inst(new WidthAdapter(words.payload.width(), width));
    connect(adapter.in, words);
    return adapter.out;
  }

  private void split(int ratio) {
    UInt index = reg(uint(bits(ratio)), 0);
    Bit last = index.eq(ratio - 1);
    Vec<UInt> parts =
        Vec.of(
            IntStream.range(0, ratio)
                .mapToObj(i -> in.payload.slice(to * i + to - 1, to * i))
                .toList());
    out.valid.set(in.valid);
    out.payload.set(parts.at(index));
    in.ready.set(out.ready.and(last));
    when(out.fire(), () -> index.set(Fifo.successor(index, ratio)));
  }

  private void gather(int ratio) {
    int kept = from * (ratio - 1);
    UInt index = reg(uint(bits(ratio)), 0);
    UInt parts = reg(uint(kept));
    Bit last = index.eq(ratio - 1);
    UInt word = cat(in.payload, parts);
    out.valid.set(in.valid.and(last));
    out.payload.set(word);
    in.ready.set(out.ready.or(last.not()));
    when(
        in.fire(),
        () -> {
          index.set(Fifo.successor(index, ratio));
          parts.set(word.slice(to - 1, from));
        });
  }

  @Override
  protected String moduleName() {
    return "WidthAdapter_" + from + "to" + to;
  }
}
