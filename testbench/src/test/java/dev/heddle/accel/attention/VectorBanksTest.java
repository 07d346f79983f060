package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.HdlException;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.verilog.VerilogWriter;
import dev.heddle.lib.Stream;
import dev.heddle.testbench.DesignPorts;
import dev.heddle.testbench.LibraryOptions;
import dev.heddle.testbench.Simulation;
import dev.heddle.testbench.SimulationStoppedException;
import dev.heddle.testbench.VerilatedLibrary;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VectorBanksTest {
  private static final int META_BITS = 16;

  /** Cycles from the offer of a step without conflict to its vectors. */
  private static final int LATENCY = 3;

  private enum Shape {
    ALONE(1, 2, 4, 8),
    ODD(3, 4, 64, 20),
    WIDE(4, 8, 64, 528),
    CROWDED(16, 4, 128, 12);

    final int lanes;
    final int banks;
    final int places;
    final int wordBits;

    Shape(int lanes, int banks, int places, int wordBits) {
      this.lanes = lanes;
      this.banks = banks;
      this.places = places;
      this.wordBits = wordBits;
    }
  }

  /** Banks of all shapes side by side, built once. */
  private static final class Bench extends Component {
    Bench() {
      for (Shape shape : Shape.values()) {
        VectorBanks<UInt> banks =
            inst(
                DesignPorts.name(shape, "banks"),
                new VectorBanks<>(
                    shape.lanes, shape.banks, shape.places, shape.wordBits, uint(META_BITS)));
        connect(
            banks.steps,
            named(
                DesignPorts.name(shape, "steps"),
                in(Stream.of(VectorBanks.Reads.of(shape.lanes, shape.places, uint(META_BITS))))));
        connect(
            named(
                DesignPorts.name(shape, "out"),
                out(Stream.of(VectorBanks.Words.of(shape.lanes, shape.wordBits, uint(META_BITS))))),
            banks.out);
        Bit conflict = named(DesignPorts.name(shape, "conflict"), out(bit()));
        conflict.set(banks.conflict);
        banks.write.set(named(DesignPorts.name(shape, "write"), in(bit())));
        banks.writePlace.set(
            named(DesignPorts.name(shape, "writePlace"), in(uint(bits(shape.places)))));
        banks.writeWord.set(named(DesignPorts.name(shape, "writeWord"), in(uint(shape.wordBits))));
      }
    }
  }

  /** A step: for each lane a place, or -1. */
  private record Step(int[] places, int meta) {
    /** The most different places in one bank, at least one. */
    int cycles(int banks) {
      Map<Integer, Set<Integer>> ofBank = new HashMap<>();
      for (int place : places) {
        if (place >= 0) {
          ofBank.computeIfAbsent(place % banks, bank -> new HashSet<>()).add(place);
        }
      }
      return ofBank.values().stream().mapToInt(Set::size).max().orElse(1);
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

  /** The banks of one shape, with a naive model beside them. */
  private static final class Run implements AutoCloseable {
    final Shape shape;
    final Random random;
    final Simulation sim;
    final DesignPorts ports;
    final BigInteger[] vectors;
    final Deque<Step> inside = new ArrayDeque<>();
    long conflicts;
    long firstOut = -1;
    long lastOut;

    Run(Shape shape, long seed) {
      this.shape = shape;
      random = new Random(seed);
      sim = Simulation.in(library, seed);
      ports = new DesignPorts(shape, sim);
      sim.clock("clk");
      sim.reset(2);
      vectors = new BigInteger[shape.places];
      for (int place = 0; place < shape.places; place++) {
        write(place);
        sim.step();
      }
      ports.set("write", 0);
    }

    void write(int place) {
      vectors[place] = new BigInteger(shape.wordBits, random);
      ports.set("write", 1);
      ports.set("writePlace", place);
      sim.set(ports.name("writeWord"), vectors[place]);
    }

    /**
     * Passes the steps and compares what leaves. Where {@code waits}, steps come and vectors leave
     * at random times, and places that no step wants are written meanwhile.
     */
    void pass(List<Step> steps, boolean waits) {
      int next = 0;
      int left = steps.size();
      boolean offering = false;
      for (int cycle = 0; left > 0; cycle++) {
        assertThat(cycle).as("cycles").isLessThan(100 + 40 * steps.size());
        offering |= next < steps.size() && (!waits || random.nextInt(4) > 0);
        ports.set("steps_valid", offering ? 1 : 0);
        if (offering) {
          offer(steps.get(next));
        }
        boolean ready = !waits || random.nextInt(3) > 0;
        ports.set("out_ready", ready ? 1 : 0);
        ports.set("write", 0);
        int place = random.nextInt(shape.places);
        if (waits && !isWanted(place, offering ? steps.get(next) : null)) {
          write(place);
        }
        sim.eval();
        conflicts += ports.value("conflict");
        boolean taken = offering && ports.value("steps_ready") == 1;
        if (ready && ports.value("out_valid") == 1) {
          compare(inside.remove());
          firstOut = firstOut < 0 ? cycle : firstOut;
          lastOut = cycle;
          left--;
        }
        if (taken) {
          inside.add(steps.get(next++));
          offering = false;
        }
        sim.step();
      }
      ports.set("steps_valid", 0);
      ports.set("write", 0);
      sim.step(5);
      assertThat(ports.value("out_valid")).as("a step too many").isZero();
    }

    private boolean isWanted(int place, Step offered) {
      List<Step> all = new ArrayList<>(inside);
      if (offered != null) {
        all.add(offered);
      }
      return all.stream().anyMatch(step -> contains(step.places(), place));
    }

    private static boolean contains(int[] places, int place) {
      for (int other : places) {
        if (other == place) {
          return true;
        }
      }
      return false;
    }

    private void offer(Step step) {
      for (int lane = 0; lane < shape.lanes; lane++) {
        int place = step.places()[lane];
        ports.set("steps_reads_" + lane + "_wanted", place >= 0 ? 1 : 0);
        ports.set(
            "steps_reads_" + lane + "_place", place >= 0 ? place : random.nextInt(shape.places));
      }
      ports.set("steps_meta", step.meta());
    }

    private void compare(Step step) {
      assertThat(ports.value("out_meta")).isEqualTo(step.meta());
      for (int lane = 0; lane < shape.lanes; lane++) {
        if (step.places()[lane] >= 0) {
          assertThat(sim.wideValue(ports.name("out_words_" + lane)))
              .as("lane %d, place %d of step %d", lane, step.places()[lane], step.meta())
              .isEqualTo(vectors[step.places()[lane]]);
        }
      }
    }

    @Override
    public void close() {
      sim.close();
    }
  }

  /** Steps of all kinds: idle lanes, one place for all, few places, places anywhere. */
  private static List<Step> randomSteps(Shape shape, Random random, int count) {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int idlePercent = random.nextInt(3) * 50;
      int choices = 1 + random.nextInt(random.nextBoolean() ? 3 : shape.places);
      int[] pool = random.ints(choices, 0, shape.places).toArray();
      int[] places = new int[shape.lanes];
      for (int lane = 0; lane < shape.lanes; lane++) {
        places[lane] = random.nextInt(100) < idlePercent ? -1 : pool[random.nextInt(choices)];
      }
      steps.add(new Step(places, i));
    }
    return steps;
  }

  private static long cycles(Shape shape, List<Step> steps) {
    return steps.stream().mapToLong(step -> step.cycles(shape.banks)).sum();
  }

  @ParameterizedTest
  @EnumSource
  void everyLaneGetsItsVectorWhateverWaits(Shape shape) {
    long seed = 1;
    try (Run run = new Run(shape, seed)) {
      List<Step> steps = randomSteps(shape, run.random, 1500);
      run.pass(steps, true);
      assertThat(run.conflicts).isEqualTo(cycles(shape, steps) - steps.size());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aStepTakesACycleForEachPlaceOfItsBusiestBank(Shape shape) {
    try (Run run = new Run(shape, 2)) {
      List<Step> steps = randomSteps(shape, run.random, 1500);
      run.pass(steps, false);
      assertThat(run.firstOut).isEqualTo(LATENCY + steps.get(0).cycles(shape.banks) - 1);
      assertThat(run.lastOut).isEqualTo(LATENCY + cycles(shape, steps) - 1);
      assertThat(run.conflicts).isEqualTo(cycles(shape, steps) - steps.size());
    }
  }

  @Test
  void lanesThatWantTheSamePlaceShareOneRead() {
    Shape shape = Shape.CROWDED;
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      int[] places = new int[shape.lanes];
      for (int lane = 0; lane < shape.lanes; lane++) {
        // One place in each bank, four lanes each.
        places[lane] = (i * shape.banks + lane % shape.banks) % shape.places;
      }
      steps.add(new Step(places, i));
    }
    try (Run run = new Run(shape, 3)) {
      run.pass(steps, false);
      assertThat(run.conflicts).isZero();
      assertThat(run.lastOut).isEqualTo(LATENCY + 100 - 1);
    }
  }

  @Test
  void allPlacesOfOneBankTakeACycleEach() {
    Shape shape = Shape.CROWDED;
    int[] places = new int[shape.lanes];
    for (int lane = 0; lane < shape.lanes; lane++) {
      places[lane] = lane * shape.banks + 1;
    }
    List<Step> steps = List.of(new Step(places, 7), new Step(places, 8));
    try (Run run = new Run(shape, 4)) {
      run.pass(steps, false);
      assertThat(run.conflicts).isEqualTo(2 * (shape.lanes - 1));
      assertThat(run.lastOut).isEqualTo(LATENCY + 2 * shape.lanes - 1);
    }
  }

  @Test
  void aReadOfAPlaceThatIsWrittenIsReported() {
    Shape shape = Shape.ODD;
    try (Run run = new Run(shape, 5)) {
      run.ports.set("out_ready", 1);
      run.offer(new Step(new int[] {-1, 9, -1}, 0));
      run.ports.set("steps_valid", 1);
      run.sim.step();
      run.ports.set("steps_valid", 0);
      run.write(9);
      assertThatThrownBy(() -> run.sim.step(2)).isInstanceOf(SimulationStoppedException.class);
      assertThat(run.sim.log()).contains("a vector is read while it is written");
    }
  }

  @Test
  void banksThatAreNoPowerOfTwoAreRefused() {
    assertThatThrownBy(() -> new VectorBanks<>(1, 3, 64, 8, uint(1)))
        .isInstanceOf(HdlException.class)
        .hasMessageContaining("64 places in 3 banks");
  }
}
