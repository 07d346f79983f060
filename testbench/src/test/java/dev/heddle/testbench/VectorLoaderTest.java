package dev.heddle.testbench;

import static dev.heddle.hdl.Hdl.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.attention.VectorLoader;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.HdlException;
import dev.heddle.hdl.verilog.VerilogWriter;
import dev.heddle.lib.AxiLimits;
import dev.heddle.lib.AxiRead;
import dev.heddle.lib.AxiReader;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.Stream;
import dev.heddle.testbench.AxiSlaveModel.Behaviour;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VectorLoaderTest {
  private static final int LINE_BYTES = 64;
  private static final int PAIR_BYTES = VectorLoader.EXPONENT_BITS / 8;
  private static final AxiLimits LIMITS = new AxiLimits(16, 8);

  private enum Shape {
    NARROW(32, 64, 64, true),
    MIDDLE(128, 128, 64, true),
    WIDE(512, 128, 128, true),
    VALUES(512, 64, 128, false);

    final AxiShape memory;
    final int dimension;
    final int places;
    final boolean exponents;

    Shape(int portBits, int dimension, int places, boolean exponents) {
      memory = new AxiShape(40, portBits, 1);
      this.dimension = dimension;
      this.places = places;
      this.exponents = exponents;
    }
  }

  /** A loader of each shape with its reader, built once. */
  private static final class Bench extends Component {
    Bench() {
      for (Shape shape : Shape.values()) {
        AxiReader reader =
            inst(DesignPorts.name(shape, "reader"), new AxiReader(shape.memory, LIMITS));
        connect(
            named(DesignPorts.name(shape, "memory"), out(AxiRead.of(shape.memory))), reader.memory);
        unused(reader.error);
        unused(reader.idle);
        VectorLoader loader =
            inst(
                DesignPorts.name(shape, "loader"),
                new VectorLoader(shape.memory, shape.dimension, shape.places, shape.exponents));
        connect(reader.requests, loader.requests);
        connect(loader.beats, reader.beats);
        connect(
            loader.jobs,
            named(
                DesignPorts.name(shape, "jobs"), in(Stream.of(VectorLoader.Job.of(shape.memory)))));
        loader.released.set(named(DesignPorts.name(shape, "released"), in(like(loader.released))));
        named(DesignPorts.name(shape, "write"), out(bit())).set(loader.write);
        named(DesignPorts.name(shape, "place"), out(like(loader.writePlace)))
            .set(loader.writePlace);
        named(DesignPorts.name(shape, "word"), out(like(loader.writeWord))).set(loader.writeWord);
        named(DesignPorts.name(shape, "loaded"), out(like(loader.loaded))).set(loader.loaded);
      }
    }
  }

  /** Vectors to load. */
  private record Job(long address, long exponents, int vectors, int lines) {}

  private static VerilatedLibrary library;

  @BeforeAll
  static void build() {
    library = VerilatedLibrary.of(VerilogWriter.write(new Bench()), LibraryOptions.CHECKED);
  }

  @AfterAll
  static void close() {
    library.close();
  }

  /** How a run treats the ring. */
  private interface Releases {
    /** How many of the {@code readable} vectors are released in this cycle. */
    int of(int readable);
  }

  /** A loader with a memory and a model of its ring. */
  private static final class Run implements AutoCloseable {
    final Shape shape;
    final Simulation sim;
    final DesignPorts ports;
    final AxiSlaveModel memory;
    final Random random;
    final List<BigInteger> expected = new ArrayList<>();
    final List<Job> jobs;
    int nextJob;
    boolean offering;
    int written;
    int released;
    long firstWrite = -1;
    long lastWrite;

    /** A run in which jobs are offered at random times if {@code random} is given. */
    Run(Shape shape, List<Job> jobs, Behaviour behaviour, Random random) {
      this.shape = shape;
      this.jobs = jobs;
      this.random = random;
      sim = Simulation.in(library, 1);
      ports = new DesignPorts(shape, sim);
      sim.clock("clk");
      sim.reset(2);
      memory =
          new AxiSlaveModel(
              sim,
              ports.name("memory"),
              shape.memory,
              LIMITS.burstBeats(shape.memory),
              true,
              behaviour);
      for (Job job : jobs) {
        for (int i = 0; i < job.vectors(); i++) {
          expected.add(word(job, i));
        }
      }
    }

    private BigInteger word(Job job, int vector) {
      int bytes = job.lines() * LINE_BYTES;
      BigInteger codes = AxiSlaveModel.dataAt(job.address() + (long) vector * bytes, bytes);
      if (!shape.exponents) {
        return codes;
      }
      long at = job.exponents() + (long) vector * PAIR_BYTES;
      return AxiSlaveModel.dataAt(at, PAIR_BYTES).shiftLeft(shape.dimension * 8).or(codes);
    }

    /** One cycle. */
    void step(Releases releases) {
      offering |= nextJob < jobs.size() && (random == null || random.nextInt(4) == 0);
      ports.set("jobs_valid", offering ? 1 : 0);
      if (offering) {
        Job job = jobs.get(nextJob);
        ports.set("jobs_address", job.address());
        ports.set("jobs_exponents", job.exponents());
        ports.set("jobs_vectors", job.vectors());
        ports.set("jobs_lines", job.lines());
      }
      memory.drive();
      sim.eval();
      assertThat(ports.value("loaded")).as("loaded").isEqualTo(written % (2 * shape.places));
      int release = releases.of(written - released);
      released += release;
      ports.set("released", release);
      sim.eval();
      memory.sample();
      if (offering && ports.value("jobs_ready") == 1) {
        nextJob++;
        offering = false;
      }
      if (ports.value("write") == 1) {
        assertThat(ports.value("place")).as("place").isEqualTo(written % shape.places);
        assertThat(written - released).as("vectors in the ring").isLessThan(shape.places);
        assertThat(sim.wideValue(ports.name("word")))
            .as("vector %d", written)
            .isEqualTo(expected.get(written));
        firstWrite = firstWrite < 0 ? sim.cycle() : firstWrite;
        lastWrite = sim.cycle();
        written++;
      }
      sim.step();
    }

    /** Runs until all vectors are written. */
    void finish(Releases releases, int limit) {
      for (int cycle = 0; written < expected.size() || nextJob < jobs.size(); cycle++) {
        assertThat(cycle).as("cycles; %d vectors written", written).isLessThan(limit);
        step(releases);
      }
      for (int i = 0; i < 100; i++) {
        step(releases);
      }
      assertThat(memory.isQuiet()).isTrue();
      assertThat(written).isEqualTo(expected.size());
    }

    @Override
    public void close() {
      sim.close();
    }
  }

  private static List<Job> randomJobs(Shape shape, Random random, int count) {
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int vectors = random.nextInt(3) == 0 ? random.nextInt(3) : random.nextInt(3 * shape.places);
      jobs.add(
          new Job(
              (long) random.nextInt(1 << 20) * LINE_BYTES,
              (long) random.nextInt(1 << 20) * PAIR_BYTES,
              vectors,
              1 + random.nextInt(shape.dimension / LINE_BYTES)));
    }
    return jobs;
  }

  @ParameterizedTest
  @EnumSource
  void everyVectorGetsItsPlaceWhateverWaits(Shape shape) {
    Random random = new Random(21);
    List<Job> jobs = randomJobs(shape, random, 12);
    try (Run run = new Run(shape, jobs, new Behaviour(9, random, 0), random)) {
      run.finish(readable -> random.nextInt(20) == 0 ? random.nextInt(readable + 1) : 0, 200_000);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFullRingIsFilledToTheLastPlaceAndTakesWhatIsReleased(Shape shape) {
    // The job starts in the middle of a line of exponents, so no chunk ends with the ring.
    Job job = new Job(1 << 12, (1 << 16) + 5 * PAIR_BYTES, 3 * shape.places, 1);
    try (Run run = new Run(shape, List.of(job), Behaviour.ideal(10), null)) {
      int waiting = 20 * LINE_BYTES * shape.places / shape.memory.bytes();
      for (int cycle = 0; cycle < waiting; cycle++) {
        run.step(readable -> 0);
      }
      assertThat(run.written).isEqualTo(shape.places);
      run.step(readable -> 1);
      for (int cycle = 0; cycle < waiting; cycle++) {
        run.step(readable -> 0);
      }
      assertThat(run.written).isEqualTo(shape.places + 1);
      run.finish(readable -> readable, waiting * 4);
    }
  }

  /** Lines that an ideal memory delivers for a job. */
  private static int lines(Shape shape, Job job) {
    int first = (int) (job.exponents() % LINE_BYTES) / PAIR_BYTES;
    int chunks = -Math.floorDiv(-(first + job.vectors()), LINE_BYTES / PAIR_BYTES);
    return job.vectors() * job.lines() + (shape.exponents ? chunks : 0);
  }

  @ParameterizedTest
  @EnumSource
  void anIdealMemoryIsKeptBusy(Shape shape) {
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      int lines = 1 + i % (shape.dimension / LINE_BYTES);
      jobs.add(new Job(i << 20, (i << 16) + 20 * PAIR_BYTES, 150, lines));
    }
    try (Run run = new Run(shape, jobs, Behaviour.ideal(8), null)) {
      run.finish(readable -> readable, 100_000);
      int beats = LINE_BYTES / shape.memory.bytes();
      int lines = jobs.stream().mapToInt(job -> lines(shape, job)).sum();
      // The first write comes with the first vector, behind its exponents.
      int before = (shape.exponents ? 1 : 0) + jobs.get(0).lines();
      assertThat(run.lastWrite - run.firstWrite).isEqualTo((long) (lines - before) * beats);
    }
  }

  @Test
  void wrongSizesAreRefused() {
    AxiShape memory = Shape.WIDE.memory;
    assertThatThrownBy(() -> new VectorLoader(memory, 96, 64, true))
        .isInstanceOf(HdlException.class)
        .hasMessageContaining("vectors of 96 elements");
    assertThatThrownBy(() -> new VectorLoader(memory, 64, 48, true))
        .isInstanceOf(HdlException.class)
        .hasMessageContaining("48 places");
    assertThatThrownBy(() -> new VectorLoader(new AxiShape(40, 1024, 1), 64, 64, true))
        .isInstanceOf(HdlException.class)
        .hasMessageContaining("1024 bits");
  }
}
