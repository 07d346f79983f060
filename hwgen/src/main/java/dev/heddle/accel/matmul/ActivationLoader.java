package dev.heddle.accel.matmul;

import static dev.heddle.accel.command.StructureBits.field;
import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.CardMemory;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.ActivationImage;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.isa.Operation;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.AxiReader;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.Stream;
import dev.heddle.lib.WidthAdapter;
import java.util.ArrayList;
import java.util.List;

/**
 * Executes {@link Operation#LOAD}: reads vector images ({@link ActivationImage}) and writes codes,
 * block exponents and the largest exponent of each into the activation buffer.
 *
 * <p>Codes pass at the rate of the port or one step a cycle, whichever is less; exponents one a
 * cycle.
 */
public final class ActivationLoader extends Component {
  private static final int ALIGNED_BLOCKS = ActivationImage.ALIGNMENT / WeightFormat.BLOCK;

  /** Descriptors; taken when the loader is idle. */
  public final Stream<UInt> command;

  /** One in the last cycle of a descriptor. */
  public final Bit done;

  /** Ranges of card memory that are read. */
  public final Stream<AxiRequest> requests;

  /** What they hold. */
  public final Stream<AxiReader.Beat> beats;

  /** Place in the buffer that is written. */
  public final ActivationBuffer.Place place;

  /** Codes of a step. */
  public final UInt codes;

  /** Whether {@link #codes} are written. */
  public final Bit writeCodes;

  /** An exponent. */
  public final SInt exponent;

  /** Whether {@link #exponent} is written as that of a block. */
  public final Bit writeExponent;

  /** Whether {@link #exponent} is written as the largest of its vector. */
  public final Bit writeLargest;

