package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.connect;
import static dev.heddle.hdl.Hdl.named;
import static dev.heddle.hdl.Hdl.uint;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.hdl.Component;
import dev.heddle.hdl.verilog.VerilogWriter;
import dev.heddle.testbench.LibraryOptions;
import dev.heddle.testbench.Simulation;
import dev.heddle.testbench.VerilatedLibrary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UartTest {
  private static final int WHOLE = 1 << UartPeriod.FRACTION_BITS;
  private static final int DAMAGED = 0x100;

  /** A receiver and a transmitter side by side. */
  private static final class Bench extends Component {
    Bench() {
      UartReceiver receiver = inst(new UartReceiver());
      receiver.line.set(named("rx", asynchronousIn(bit())));
      receiver.period.set(named("rx_period", in(uint(UartPeriod.BITS))));
      connect(named("received", out(Stream.of(UartByte.type()))), receiver.bytes);
      UartTransmitter transmitter = inst(new UartTransmitter());
      transmitter.period.set(named("tx_period", in(uint(UartPeriod.BITS))));
      connect(transmitter.bytes, named("sending", in(Stream.of(uint(8)))));
      named("tx", out(bit())).set(transmitter.line);
      named("tx_idle", out(bit())).set(transmitter.idle);
    }

    @Override
    protected String moduleName() {
      return "UartBench";
    }
  }

  private static VerilatedLibrary library;

  @BeforeAll
  static void build() {
    library = VerilatedLibrary.of(VerilogWriter.write(new Bench()), LibraryOptions.CHECKED);
  }

  @AfterAll
  static void close() {
    library.close();
  }

  private static Simulation simulation(int period) {
    Simulation sim = Simulation.in(library, period);
    sim.clock("clk");
    sim.set("rx", 1);
    sim.set("rx_period", period);
    sim.set("tx_period", period);
    sim.set("sending_valid", 0);
    sim.set("received_ready", 1);
    sim.reset(3);
    sim.step(5);
    return sim;
  }

  /** What the receiver gives of a line, with {@link #DAMAGED} added to damaged bytes. */
  private static List<Integer> receive(Simulation sim, SerialWave wave) {
    Map<String, int[]> out =
        new Waves(sim, Map.of("rx", wave.levels()))
            .observe("received_valid", 1)
            .observe("received_data", 8)
            .observe("received_damaged", 1)
            .run(wave.cycles());
    List<Integer> bytes = new ArrayList<>();
    for (int cycle = 0; cycle < wave.cycles(); cycle++) {
      if (out.get("received_valid")[cycle] == 1) {
        bytes.add(out.get("received_data")[cycle] + DAMAGED * out.get("received_damaged")[cycle]);
      }
    }
    return bytes;
  }

  private static void assertReceives(int period, double sent, int count, Random random) {
    try (Simulation sim = simulation(period)) {
      SerialWave wave = new SerialWave().hold(1, 5 + random.nextDouble());
      List<Integer> expected = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int data = random.nextInt(256);
        expected.add(data);
        wave.send(data, sent).hold(1, random.nextInt(3) == 0 ? random.nextDouble() * sent : 0);
      }
      wave.hold(1, 10 * sent);
      assertThat(receive(sim, wave)).as("period %d, sender %s", period, sent).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5, 17})
  void bytesArriveAtEveryFractionOfACycleFromSendersThatAreTwoPercentOff(int cycles) {
    Random random = new Random(cycles);
    for (int fraction = 0; fraction < WHOLE; fraction++) {
      int period = cycles * WHOLE + fraction;
      double exact = (double) period / WHOLE;
      for (double drift : new double[] {0.98, 1, 1.02}) {
        assertReceives(period, exact * drift, 20, random);
      }
    }
  }

  @Test
  void bytesArriveAtSlowRatesFromSendersThatAreFourPercentOff() {
    Random random = new Random(1);
    for (int period : new int[] {UartPeriod.of(12_000_000, 115_200), 1000 * WHOLE + 77}) {
      for (double drift : new double[] {0.96, 1, 1.04}) {
        assertReceives(period, (double) period / WHOLE * drift, 10, random);
      }
    }
  }

  @Test
  void aBreakOfAnyLengthIsOneDamagedByte() {
    for (int bits = 10; bits < 60; bits++) {
      try (Simulation sim = simulation(8 * WHOLE)) {
        SerialWave wave = new SerialWave().hold(1, 20).send(0x12, 8);
        wave.hold(0, 8 * bits).hold(1, 5).send(0x34, 8).hold(1, 20);
        assertThat(receive(sim, wave)).containsExactly(0x12, DAMAGED, 0x34);
      }
    }
  }

  @Test
  void aLowPulseOfLessThanHalfABitIsForgotten() {
    for (int pulse = 1; pulse < 8; pulse++) {
      try (Simulation sim = simulation(16 * WHOLE)) {
        SerialWave wave = new SerialWave().hold(1, 20).hold(0, pulse).hold(1, 16);
        wave.send(0x5a, 16).hold(1, 20);
        assertThat(receive(sim, wave)).containsExactly(0x5a);
      }
    }
  }

  @Test
  void aLineThatIsZeroAtTheStartIsNoByte() {
    try (Simulation sim = simulation(4 * WHOLE)) {
      sim.set("rx", 0);
      sim.reset(3);
      SerialWave wave = new SerialWave().hold(0, 300).hold(1, 4).send(0xff, 4).hold(1, 9);
      assertThat(receive(sim, wave)).containsExactly(0xff);
    }
  }

  @Test
  void aByteIsOfferedThreeCyclesAfterTheMiddleOfItsStopBit() {
    try (Simulation sim = simulation(10 * WHOLE)) {
      SerialWave wave = new SerialWave().send(0x81, 10).hold(1, 10);
      int[] valid =
          new Waves(sim, Map.of("rx", wave.levels()))
              .observe("received_valid", 1)
              .run(wave.cycles())
              .get("received_valid");
      assertThat(SerialWave.next(valid, 1, 0)).hasValue(95 + 3);
    }
  }

  @Test
  void whatNobodyTakesIsLostAndTheNextByteDamaged() {
    try (Simulation sim = simulation(4 * WHOLE)) {
      sim.set("received_ready", 0);
      SerialWave lost = new SerialWave();
      for (int data = 1; data < 5; data++) {
        lost.send(data, 4);
      }
      lost.hold(1, 9);
      int[] data =
          new Waves(sim, Map.of("rx", lost.levels()))
              .observe("received_data", 8)
              .run(lost.cycles())
              .get("received_data");
      assertThat(data[lost.cycles() - 1]).isEqualTo(1);
      sim.set("received_ready", 1);
      assertThat(receive(sim, new SerialWave().send(5, 4).send(6, 4).hold(1, 9)))
          .containsExactly(1, 5 + DAMAGED, 6);
    }
  }

  @Test
  void edgesOfBytesThatFollowEachOtherDoNotDrift() {
    Random random = new Random(2);
    for (int round = 0; round < 24; round++) {
      int period = (round < 8 ? 4 : 4 + random.nextInt(40)) * WHOLE + random.nextInt(WHOLE);
      int count = 50;
      byte[] data = new byte[count];
      random.nextBytes(data);
      SerialWave expected = new SerialWave();
      // The line is at the level of a bit from the cycle after the whole cycles have passed.
      for (byte value : data) {
        expected.send(value, 1);
      }
      byte[] bits = expected.levels();
      try (Simulation sim = simulation(period)) {
        int cycles = (int) ((long) bits.length * period / WHOLE) + 20;
        int[] line = new int[cycles];
        int[] idle = new int[cycles];
        int next = 0;
        for (int cycle = 0; cycle < cycles; cycle++) {
          sim.set("sending_valid", next < count ? 1 : 0);
          sim.set("sending_payload", next < count ? data[next] & 0xff : 0);
          sim.eval();
          line[cycle] = (int) sim.value("tx");
          idle[cycle] = (int) sim.value("tx_idle");
          next += next < count && sim.value("sending_ready") == 1 ? 1 : 0;
          sim.step();
        }
        int[] levels = new int[cycles];
        Arrays.fill(levels, 1);
        for (int n = 0; n < bits.length; n++) {
          int from = 1 + (int) ((long) n * period / WHOLE);
          int to = 1 + (int) ((n + 1L) * period / WHOLE);
          Arrays.fill(levels, from, to, bits[n]);
        }
        assertThat(line).as("period %d", period).isEqualTo(levels);
        int end = 1 + (int) ((long) bits.length * period / WHOLE);
        assertThat(SerialWave.next(idle, 1, 1)).hasValue(end);
      }
    }
  }
}
