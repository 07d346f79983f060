package dev.heddle.accel.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.CardMemory;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.hdl.verilog.VerilogWriter;
import dev.heddle.testbench.Simulation;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VectorEncoderTest {
  private static final int LANES = Configuration.DEFAULT.portBits() / Float.SIZE;
  private static final int VECTORS = 200;

  private final Random random = new Random(4);

  private record Beat(BigInteger data, boolean last) {}

  private float[] vector() {
    float[] numbers = new float[(1 + random.nextInt(2)) * GoldenHead.LINE];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Math.scalb((float) random.nextGaussian(), random.nextInt(20));
    }
    return numbers;
  }

  private static void addBeats(float[] numbers, Deque<Beat> beats) {
    for (int first = 0; first < numbers.length; first += LANES) {
      BigInteger data = BigInteger.ZERO;
      for (int i = LANES - 1; i >= 0; i--) {
        long bits = Integer.toUnsignedLong(Float.floatToRawIntBits(numbers[first + i]));
        data = data.shiftLeft(Float.SIZE).or(BigInteger.valueOf(bits));
      }
      beats.add(new Beat(data, first + LANES == numbers.length));
    }
  }

  private static void addCodes(KvVector vector, Deque<BigInteger> codes) {
    for (int first = 0; first < vector.length(); first += LANES) {
      BigInteger word = BigInteger.ZERO;
      for (int i = LANES - 1; i >= 0; i--) {
        word = word.shiftLeft(8).or(BigInteger.valueOf(vector.code(first + i) & 0xff));
      }
      codes.add(word);
    }
  }

  /** With {@code stalls} beats come and codes go now and then, else whenever they can. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void codesOfAVectorFollowItsLastBeatAndLeaveAsBeatsCome(boolean stalls) {
    Deque<Beat> beats = new ArrayDeque<>();
    Deque<BigInteger> codes = new ArrayDeque<>();
    Deque<Integer> exponents = new ArrayDeque<>();
    for (int i = 0; i < VECTORS; i++) {
      float[] numbers = vector();
      KvVector vector = KvVector.quantise(numbers, 0, numbers.length);
      addBeats(numbers, beats);
      addCodes(vector, codes);
      exponents.add(vector.exponent() & 0xff);
    }
    int total = beats.size();
    List<Integer> lastBeats = new ArrayList<>();
    List<Integer> codesLeft = new ArrayList<>();
    try (Simulation encoder =
        Simulation.of(
            VerilogWriter.write(new VectorEncoder(2, CardMemory.master(Configuration.DEFAULT))))) {
      encoder.clock("clk");
      encoder.reset(3);
      boolean offers = false;
      for (int cycle = 0; !codes.isEmpty(); cycle++) {
        assertThat(cycle).isLessThan(10 * total);
        offers |= !beats.isEmpty() && goes(stalls);
        boolean takesCodes = goes(stalls);
        boolean takesExponents = goes(stalls);
        encoder.set("beats_valid", offers ? 1 : 0);
        if (offers) {
          encoder.set("beats_data", beats.peek().data());
          encoder.set("beats_last", beats.peek().last() ? 1 : 0);
        }
        encoder.set("codes_ready", takesCodes ? 1 : 0);
        encoder.set("exponents_ready", takesExponents ? 1 : 0);
        encoder.eval();
        if (offers && encoder.value("beats_ready") == 1) {
          offers = false;
          if (beats.remove().last()) {
            lastBeats.add(cycle);
          }
        }
        if (takesExponents && encoder.value("exponents_valid") == 1) {
          assertThat((int) encoder.value("exponents_payload")).isEqualTo(exponents.remove());
        }
        if (takesCodes && encoder.value("codes_valid") == 1) {
          assertThat(encoder.wideValue("codes_payload")).isEqualTo(codes.remove());
          codesLeft.add(cycle);
        }
        encoder.step();
      }
    }
    assertThat(exponents).isEmpty();
    if (!stalls) {
      assertThat(codesLeft.get(0) - lastBeats.get(0)).isEqualTo(VectorEncoder.LATENCY);
      assertThat(lastBeats.get(VECTORS - 1)).isEqualTo(total - 1);
    }
  }

  private boolean goes(boolean stalls) {
    return !stalls || random.nextInt(3) > 0;
  }
}
