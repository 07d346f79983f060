package dev.heddle.accel.compact;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.ActivationImage;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Mem;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import java.util.ArrayList;
import java.util.List;

/**
 * The activation vectors of two halves, as they lie in card memory ({@link ActivationImage}): lines
 * of codes, then lines of exponents, of which the largest is one more.
 *
 * <p>A beat is half a step of codes. What is read comes a cycle after its place.
 */
final class ActivationLines extends Component {
  private static final int CODE_BITS = 8;

  /** Vector, with the half above the token, that is written. */
  final UInt writtenVector;

  /** Which beat of its codes or of its exponents is written. */
  final UInt writtenBeat;

  /** The beat. */
  final UInt written;

  /** Writes codes. */
  final Bit writeCodes;

  /** Writes exponents. */
  final Bit writeExponents;

  /** Vector that is read. */
  final UInt vector;

  /** Which step of it, with the block above the step. */
  final UInt step;

  /** Which exponent of it: that of a block, or behind them the largest. */
  final UInt exponentIndex;

  /** Codes of the step. */
  final UInt codes;

  /** The exponent. */
  final SInt exponent;

  private final String name;

  /** The vectors of {@code configuration}. */
  ActivationLines(Configuration configuration) {
    int portBits = configuration.portBits();
    int vectorBits = vectorBits(configuration);
    int stepBits = stepBits(configuration);
    int exponentBits = exponentBits(configuration);
    name =
        "ActivationLines_%dx%dx%d"
            .formatted(configuration.maxTokens(), configuration.maxBlocks(), portBits);
    writtenVector = in(uint(vectorBits));
    writtenBeat = in(uint(stepBits + 1));
    written = in(uint(portBits));
    writeCodes = in(bit());
    writeExponents = in(bit());
    vector = in(uint(vectorBits));
    step = in(uint(stepBits));
    exponentIndex = in(uint(exponentBits));
    codes = out(uint(2 * portBits));
    exponent = out(sint(CODE_BITS));
    document("Activation vectors, as they lie in card memory.");
    parameter("TOKENS", configuration.maxTokens());
    parameter("BLOCKS", configuration.maxBlocks());
    parameter("PORT_BITS", portBits);

    UInt writtenStep = cat(writtenVector, writtenBeat.shr(1));
    UInt readStep = cat(vector, step);
    Bit odd = writtenBeat.at(0);
    Mem<UInt> evenBeats = mem(uint(portBits), 1 << (vectorBits + stepBits));
    Mem<UInt> oddBeats = mem(uint(portBits), 1 << (vectorBits + stepBits));
    when(writeCodes.andNot(odd), () -> evenBeats.write(writtenStep, written));
    when(writeCodes.and(odd), () -> oddBeats.write(writtenStep, written));
    // Nothing is read while vectors are written; said so that synthesis sees it.
    UInt low = evenBeats.readSync(readStep, writeCodes.not());
    UInt high = oddBeats.readSync(readStep, writeCodes.not());
    codes.set(cat(high, low));

    int exponentsOfBeat = portBits / CODE_BITS;
    int selectBits = bits(exponentsOfBeat);
    int beatBits = exponentBits - selectBits;
    Mem<UInt> exponents = mem(uint(portBits), 1 << (vectorBits + beatBits));
    when(
        writeExponents,
        () -> exponents.write(cat(writtenVector, writtenBeat.wrap(beatBits)), written));
    UInt beat =
        exponents.readSync(cat(vector, exponentIndex.shr(selectBits)), writeExponents.not());
    UInt select = next(exponentIndex.wrap(selectBits));
    List<SInt> bytes = new ArrayList<>();
    for (int i : range(exponentsOfBeat)) {
      bytes.add(beat.slice(CODE_BITS * i + CODE_BITS - 1, CODE_BITS * i).asSInt());
    }
    exponent.set(Vec.of(bytes).at(select));
  }

  /** Bits of a vector's number: its half above its token. */
  static int vectorBits(Configuration configuration) {
    return 1 + bits(configuration.maxTokens());
  }

  /** Bits of a step's number in its vector. */
  static int stepBits(Configuration configuration) {
    return bits(configuration.maxBlocks()) + bits(configuration.steps());
  }

  /** Bits of an exponent's number in whole lines of them. */
  static int exponentBits(Configuration configuration) {
    int lines = configuration.maxBlocks() / ActivationImage.ALIGNMENT + 1;
    return bits((long) lines * ActivationImage.ALIGNMENT);
  }

  @Override
  protected String moduleName() {
    return name;
  }
}
