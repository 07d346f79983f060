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
 * <p>A step of codes is a beat, a few, or a part of one. What is read comes a cycle after its
 * place.
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
    writtenBeat = in(uint(beatBits(configuration)));
    written = in(uint(portBits));
    writeCodes = in(bit());
    writeExponents = in(bit());
    vector = in(uint(vectorBits));
    step = in(uint(stepBits));
    exponentIndex = in(uint(exponentBits));
    codes = out(uint(CODE_BITS * configuration.columns()));
    exponent = out(sint(CODE_BITS));
    document("Activation vectors, as they lie in card memory.");
    parameter("TOKENS", configuration.maxTokens());
    parameter("BLOCKS", configuration.maxBlocks());
    parameter("PORT_BITS", portBits);

    int codesOfStep = CODE_BITS * configuration.columns();
    int beatsOfStep = Math.max(1, codesOfStep / portBits);
    int stepsOfBeat = Math.max(1, portBits / codesOfStep);
    int placeBits = stepBits - log2(stepsOfBeat);
    UInt writtenPlace = cat(writtenVector, writtenBeat.shr(log2(beatsOfStep)));
    UInt readPlace = cat(vector, step.shr(log2(stepsOfBeat)));
    List<UInt> beats = new ArrayList<>();
    for (int i : range(beatsOfStep)) {
      Mem<UInt> place = mem(uint(portBits), 1 << (vectorBits + placeBits));
      Bit mine = beatsOfStep == 1 ? lit(true) : writtenBeat.wrap(log2(beatsOfStep)).eq(i);
      when(writeCodes.and(mine), () -> place.write(writtenPlace, written));
      // Nothing is read while vectors are written; said so that synthesis sees it.
      beats.add(0, place.readSync(readPlace, writeCodes.not()));
    }
    codes.set(part(cat(beats), codesOfStep, step));

    int exponentsOfBeat = portBits / CODE_BITS;
    int selectBits = log2(exponentsOfBeat);
    int lineBits = exponentBits - selectBits;
    Mem<UInt> exponents = blockMem(uint(portBits), 1 << (vectorBits + lineBits));
    when(
        writeExponents,
        () -> exponents.write(cat(writtenVector, writtenBeat.wrap(lineBits)), written));
    UInt beat =
        exponents.readSync(cat(vector, exponentIndex.shr(selectBits)), writeExponents.not());
    exponent.set(part(beat, CODE_BITS, exponentIndex).asSInt());
  }

  /** The part of {@code width} bits with this index, told a cycle earlier, of a beat's parts. */
  private UInt part(UInt beat, int width, UInt index) {
    if (beat.width() == width) {
      return beat;
    }
    List<UInt> parts = new ArrayList<>();
    for (int low = 0; low < beat.width(); low += width) {
      parts.add(beat.slice(low + width - 1, low));
    }
    UInt select = next(index.wrap(log2(parts.size())));
    return Vec.of(parts).at(select);
  }

  /** Bits of a vector's number: its half above its token. */
  static int vectorBits(Configuration configuration) {
    return 1 + bits(configuration.maxTokens());
  }

  /** Bits of a step's number in its vector. */
  static int stepBits(Configuration configuration) {
    return bits(configuration.maxBlocks()) + bits(configuration.steps());
  }

  /** Bits of a beat's number in the codes of a vector. */
  static int beatBits(Configuration configuration) {
    int stepBeats = CODE_BITS * configuration.columns();
    return stepBits(configuration) + log2(stepBeats) - log2(configuration.portBits());
  }

  /** Bits of an exponent's number in whole lines of them. */
  static int exponentBits(Configuration configuration) {
    int lines = configuration.maxBlocks() / ActivationImage.ALIGNMENT + 1;
    return bits((long) lines * ActivationImage.ALIGNMENT);
  }

  private static int log2(int powerOfTwo) {
    return Integer.numberOfTrailingZeros(powerOfTwo);
  }

  @Override
  protected String moduleName() {
    return name;
  }
}
