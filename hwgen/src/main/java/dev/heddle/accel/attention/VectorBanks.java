package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.HdlException;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.Stream;
import java.util.ArrayList;
import java.util.List;

/**
 * Vectors on chip in banks of block memory, read by all lanes at once through a crossbar.
 *
 * <pre>
 *   cycle   0         1                          2                   3
 *   steps ----> held -----> bank 0 .. banks-1 -----> word of each --> out
 *                ^  which lane reads what  |         lane selected
 *                '-- lanes not served -----'
 *   write -----------------> bank of its place
 * </pre>
 *
 * <p>The bank of a place is its lowest bits. Lanes of a step that want the same place share one
 * read. Different places of one bank take a cycle each, that of the lowest lane first; a step
 * therefore takes as many cycles as the most different places in one bank, and at least one. A step
 * leaves, 3 cycles after it came or later, when all its lanes are served; the steps keep their
 * order. While {@code out} waits the whole pipeline waits.
 *
 * <p>A vector that is written can be read by steps that are taken in the next cycle. A place must
 * not be written between the cycle in which a step that wants it is taken and the cycle in which
 * the step leaves.
 *
 * @param <M> what travels with a step
 */
public final class VectorBanks<M extends Data> extends Component {
  /**
   * What a lane wants of a step.
   *
   * @param wanted whether it wants a vector
   * @param place where the vector is
   */
  public record Read(Bit wanted, UInt place) implements Data {}

  /**
   * The reads of a step.
   *
   * @param reads one for each lane
   * @param meta what travels with the step
   */
  public record Reads<M extends Data>(Vec<Read> reads, M meta) implements Data {
    /** The type for {@code lanes} lanes and {@code places} places, a power of two. */
    public static <M extends Data> Type<Reads<M>> of(int lanes, int places, Type<M> meta) {
      Type<Read> read = () -> new Read(bit().make(), uint(bits(places)).make());
      return () -> new Reads<>(vec(lanes, read).make(), meta.make());
    }
  }

  /**
   * The vectors of a step.
   *
   * @param words one for each lane; without meaning for lanes that wanted none
   * @param meta what came with the step
   */
  public record Words<M extends Data>(Vec<UInt> words, M meta) implements Data {
    /** The type for {@code lanes} lanes and vectors of {@code wordBits} bits. */
    public static <M extends Data> Type<Words<M>> of(int lanes, int wordBits, Type<M> meta) {
      return () -> new Words<>(vec(lanes, uint(wordBits)).make(), meta.make());
    }
  }

  /** What is read. */
  public final Stream<Reads<M>> steps;

  /** What was read, in the same order. */
  public final Stream<Words<M>> out;

  /** One in each cycle after which a step needs another. */
  public final Bit conflict;

  /** Writes a vector. */
  public final Bit write;

  /** Where it is written. */
  public final UInt writePlace;

  /** What is written. */
  public final UInt writeWord;

  private final String name;

