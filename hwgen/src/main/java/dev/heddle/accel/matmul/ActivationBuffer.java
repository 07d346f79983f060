package dev.heddle.accel.matmul;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.Configuration;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Mem;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;

/**
 * On-chip memory for the activation vectors of two descriptors: one half is loaded while the other
 * is used.
 *
 * <p>Codes and block exponents are read a cycle after their place is given, the largest exponent of
 * a vector in the same cycle.
 */
public final class ActivationBuffer extends Component {
  /**
   * A place in the buffer.
   *
   * @param half half of the buffer
   * @param token vector
   * @param block block of the vector
   * @param step step of the block
   */
  public record Place(Bit half, UInt token, UInt block, UInt step) implements Data {
    /** The type for {@code configuration}. */
    public static Type<Place> type(Configuration configuration) {
      return () ->
          new Place(
              bit().make(),
              uint(tokenBits(configuration)).make(),
              uint(blockBits(configuration)).make(),
              uint(bits(configuration.steps())).make());
    }
  }

  /** Place that is written. */
  public final Place writePlace;

  /** Codes of a step, written when {@link #writeCodes} is one. */
  public final UInt writtenCodes;

  /** Writes codes. */
  public final Bit writeCodes;

  /** Exponent of a block or the largest of a vector. */
  public final SInt writtenExponent;

  /** Writes the exponent of a block. */
  public final Bit writeExponent;

  /** Writes the largest exponent of a vector. */
  public final Bit writeLargest;

  /** Place that is read. */
  public final Place readPlace;

  /** Codes at the place of the cycle before. */
  public final UInt codes;

  /** Exponent of the block at the place of the cycle before. */
  public final SInt exponent;

  /** Largest exponent of the vector at the place of the cycle before. */
  public final SInt largest;

  /** Vector whose largest exponent is wanted for its results. */
  public final UInt resultToken;

  /** Half of that vector. */
  public final Bit resultHalf;

  /** Its largest exponent, in the same cycle. */
  public final SInt resultLargest;

  private final String name;

  /** The buffer of {@code configuration}. */
  public ActivationBuffer(Configuration configuration) {
    int word = configuration.columns() * DotProduct.CODE_BITS;
    int tokens = tokenBits(configuration);
    int blocks = blockBits(configuration);
    int steps = configuration.steps() == 1 ? 0 : bits(configuration.steps());
    name =
        "ActivationBuffer_%dx%dx%d"
            .formatted(configuration.maxTokens(), configuration.maxBlocks(), word);
    writePlace = in(Place.type(configuration));
    writtenCodes = in(uint(word));
    writeCodes = in(bit());
    writtenExponent = in(sint(DotProduct.CODE_BITS));
    writeExponent = in(bit());
    writeLargest = in(bit());
    readPlace = in(Place.type(configuration));
    codes = out(uint(word));
    exponent = out(sint(DotProduct.CODE_BITS));
    largest = out(sint(DotProduct.CODE_BITS));
    resultToken = in(uint(tokens));
    resultHalf = in(bit());
    resultLargest = out(sint(DotProduct.CODE_BITS));
    document("Activation vectors of two descriptors: codes and exponents.");
    parameter("TOKENS", configuration.maxTokens());
    parameter("BLOCKS", configuration.maxBlocks());

    Mem<UInt> words = mem(uint(word), 2 << (tokens + blocks + steps));
    when(writeCodes, () -> words.write(wordAddress(writePlace, configuration), writtenCodes));
    UInt wordRead = words.readSync(wordAddress(readPlace, configuration));
    codes.set(wordRead);

    Mem<SInt> exponents = mem(sint(DotProduct.CODE_BITS), 2 << (tokens + blocks));
    when(writeExponent, () -> exponents.write(blockAddress(writePlace), writtenExponent));
    SInt exponentRead = exponents.readSync(blockAddress(readPlace));
    exponent.set(exponentRead);

    Mem<SInt> largestOf = mem(sint(DotProduct.CODE_BITS), 2 << tokens);
    when(
        writeLargest,
        () -> largestOf.write(cat(writePlace.half(), writePlace.token()), writtenExponent));
    SInt largestRead = next(largestOf.read(cat(readPlace.half(), readPlace.token())));
    largest.set(largestRead);
    resultLargest.set(largestOf.read(cat(resultHalf, resultToken)));
    if (configuration.steps() == 1) {
      unused(writePlace.step());
      unused(readPlace.step());
    }
  }

  private static UInt wordAddress(Place place, Configuration configuration) {
    UInt block = blockAddress(place);
    return configuration.steps() == 1 ? block : cat(block, place.step());
  }

  private static UInt blockAddress(Place place) {
    return cat(place.half(), place.token(), place.block());
  }

  /** Bits of a token's number. */
  static int tokenBits(Configuration configuration) {
    return bits(configuration.maxTokens());
  }

  /** Bits of a block's number. */
  static int blockBits(Configuration configuration) {
    return bits(configuration.maxBlocks());
  }

  @Override
  protected String moduleName() {
    return name;
  }
}
