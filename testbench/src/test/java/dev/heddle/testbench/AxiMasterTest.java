package dev.heddle.testbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.hdl.verilog.VerilogWriter;
import dev.heddle.lib.AxiReadArbiter;
import dev.heddle.lib.AxiShape;
import dev.heddle.testbench.AxiBench.Master;
import dev.heddle.testbench.AxiSlaveModel.Behaviour;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AxiMasterTest {
  private static VerilatedLibrary library;

  @BeforeAll
  static void build() {
    library = VerilatedLibrary.of(VerilogWriter.write(new AxiBench()), LibraryOptions.CHECKED);
  }

  @AfterAll
  static void close() {
    library.close();
  }

  private static Simulation simulation(long seed) {
    Simulation sim = Simulation.in(library, seed);
    sim.clock("clk");
    sim.reset(3);
    return sim;
  }

  /** A range of memory. */
  private record Request(long address, int beats) {}

  static Stream<Master> masters() {
    return Stream.of(
        AxiBench.MIDDLE,
        AxiBench.LONG_BURSTS,
        AxiBench.WIDE,
        AxiBench.SINGLE_BEATS,
        AxiBench.ONE_AT_A_TIME);
  }

  /** Ranges of 0 to 600 beats, many of them across pages, in {@code slot} of the memory. */
  private static List<Request> requests(Random random, Master master, int beats, int slot) {
    List<Request> requests = new ArrayList<>();
    int bytes = master.shape().bytes();
    for (int left = beats; left > 0; ) {
      int length =
          switch (random.nextInt(4)) {
            case 0 -> random.nextInt(4);
            case 1 -> master.burstBeats() + random.nextInt(3) - 1;
            default -> random.nextInt(600);
          };
      long page = ((long) slot << 24) + ((long) requests.size() << 18) + AxiShape.PAGE_BYTES;
      requests.add(new Request(page - (long) bytes * random.nextInt(20), length));
      left -= length;
    }
    return requests;
  }

  /** Offers requests, one after the other, holding each until it passes. */
  private static final class Requester {
    final Simulation sim;
    final String port;
    final List<Request> requests;
    final Random random;
    int next;
    boolean offering;

    Requester(Simulation sim, String port, List<Request> requests, Random random) {
      this.sim = sim;
      this.port = port;
      this.requests = requests;
      this.random = random;
    }

    void drive() {
      offering |= next < requests.size() && (random == null || random.nextInt(4) == 0);
      sim.set(port + "_valid", offering ? 1 : 0);
      if (offering) {
        sim.set(port + "_address", requests.get(next).address());
        sim.set(port + "_beats", requests.get(next).beats());
      }
    }

    void sample() {
      if (offering && sim.value(port + "_ready") == 1) {
        next++;
        offering = false;
      }
    }

    boolean isDone() {
      return next == requests.size();
    }
  }

  /** Takes beats and compares them with the memory. */
  private static final class Sink {
    final Simulation sim;
    final String name;
    final int bytes;
    final Random random;
    final List<Request> expected;
    int request;
    int beat;
    boolean ready;
    long errors;

    Sink(Simulation sim, String name, int bytes, List<Request> requests, Random random) {
      this.sim = sim;
      this.name = name;
      this.bytes = bytes;
      this.random = random;
      expected = requests.stream().filter(r -> r.beats() > 0).toList();
    }

    void drive() {
      ready = random == null || random.nextInt(3) > 0;
      sim.set(name + "_beats_ready", ready ? 1 : 0);
    }

    void sample() {
      errors += sim.value(name + "_error");
      if (!ready || sim.value(name + "_beats_valid") == 0) {
        return;
      }
      Request current = expected.get(request);
      assertThat(sim.wideValue(name + "_beats_data"))
          .as("beat %d of request %d", beat, request)
          .isEqualTo(AxiSlaveModel.dataAt(current.address() + (long) beat * bytes, bytes));
      boolean last = beat == current.beats() - 1;
      assertThat(sim.value(name + "_beats_last"))
          .as("last of beat %d", beat)
          .isEqualTo(last ? 1 : 0);
      beat = last ? 0 : beat + 1;
      request += last ? 1 : 0;
    }

    boolean isDone() {
      return request == expected.size();
    }
  }

  /** Offers beats with random strobes and knows what they leave in the memory. */
  private static final class Source {
    final Simulation sim;
    final String name;
    final int bytes;
    final Random random;
    final boolean waits;
    final List<Request> requests;
    final Map<Long, Integer> memory = new HashMap<>();
    int request;
    int beat;
    boolean offering;
    BigInteger data;
    BigInteger strobe;
    long done;
    long errors;

    Source(
        Simulation sim,
        String name,
        int bytes,
        List<Request> requests,
        Random random,
        boolean waits) {
      this.sim = sim;
      this.name = name;
      this.bytes = bytes;
      this.random = random;
      this.waits = waits;
      this.requests = requests.stream().filter(r -> r.beats() > 0).toList();
    }

    void drive() {
      if (!offering && !isDone() && (!waits || random.nextInt(3) > 0)) {
        offering = true;
        data = new BigInteger(8 * bytes, random);
        strobe = new BigInteger(bytes, random);
        sim.set(name + "_beats_data", data);
        sim.set(name + "_beats_strobe", strobe);
      }
      sim.set(name + "_beats_valid", offering ? 1 : 0);
    }

    void sample() {
      done += sim.value(name + "_done");
      errors += sim.value(name + "_error");
      if (!offering || sim.value(name + "_beats_ready") == 0) {
        return;
      }
      offering = false;
      Request current = requests.get(request);
      for (int i = 0; i < bytes; i++) {
        if (strobe.testBit(i)) {
          long address = current.address() + (long) beat * bytes + i;
          memory.put(address, data.shiftRight(8 * i).intValue() & 0xFF);
        }
      }
      boolean last = beat == current.beats() - 1;
      beat = last ? 0 : beat + 1;
      request += last ? 1 : 0;
    }

    boolean isDone() {
      return request == requests.size();
    }
  }

  private static long waitForIdle(Simulation sim, Master master, Runnable cycle, String idle) {
    for (int i = 0; i < 10_000; i++) {
      if (sim.value(idle) == 1) {
        return sim.cycle();
      }
      cycle.run();
    }
    throw new AssertionError(master.name() + " is never idle");
  }

  @ParameterizedTest
  @MethodSource("masters")
  void aReaderDeliversEveryRequestWhateverWaits(Master master) {
    long seed = 11;
    Random random = new Random(seed);
    List<Request> requests = requests(random, master, 1500, 0);
    String name = master.name() + "_reader";
    try (Simulation sim = simulation(seed)) {
      AxiSlaveModel memory =
          new AxiSlaveModel(
              sim,
              master.name() + "_read",
              master.shape(),
              master.burstBeats(),
              true,
              new Behaviour(13, random, 3));
      Requester requester = new Requester(sim, name + "_requests", requests, random);
      Sink sink = new Sink(sim, name, master.shape().bytes(), requests, random);
      Runnable cycle =
          () -> {
            memory.drive();
            requester.drive();
            sink.drive();
            sim.eval();
            memory.sample();
            requester.sample();
            sink.sample();
            sim.step();
          };
      for (int i = 0; i < 60_000 && !(requester.isDone() && sink.isDone()); i++) {
        cycle.run();
      }
      assertThat(sink.request).as("seed %d", seed).isEqualTo(sink.expected.size());
      waitForIdle(sim, master, cycle, name + "_idle");
      assertThat(memory.isQuiet()).isTrue();
      assertThat(memory.mostInFlight).isLessThanOrEqualTo(master.limits().outstanding());
      assertThat(memory.errors).isPositive().isEqualTo(sink.errors);
    }
  }

  @ParameterizedTest
  @MethodSource("masters")
  void aWriterStoresEveryRequestWhateverWaits(Master master) {
    long seed = 12;
    Random random = new Random(seed);
    List<Request> requests = requests(random, master, 1500, 0);
    String name = master.name() + "_writer";
    try (Simulation sim = simulation(seed)) {
      AxiSlaveModel memory =
          new AxiSlaveModel(
              sim,
              master.name() + "_write",
              master.shape(),
              master.burstBeats(),
              false,
              new Behaviour(7, random, 3));
      Requester requester = new Requester(sim, name + "_requests", requests, random);
      Source source = new Source(sim, name, master.shape().bytes(), requests, random, true);
      Runnable cycle =
          () -> {
            memory.drive();
            requester.drive();
            source.drive();
            sim.eval();
            memory.sample();
            requester.sample();
            source.sample();
            sim.step();
          };
      for (int i = 0; i < 60_000 && !(requester.isDone() && source.isDone()); i++) {
        cycle.run();
      }
      assertThat(source.request).as("seed %d", seed).isEqualTo(source.requests.size());
      waitForIdle(sim, master, cycle, name + "_idle");
      assertThat(memory.isQuiet()).isTrue();
      assertThat(memory.mostInFlight).isLessThanOrEqualTo(master.limits().outstanding());
      assertThat(memory.errors).isPositive().isEqualTo(source.errors);
      assertThat(source.done).isEqualTo(source.requests.size());
      source.memory.forEach(
          (address, value) ->
              assertThat(memory.read(address)).as("byte %x", address).isEqualTo(value));
    }
  }

  /** Cycles from the offer of the first request to the last beat, both included. */
  private static long cyclesToRead(Master master, List<Request> requests, int latency) {
    String name = master.name() + "_reader";
    try (Simulation sim = simulation(1)) {
      AxiSlaveModel memory =
          new AxiSlaveModel(
              sim,
              master.name() + "_read",
              master.shape(),
              master.burstBeats(),
              true,
              Behaviour.ideal(latency));
      Requester requester = new Requester(sim, name + "_requests", requests, null);
      Sink sink = new Sink(sim, name, master.shape().bytes(), requests, null);
      long start = sim.cycle();
      while (!sink.isDone()) {
        assertThat(sim.cycle()).isLessThan(start + 100_000);
        memory.drive();
        requester.drive();
        sink.drive();
        sim.eval();
        memory.sample();
        requester.sample();
        sink.sample();
        sim.step();
      }
      return sim.cycle() - start;
    }
  }

  @Test
  void aReaderKeepsAnIdealMemoryBusy() {
    int latency = 40;
    List<Request> one = List.of(new Request(AxiShape.PAGE_BYTES - 24, 4096));
    assertThat(cyclesToRead(AxiBench.MIDDLE, one, latency)).isEqualTo(4096 + latency + 4);
  }

  @Test
  void aReaderOfSingleBeatsIssuesAnAddressEveryCycle() {
    int latency = 16;
    List<Request> one = List.of(new Request(0, 1024));
    assertThat(cyclesToRead(AxiBench.SINGLE_BEATS, one, latency)).isEqualTo(1024 + latency + 4);
  }

  @Test
  void shortRequestsFollowEachOtherWithoutAGap() {
    int latency = 10;
    List<Request> many = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      many.add(new Request(64L * i, 1));
    }
    assertThat(cyclesToRead(AxiBench.SINGLE_BEATS, many, latency)).isEqualTo(300 + latency + 4);
  }

  @Test
  void aWriterKeepsAnIdealMemoryBusy() {
    Master master = AxiBench.MIDDLE;
    int latency = 10;
    String name = master.name() + "_writer";
    List<Request> one = List.of(new Request(AxiShape.PAGE_BYTES - 24, 4096));
    try (Simulation sim = simulation(1)) {
      AxiSlaveModel memory =
          new AxiSlaveModel(
              sim,
              master.name() + "_write",
              master.shape(),
              master.burstBeats(),
              false,
              Behaviour.ideal(latency));
      Requester requester = new Requester(sim, name + "_requests", one, null);
      Source source = new Source(sim, name, master.shape().bytes(), one, new Random(5), false);
      long start = sim.cycle();
      while (source.done == 0) {
        assertThat(sim.cycle()).isLessThan(start + 100_000);
        memory.drive();
        requester.drive();
        source.drive();
        sim.eval();
        memory.sample();
        requester.sample();
        source.sample();
        sim.step();
      }
      assertThat(sim.cycle() - start).isEqualTo(4096 + latency + 4);
    }
  }

  @Test
  void aBeatThatWasNotRequestedStopsTheSimulation() {
    try (Simulation sim = simulation(1)) {
      sim.step();
      sim.set("middle_read_rvalid", 1);
      assertThatThrownBy(() -> sim.step(2)).isInstanceOf(SimulationStoppedException.class);
      assertThat(sim.log()).contains("a beat arrives that was not requested");
    }
  }

  @Test
  void mastersThatShareAPortGetTheirOwnDataAndFairTurns() {
    long seed = 13;
    Random random = new Random(seed);
    Master master = AxiBench.SHARING;
    AxiShape shared = AxiReadArbiter.sharedShape(master.shape(), AxiBench.SHARERS);
    try (Simulation sim = simulation(seed)) {
      AxiSlaveModel reads =
          new AxiSlaveModel(
              sim, "sharing_read", shared, master.burstBeats(), true, new Behaviour(9, random, 2));
      AxiSlaveModel writes =
          new AxiSlaveModel(
              sim,
              "sharing_write",
              shared,
              master.burstBeats(),
              false,
              new Behaviour(5, random, 2));
      List<Requester> requesters = new ArrayList<>();
      List<Sink> sinks = new ArrayList<>();
      List<Source> sources = new ArrayList<>();
      int bytes = master.shape().bytes();
      for (int i = 0; i < AxiBench.SHARERS; i++) {
        List<Request> toRead = requests(random, master, 800, i);
        List<Request> toWrite = requests(random, master, 800, i + AxiBench.SHARERS);
        String reader = master.name() + i + "_reader";
        String writer = master.name() + i + "_writer";
        requesters.add(new Requester(sim, reader + "_requests", toRead, random));
        requesters.add(new Requester(sim, writer + "_requests", toWrite, random));
        sinks.add(new Sink(sim, reader, bytes, toRead, random));
        sources.add(new Source(sim, writer, bytes, toWrite, random, true));
      }
      int cycles = 0;
      while (!(sinks.stream().allMatch(Sink::isDone)
          && sources.stream().allMatch(Source::isDone)
          && writes.isQuiet())) {
        assertThat(cycles++).as("cycles with seed %d", seed).isLessThan(30_000);
        reads.drive();
        writes.drive();
        requesters.forEach(Requester::drive);
        sinks.forEach(Sink::drive);
        sources.forEach(Source::drive);
        sim.eval();
        reads.sample();
        writes.sample();
        requesters.forEach(Requester::sample);
        sinks.forEach(Sink::sample);
        sources.forEach(Source::sample);
        sim.step();
      }
      assertThat(sinks.stream().mapToLong(sink -> sink.errors).sum()).isEqualTo(reads.errors);
      assertThat(sources.stream().mapToLong(source -> source.errors).sum())
          .isEqualTo(writes.errors);
      for (Source source : sources) {
        assertThat(source.done).isEqualTo(source.requests.size());
        source.memory.forEach(
            (address, value) ->
                assertThat(writes.read(address)).as("byte %x", address).isEqualTo(value));
      }
    }
  }
}
