package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.HdlException;
import dev.heddle.hdl.State;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.AxiReader;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.Fifo;
import dev.heddle.lib.Stream;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads vectors from card memory and writes them to consecutive places of a ring, each with the
 * exponents of its token where those are wanted.
 *
 * <pre>
 *   jobs --> chunks of at most 32 --> requests:  exponents 0 .. 31 | vectors 0 .. 31 | exponents ..
 *                  |                                                    |
 *             in flight ---------------> beats -> lines --> codes ------+--> write --> loaded
 *                                                   '-----> exponents --'
 * </pre>
 *
 * <p>A chunk is requested when the ring has room for it, or, when nothing else is in flight, as
 * much of it as there is room for; so the beats never wait, and whatever room there is gets filled
 * in the end. The exponents of a chunk are one line, which is requested before the vectors: a job
 * may start at any token, its first chunk then ends with the line.
 *
 * <p>A line passes in each cycle, as long as the vectors that leave the ring make room for the next
 * chunk before the lines in flight have come. A vector is written in the cycle after its last line,
 * and counted by {@link #loaded} one cycle later, from when on it may be read. A chunk takes 3
 * cycles to request, 2 without exponents, and a job one more.
 */
public final class VectorLoader extends Component {
  /** Bits of the exponents of a token: that of the key below that of the value. */
  public static final int EXPONENT_BITS = 16;

  /** Most vectors of a chunk, as many as a line has exponents. */
  private static final int CHUNK = MemoryLine.BITS / EXPONENT_BITS;

  private static final int INDEX_BITS = bits(CHUNK);
  private static final int CHUNKS_IN_FLIGHT = 8;

  /**
   * Consecutive vectors.
   *
   * @param address byte address of the first, a multiple of 64
   * @param exponents byte address of the exponents of its token, even; without meaning for a loader
   *     without exponents
   * @param vectors how many, also more than the ring holds
   * @param lines lines of 64 bytes of each, 1 or 2 and no more than the ring's; the elements beyond
   *     are zero
   */
  public record Job(UInt address, UInt exponents, UInt vectors, UInt lines) implements Data {
    /** Bits of the number of vectors. */
    public static final int VECTORS_BITS = 32;

    /** The type for a memory of {@code shape}. */
    public static Type<Job> of(AxiShape shape) {
      return () ->
          new Job(
              uint(shape.addressBits()).make(),
              uint(shape.addressBits()).make(),
              uint(VECTORS_BITS).make(),
              uint(2).make());
    }
  }

  /** Vectors that have been requested; the numbers are those of their exponents in the line. */
  private record Chunk(UInt first, UInt last, Bit twoLines) implements Data {
    static Type<Chunk> type() {
      return () -> new Chunk(uint(INDEX_BITS).make(), uint(INDEX_BITS).make(), bit().make());
    }
  }

  private enum Phase {
    PLAN,
    EXPONENTS,
    VECTORS
  }

  /** What is to be loaded, in this order. */
  public final Stream<Job> jobs;

  /** Ranges of card memory that are read. */
  public final Stream<AxiRequest> requests;

  /** What they hold; always taken. */
  public final Stream<AxiReader.Beat> beats;

  /** How many of the oldest vectors leave the ring in this cycle. */
  public final UInt released;

  /** Writes a vector. */
  public final Bit write;

  /** Where it is written. */
  public final UInt writePlace;

  /** Its codes, element 0 in the lowest bits, and above them its exponents if they are wanted. */
  public final UInt writeWord;

  /** Vectors that have been written, modulo twice the places of the ring. */
  public final UInt loaded;

  private final String name;
  private final int dimension;

  /**
   * A loader.
   *
   * @param memory port of the card memory, at most 512 bits wide
   * @param dimension elements of a vector in the ring, 64 or 128
   * @param places places of the ring, a power of two, at least 64
   * @param exponents whether the exponents are loaded too
   */
  public VectorLoader(AxiShape memory, int dimension, int places, boolean exponents) {
    if (dimension != GoldenHead.LINE && dimension != 2 * GoldenHead.LINE) {
      throw new HdlException("vectors of %d elements; it must be 64 or 128", dimension);
    }
    if (!isPowerOfTwo(places) || places < 2 * CHUNK) {
      throw new HdlException(
          "%d places; it must be a power of two, at least %d", places, 2 * CHUNK);
    }
    if (memory.dataBits() > MemoryLine.BITS) {
      throw new HdlException(
          "a memory port of %d bits; the widest has %d", memory.dataBits(), MemoryLine.BITS);
    }
    this.dimension = dimension;
    name =
        "VectorLoader_%dx%d_%dx%d%s"
            .formatted(
                memory.addressBits(),
                memory.dataBits(),
                places,
                dimension * 8,
                exponents ? "_exponents" : "");
    int countBits = bits(places) + 1;
    jobs = in(Stream.of(Job.of(memory)));
    requests = out(Stream.of(AxiRequest.of(memory)));
    beats = in(Stream.of(AxiReader.Beat.of(memory)));
    released = in(uint(countBits));
    write = out(bit());
    writePlace = out(uint(bits(places)));
    writeWord = out(uint(dimension * 8 + (exponents ? EXPONENT_BITS : 0)));
    loaded = out(uint(countBits));
    document("Loads vectors from card memory into a ring of " + places + " places.");
    parameter("PORT_BITS", memory.dataBits());
    parameter("DIMENSION", dimension);
    parameter("PLACES", places);

    Fifo<Chunk> chunks = inst(new Fifo<>(Chunk.type(), CHUNKS_IN_FLIGHT));
    request(chunks, memory, places, exponents);
    receive(chunks.pop, exponents);
  }

  private void request(Fifo<Chunk> chunks, AxiShape memory, int places, boolean exponents) {
    int amountBits = INDEX_BITS + 1;
    int lineOffsetBits = bits(MemoryLine.BYTES);
    State<Phase> phase = state(Phase.PLAN);
    UInt address = reg(uint(memory.addressBits()));
    UInt exponentAddress =
        exponents
            ? named("exponentAddress", reg(uint(memory.addressBits())))
            : lit(0, memory.addressBits());
    UInt left = reg(uint(Job.VECTORS_BITS), 0);
    Bit twoLines = reg(bit());
    UInt amount = reg(uint(amountBits));
    UInt room = reg(uint(loaded.width()), places);

    jobs.ready.set(phase.is(Phase.PLAN).and(left.eq(0)));

    UInt first = exponentAddress.slice(INDEX_BITS, 1);
    UInt ofLine = lit(CHUNK, amountBits).sub(first).wrap(amountBits).asUInt();
    UInt wanted = mux(left.lt(ofLine), left.wrap(amountBits), ofLine);
    Bit fits = wanted.le(room);
    UInt vectors = mux(fits, wanted, room.wrap(amountBits));
    Bit some = fits.or(chunks.level.eq(0).and(room.ne(0)));
    chunks.push.valid.set(phase.is(Phase.PLAN).and(left.ne(0)).and(some));
    Bit planned = chunks.push.fire();
    UInt last = first.wrapAdd(vectors.dec().wrap(INDEX_BITS));
    connect(chunks.push.payload, new Chunk(first, last, twoLines));
    UInt taken = mux(planned, vectors, 0);
    UInt roomAfter = room.add(released).sub(taken).wrap(room.width()).asUInt();
    room.set(roomAfter);
    check(roomAfter.le(lit(places)), "more vectors are released than were loaded");

    UInt lines = mux(twoLines, amount.shl(1), amount);
    AxiRequest ofVectors = new AxiRequest(address, MemoryLine.beats(memory, lines));
    requests.valid.set(phase.is(Phase.PLAN).not());
    if (exponents) {
      UInt line = cat(exponentAddress.shr(lineOffsetBits), lit(0, lineOffsetBits));
      AxiRequest ofExponents =
          new AxiRequest(line, lit(MemoryLine.beats(memory), AxiRequest.BEATS_BITS));
      connect(requests.payload, mux(phase.is(Phase.EXPONENTS), ofExponents, ofVectors));
    } else {
      connect(requests.payload, ofVectors);
    }

    when(
        jobs.fire(),
        () -> {
          address.set(jobs.payload.address());
          left.set(jobs.payload.vectors());
          twoLines.set(jobs.payload.lines().at(1));
          if (exponents) {
            exponentAddress.set(jobs.payload.exponents());
          }
        });
    unused(jobs.payload);
    when(
        planned,
        () -> {
          amount.set(vectors);
          left.set(left.wrapSub(vectors));
          phase.set(exponents ? Phase.EXPONENTS : Phase.VECTORS);
        });
    Bit asked = requests.fire().and(phase.is(Phase.VECTORS));
    when(
        asked,
        () -> {
          address.set(address.wrapAdd(lines.shl(lineOffsetBits)));
          phase.set(Phase.PLAN);
          if (exponents) {
            exponentAddress.set(exponentAddress.wrapAdd(amount.shl(1)));
          }
        });
    when(requests.fire().andNot(asked), () -> phase.set(Phase.VECTORS));
  }

  private void receive(Stream<Chunk> chunks, boolean exponents) {
    Stream<UInt> lines = MemoryLine.words(beats, MemoryLine.BITS);
    UInt line = lines.payload;
    lines.ready.set(true);
    check(lines.valid.not().or(chunks.valid), "a line arrives that was not requested");

    Chunk chunk = chunks.payload;
    UInt index = reg(uint(INDEX_BITS), 0);
    Bit haveExponents = exponents ? named("haveExponents", reg(bit(), 0)) : lit(true);
    Bit ofCodes = lines.valid.and(haveExponents);
    Bit second = reg(bit(), 0);
    Bit complete = second.or(chunk.twoLines().not());
    Bit vector = ofCodes.and(complete);
    Bit last = index.eq(chunk.last());
    chunks.ready.set(vector.and(last));
    when(ofCodes, () -> second.set(complete.not()));
    when(vector, () -> index.set(exponents ? index.inc() : mux(last, 0, index.inc())));

    UInt codes = codes(line, ofCodes, second);
    UInt word = exponents ? cat(exponents(lines, chunks, haveExponents, index), codes) : codes;
    unused(chunks.valid);
    unused(chunk.first());
    writeWord.set(nextWhen(vector, word));
    Bit written = next(vector, 0);
    UInt count = reg(uint(loaded.width()), 0);
    when(written, () -> count.set(count.inc()));
    write.set(written);
    writePlace.set(count.wrap(writePlace.width()));
    loaded.set(count);
  }

  /** The codes of a vector in the cycle of its last line. */
  private UInt codes(UInt line, Bit ofCodes, Bit second) {
    if (dimension == GoldenHead.LINE) {
      return line;
    }
    UInt firstLine = reg(uint(MemoryLine.BITS));
    when(ofCodes, () -> firstLine.set(line));
    return mux(second, cat(line, firstLine), line.pad(2 * MemoryLine.BITS));
  }

  /** The exponents of vector {@code index}, from the line before those of the vectors. */
  private UInt exponents(Stream<UInt> lines, Stream<Chunk> chunks, Bit haveExponents, UInt index) {
    UInt exponents = reg(uint(MemoryLine.BITS));
    when(
        lines.valid.andNot(haveExponents),
        () -> {
          exponents.set(lines.payload);
          haveExponents.set(true);
          index.set(chunks.payload.first());
        });
    when(chunks.fire(), () -> haveExponents.set(false));
    List<UInt> ofTokens = new ArrayList<>();
    for (int token : range(CHUNK)) {
      int low = token * EXPONENT_BITS;
      ofTokens.add(exponents.slice(low + EXPONENT_BITS - 1, low));
    }
    return Vec.of(ofTokens).at(index);
  }

  @Override
  protected String moduleName() {
    return name;
  }
}