  /** The loader of {@code configuration}. */
  public ActivationLoader(Configuration configuration) {
    AxiShape shape = CardMemory.master(configuration);
    int steps = configuration.steps();
    int columns = configuration.columns();
    int countBits = bits(configuration.maxBlocks() + 1);
    command = in(Stream.of(uint(Operation.BYTES * 8)));
    done = out(bit());
    requests = out(Stream.of(AxiRequest.of(shape)));
    beats = in(Stream.of(AxiReader.Beat.of(shape)));
    place = out(ActivationBuffer.Place.type(configuration));
    codes = out(uint(columns * DotProduct.CODE_BITS));
    writeCodes = out(bit());
    exponent = out(sint(DotProduct.CODE_BITS));
    writeExponent = out(bit());
    writeLargest = out(bit());
    document("Loads activation vectors from card memory into the activation buffer.");
    parameter("PORT_BITS", configuration.portBits());
    parameter("COLUMNS", configuration.columns());
    parameter("TOKENS", configuration.maxTokens());
    parameter("BLOCKS", configuration.maxBlocks());

    Bit running = reg(bit(), 0);
    UInt source = reg(uint(CardMemory.ADDRESS_BITS));
    UInt stride = reg(uint(32));
    UInt blocks = reg(uint(countBits));
    UInt lastToken = reg(uint(ActivationBuffer.tokenBits(configuration)));
    Bit half = reg(bit());
    Bit asking = reg(bit(), 0);
    UInt asked = reg(uint(lastToken.width()));
    UInt token = reg(uint(lastToken.width()));

    UInt descriptor = command.payload;
    command.ready.set(running.not());
    when(
        command.fire(),
        () -> {
          running.set(true);
          asking.set(true);
          asked.set(0);
          token.set(0);
          source.set(operand(descriptor, "source").wrap(CardMemory.ADDRESS_BITS));
          stride.set(operand(descriptor, "stride"));
          blocks.set(operand(descriptor, "blocks").wrap(countBits));
          lastToken.set(operand(descriptor, "tokens").dec().wrap(lastToken.width()));
          half.set(operand(descriptor, "buffer").at(0));
        });
    unused(descriptor);

    // One request for each vector: its codes and its exponents, both padded to 64 bytes.
    int beatsPerLine = ActivationImage.ALIGNMENT / shape.bytes();
    UInt codeLines = blocks.add(ALIGNED_BLOCKS - 1).shr(bits(ALIGNED_BLOCKS));
    UInt exponentLines = blocks.add(ActivationImage.ALIGNMENT).shr(bits(ActivationImage.ALIGNMENT));
    UInt lines = codeLines.add(exponentLines);
    UInt vectorBeats = lines.shl(Integer.numberOfTrailingZeros(beatsPerLine));
    requests.valid.set(asking);
    connect(requests.payload, new AxiRequest(source, vectorBeats.pad(AxiRequest.BEATS_BITS)));
    when(
        requests.fire(),
        () -> {
          source.set(source.wrapAdd(stride));
          asked.set(asked.inc());
          when(asked.eq(lastToken), () -> asking.set(false));
        });

    Stream<UInt> data = beats.map(uint(shape.dataBits()), AxiReader.Beat::data);
    unused(beats.payload.last());
    Stream<UInt> words = WidthAdapter.convert(data, columns * DotProduct.CODE_BITS);

    // Code words first, those beyond the last block are padding; then the exponents, byte by byte.
    int wordsPerLine = ActivationImage.ALIGNMENT / columns;
    int wordBits = countBits + bits(steps) + 1;
    UInt codeWord = reg(uint(wordBits), 0);
    // Known a cycle after the command, and the first beat comes later than that.
    UInt codeWords =
        next(
            codeLines
                .shl(Integer.numberOfTrailingZeros(wordsPerLine))
                .pad(wordBits)
                .wrap(wordBits));
    UInt usedWords = blocks.shl(Integer.numberOfTrailingZeros(steps)).pad(wordBits).wrap(wordBits);
    Bit inCodes = codeWord.ne(codeWords);
    UInt exponentCount = reg(uint(bits(configuration.maxBlocks() + 2)), 0);
    UInt exponentWords = exponentLines.shl(Integer.numberOfTrailingZeros(wordsPerLine));
    UInt exponentWord = reg(uint(exponentWords.width()), 0);
    UInt lane = reg(uint(bits(columns)), 0);

    Bit complete = exponentCount.gt(blocks);
    Bit lastByte = lane.eq(columns - 1);
    Bit takeWord = inCodes.or(lastByte).or(complete);
    words.ready.set(takeWord);
    Bit exponentTaken = words.valid.and(inCodes.not()).andNot(complete);
    when(words.fire().and(inCodes), () -> codeWord.set(codeWord.inc()));
    when(
        exponentTaken,
        () -> {
          lane.set(lane.inc());
          exponentCount.set(exponentCount.inc());
        });
    UInt lastExponentWord = next(exponentWords.dec().wrap(exponentWord.width()));
    Bit lastWord = exponentWord.eq(lastExponentWord);
    Bit vectorDone = words.fire().and(inCodes.not()).and(lastWord);
    Bit exponentWordTaken = words.fire().and(inCodes.not());
    when(exponentWordTaken, () -> exponentWord.set(exponentWord.inc()));
    Bit lastVector = vectorDone.and(token.eq(lastToken));
    when(
        vectorDone,
        () -> {
          codeWord.set(0);
          exponentCount.set(0);
          exponentWord.set(0);
          lane.set(0);
          token.set(token.inc());
        });
    when(lastVector, () -> running.set(false));
    done.set(lastVector);

    UInt block = mux(inCodes, codeWord.shr(Integer.numberOfTrailingZeros(steps)), exponentCount);
    int blockBits = ActivationBuffer.blockBits(configuration);
    UInt step =
        steps == 1 ? lit(0, 1) : codeWord.slice(Integer.numberOfTrailingZeros(steps) - 1, 0);
    connect(place, new ActivationBuffer.Place(half, token, block.wrap(blockBits), step));
    codes.set(words.payload);
    writeCodes.set(words.fire().and(inCodes).and(codeWord.lt(usedWords)));
    List<SInt> bytes = new ArrayList<>();
    for (int i = 0; i < columns; i++) {
      bytes.add(DotProduct.code(words.payload, i));
    }
    exponent.set(Vec.of(bytes).at(lane));
    writeExponent.set(exponentTaken.and(exponentCount.lt(blocks)));
    writeLargest.set(exponentTaken.and(exponentCount.eq(blocks)));
  }

  private static UInt operand(UInt descriptor, String name) {
    return field(descriptor, Operation.LOAD.operand(name));
  }
}
