package dev.heddle.accel.format;

/**
 * Rotary position embedding: pairs of elements turned by an angle that grows with the position.
 *
 * <pre>
 *   a' = a*cos - b*sin        two fp32 products and one fp32 sum each
 *   b' = a*sin + b*cos
 *
 *   INTERLEAVED   pair i is elements 2i and 2i+1
 *   HALF_SPLIT    pair i is elements i and i + dimensions/2
 * </pre>
 *
 * The sines and cosines are fp32 tables that the host computes in double precision ({@link
 * StrictMath}, so that every machine gets the same). Error of an element: at most {@code 2^-22 *
 * (|a| + |b|)}. Elements from {@code dimensions} on stay as they are.
 */
public final class Rope {
  /** Which elements make a pair. */
  public enum Pairing {
    INTERLEAVED,
    HALF_SPLIT
  }

  private final Pairing pairing;
  private final double[] frequencies;

  /**
   * A rotation with the given frequencies.
   *
   * @param frequencies angle of each pair for one position, in radians
   */
  public Rope(Pairing pairing, double[] frequencies) {
    this.pairing = pairing;
    this.frequencies = frequencies.clone();
  }

  /**
   * The usual rotation: pair i turns by {@code base^(-2i/dimensions)} for each position.
   *
   * @param dimensions elements that are rotated, an even number
   */
  public static Rope of(Pairing pairing, int dimensions, double base) {
    if (dimensions < 2 || dimensions % 2 != 0) {
      throw new IllegalArgumentException(
          "a rotation of %d elements; it takes pairs".formatted(dimensions));
    }
    double[] frequencies = new double[dimensions / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = StrictMath.pow(base, -2.0 * i / dimensions);
    }
    return new Rope(pairing, frequencies);
  }

  /** Elements that are rotated. */
  public int dimensions() {
    return 2 * frequencies.length;
  }

  /** The table of one position, for every head of that token. */
  public Angles at(int position) {
    float[] cosine = new float[frequencies.length];
    float[] sine = new float[frequencies.length];
    for (int i = 0; i < frequencies.length; i++) {
      cosine[i] = (float) StrictMath.cos(position * frequencies[i]);
      sine[i] = (float) StrictMath.sin(position * frequencies[i]);
    }
    return new Angles(pairing, cosine, sine);
  }

  /** The cosines and sines of one position. */
  public static final class Angles {
    private final Pairing pairing;
    private final float[] cosine;
    private final float[] sine;

    private Angles(Pairing pairing, float[] cosine, float[] sine) {
      this.pairing = pairing;
      this.cosine = cosine;
      this.sine = sine;
    }

    /** Cosine of a pair's angle. */
    public float cosine(int pair) {
      return cosine[pair];
    }

    /** Sine of a pair's angle. */
    public float sine(int pair) {
      return sine[pair];
    }

    /** Rotates the head at {@code vector[offset ..]} in place. */
    public void rotate(float[] vector, int offset) {
      int pairs = cosine.length;
      for (int i = 0; i < pairs; i++) {
        int first = offset + (pairing == Pairing.INTERLEAVED ? 2 * i : i);
        int second = pairing == Pairing.INTERLEAVED ? first + 1 : first + pairs;
        float a = vector[first];
        float b = vector[second];
        vector[first] = Fp32.add(Fp32.mul(a, cosine[i]), -Fp32.mul(b, sine[i]));
        vector[second] = Fp32.add(Fp32.mul(a, sine[i]), Fp32.mul(b, cosine[i]));
      }
    }
  }
}
