package dev.heddle.host.model;

/**
 * The hyperparameters of a Llama model.
 *
 * @param layers transformer blocks
 * @param width elements of the residual stream
 * @param heads query heads
 * @param kvHeads key and value heads; {@code heads / kvHeads} query heads share one
 * @param headDimension elements of a head, even
 * @param ffn elements between the matrices of a feed-forward block
 * @param vocabulary tokens
 * @param context longest sequence the model was made for, in tokens
 * @param normEpsilon added to the mean square in RMSNorm
 * @param ropeBase base of the rotary frequencies
 * @param ropeScale positions are divided by this; 1 unless the file asks for linear scaling
 * @param ropePairing which elements are turned together
 * @param tiedOutput whether the token embedding is also the output matrix
 */
public record LlamaShape(
    int layers,
    int width,
    int heads,
    int kvHeads,
    int headDimension,
    int ffn,
    int vocabulary,
    int context,
    float normEpsilon,
    float ropeBase,
    float ropeScale,
    RopePairing ropePairing,
    boolean tiedOutput) {

  /**
   * The greatest value of a dimension; a product of two fits in an {@code int}-indexed byte count.
   */
  static final int MAX_DIMENSION = 1 << 24;

  /** A shape; values that cannot belong together are an {@link IllegalArgumentException}. */
  public LlamaShape {
    checkRange("layer count", layers, 1 << 16);
    checkRange("width", width, MAX_DIMENSION);
    checkRange("head count", heads, 1 << 16);
    checkRange("KV head count", kvHeads, 1 << 16);
    checkRange("head dimension", headDimension, 1 << 16);
    checkRange("feed-forward width", ffn, MAX_DIMENSION);
    checkRange("vocabulary", vocabulary, MAX_DIMENSION);
    checkRange("context", context, 1 << 30);
    require(heads % kvHeads == 0, heads + " heads cannot share " + kvHeads + " KV heads evenly");
    require(headDimension % 2 == 0, "the head dimension " + headDimension + " is odd");
    require(
        (long) heads * headDimension <= MAX_DIMENSION,
        heads + " heads of " + headDimension + " elements are more than " + MAX_DIMENSION);
    require(
        normEpsilon >= 0 && normEpsilon < 1,
        "the norm epsilon " + normEpsilon + " is not in [0, 1)");
    require(
        ropeBase > 0 && Float.isFinite(ropeBase), "the RoPE base " + ropeBase + " is not positive");
    require(
        ropeScale > 0 && Float.isFinite(ropeScale),
        "the RoPE scale " + ropeScale + " is not positive");
  }

  private static void checkRange(String name, int value, int max) {
    require(value >= 1 && value <= max, "the " + name + " is " + value + ", not in 1 to " + max);
  }

  private static void require(boolean condition, String problem) {
    if (!condition) {
      throw new IllegalArgumentException(problem);
    }
  }

  /** Query heads that share a KV head. */
  public int group() {
    return heads / kvHeads;
  }

  /** Elements of all query heads of a token. */
  public int queryWidth() {
    return heads * headDimension;
  }

  /** Elements of all key heads (or value heads) of a token. */
  public int kvWidth() {
    return kvHeads * headDimension;
  }
}