  /**
   * Banks for vectors.
   *
   * @param lanes readers
   * @param banks banks, a power of two, at least 2
   * @param places vectors in all banks together, a power of two, at least {@code 2 * banks}
   * @param wordBits bits of a vector
   * @param meta what travels with a step
   */
  public VectorBanks(int lanes, int banks, int places, int wordBits, Type<M> meta) {
    if (!isPowerOfTwo(banks) || !isPowerOfTwo(places) || banks < 2 || places < 2 * banks) {
      throw new HdlException(
          "%d places in %d banks; both must be powers of two, with at least 2 banks of 2 places",
          places, banks);
    }
    int bankBits = bits(banks);
    int placeBits = bits(places);
    name =
        "VectorBanks_%dx%dx%dx%d_m%d"
            .formatted(lanes, banks, places / banks, wordBits, meta.width());
    steps = in(Stream.of(Reads.of(lanes, places, meta)));
    out = out(Stream.of(Words.of(lanes, wordBits, meta)));
    conflict = out(bit());
    write = in(bit());
    writePlace = in(uint(placeBits));
    writeWord = in(uint(wordBits));
    document("Vectors in banks of block memory; lanes that want the same vector share its read.");
    parameter("LANES", lanes);
    parameter("BANKS", banks);
    parameter("PLACES", places);
    parameter("WORD_BITS", wordBits);

    // The step whose vectors are read.
    Bit held = reg(bit(), 0);
    Vec<Bit> pending = regs(lanes, bit());
    Vec<UInt> wantedPlaces = regs(lanes, uint(placeBits));
    M heldMeta = reg(meta);

    // Behind the memories: lanes for which a word has been read, and whether it is the last.
    Vec<Bit> fetched = regs(lanes, bit(), 0);
    Vec<UInt> fetchedBank = regs(lanes, uint(bankBits));
    Bit complete = reg(bit(), 0);
    M fetchedMeta = reg(meta);

    Bit offered = reg(bit(), 0);
    Vec<UInt> words = regs(lanes, uint(wordBits));
    M offeredMeta = reg(meta);
    Bit advance = out.ready.or(offered.not());

    List<VectorBank> memories = new ArrayList<>();
    for (int bank : range(banks)) {
      VectorBank memory = inst("bank_" + bank, new VectorBank(lanes, places / banks, wordBits));
      for (int lane : range(lanes)) {
        UInt place = wantedPlaces.get(lane);
        Bit here = place.wrap(bankBits).eq(bank);
        memory.wanted.get(lane).set(held.and(pending.get(lane)).and(here));
        memory.addresses.get(lane).set(place.slice(placeBits - 1, bankBits));
      }
      memory.read.set(advance);
      memory.write.set(write.and(writePlace.wrap(bankBits).eq(bank)));
      memory.writeAddress.set(writePlace.slice(placeBits - 1, bankBits));
      memory.writeWord.set(writeWord);
      memories.add(memory);
    }

    List<Bit> served = new ArrayList<>();
    List<Bit> left = new ArrayList<>();
    for (int lane : range(lanes)) {
      List<Bit> byBank = memories.stream().map(memory -> memory.served.get(lane)).toList();
      served.add(named("served_" + lane, reduce(byBank, Bit::or)));
      left.add(pending.get(lane).andNot(served.get(lane)));
    }
    for (int lane : range(lanes)) {
      check(
          write.and(advance).and(served.get(lane)).and(wantedPlaces.get(lane).eq(writePlace)).not(),
          "a vector is read while it is written");
    }
    Bit more = held.and(reduce(left, Bit::or));
    steps.ready.set(held.not().or(advance.andNot(more)));
    conflict.set(more.and(advance));
    when(
            steps.fire(),
            () -> {
              held.set(true);
              for (int lane : range(lanes)) {
                Read read = steps.payload.reads().get(lane);
                pending.get(lane).set(read.wanted());
                wantedPlaces.get(lane).set(read.place());
              }
              connect(heldMeta, steps.payload.meta());
            })
        .elseWhen(
            advance,
            () -> {
              held.set(more);
              for (int lane : range(lanes)) {
                pending.get(lane).set(left.get(lane));
              }
            });

    Vec<UInt> banksRead = Vec.of(memories.stream().map(memory -> memory.word).toList());
    when(
        advance,
        () -> {
          complete.set(held.andNot(more));
          when(held, () -> connect(fetchedMeta, heldMeta));
          offered.set(complete);
          when(complete, () -> connect(offeredMeta, fetchedMeta));
          for (int lane : range(lanes)) {
            fetched.get(lane).set(served.get(lane));
            fetchedBank.get(lane).set(wantedPlaces.get(lane).wrap(bankBits));
            UInt selected = banksRead.at(fetchedBank.get(lane));
            when(fetched.get(lane), () -> words.get(lane).set(selected));
          }
        });
    out.valid.set(offered);
    connect(out.payload, new Words<>(words, offeredMeta));
  }

  @Override
  protected String moduleName() {
    return name;
  }
}
