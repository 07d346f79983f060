package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Mem;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import java.util.ArrayList;
import java.util.List;

/**
 * One bank of vectors: a block memory with one read a cycle, which goes to the lowest lane that
 * wants a word of the bank and to all other lanes that want the same word.
 *
 * <p>{@link #served} follows in the same cycle, {@link #word} one cycle later.
 */
public final class VectorBank extends Component {
  /** The address of the lowest lane that wants a word. */
  private record Choice(Bit any, UInt address) implements Data {}

  /** For each lane whether it wants a word of this bank. */
  public final Vec<Bit> wanted;

  /** For each lane the address in the bank. */
  public final Vec<UInt> addresses;

  /** Reads what is wanted; while it is zero {@link #word} stays. */
  public final Bit read;

  /** For each lane whether the word that is read is the one it wants. */
  public final Vec<Bit> served;

  /** The word of the last cycle with {@link #read} in which a lane wanted one. */
  public final UInt word;

  /** Writes a word. */
  public final Bit write;

  /** Where it is written. */
  public final UInt writeAddress;

  /** What is written. */
  public final UInt writeWord;

  private final String name;

  /** A bank of {@code words} words of {@code wordBits} bits for {@code lanes} lanes. */
  public VectorBank(int lanes, int words, int wordBits) {
    name = "VectorBank_%dx%dx%d".formatted(lanes, words, wordBits);
    wanted = in(vec(lanes, bit()));
    addresses = in(vec(lanes, uint(bits(words))));
    read = in(bit());
    served = out(vec(lanes, bit()));
    word = out(uint(wordBits));
    write = in(bit());
    writeAddress = in(uint(bits(words)));
    writeWord = in(uint(wordBits));
    document("One bank of vectors; lanes that want the same word share its read.");
    parameter("LANES", lanes);
    parameter("WORDS", words);
    parameter("WORD_BITS", wordBits);

    List<Choice> choices = new ArrayList<>();
    for (int lane : range(lanes)) {
      choices.add(new Choice(wanted.get(lane), addresses.get(lane)));
    }
    Choice chosen = reduce(choices, VectorBank::first);
    UInt address = chosen.address();
    for (int lane : range(lanes)) {
      served.get(lane).set(wanted.get(lane).and(addresses.get(lane).eq(address)));
    }
    Mem<UInt> vectors = mem(uint(wordBits), words);
    UInt vector = vectors.readSync(address, read.and(chosen.any()));
    word.set(vector);
    when(write, () -> vectors.write(writeAddress, writeWord));
  }

  private static Choice first(Choice lower, Choice higher) {
    return new Choice(
        lower.any().or(higher.any()), mux(lower.any(), lower.address(), higher.address()));
  }

  @Override
  protected String moduleName() {
    return name;
  }
}
