package dev.heddle.testbench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.lib.AxiShape;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/**
 * An AXI4 memory for one half of an interface of a {@link Simulation}, which checks the rules of
 * the protocol. In each cycle: {@link #drive}, {@link Simulation#eval}, {@link #sample}, {@link
 * Simulation#step}.
 *
 * <p>A byte that was not written is a function of its address.
 */
final class AxiSlaveModel {
  /** How it answers: {@code random} is null when nothing ever waits. */
  record Behaviour(int latency, Random random, int errorPercent) {
    static Behaviour ideal(int latency) {
      return new Behaviour(latency, null, 0);
    }
  }

  private record Beat(BigInteger data, BigInteger strobe, boolean last) {}

  private record Burst(long id, long address, int beats, long readyAt) {}

  private final Simulation sim;
  private final String port;
  private final AxiShape shape;
  private final int burstBeats;
  private final boolean reads;
  private final Behaviour behaviour;
  private final Map<Long, Byte> written = new HashMap<>();
  private final Deque<Burst> bursts = new ArrayDeque<>();
  private final Deque<Burst> responses = new ArrayDeque<>();

  /** Data that came before its address. */
  private final Deque<Beat> early = new ArrayDeque<>();

  private long cycle;
  private int beat;
  private boolean offering;
  private boolean offeredError;
  private boolean addressReady;
  private boolean dataReady;
  private String waitingAddress;
  private String waitingData;

  /** Address handshakes, responses that were errors, and the most bursts in flight. */
  long bursted;

  long errors;
  int mostInFlight;

  AxiSlaveModel(
      Simulation sim,
      String port,
      AxiShape shape,
      int burstBeats,
      boolean reads,
      Behaviour behaviour) {
    this.sim = sim;
    this.port = port;
    this.shape = shape;
    this.burstBeats = burstBeats;
    this.reads = reads;
    this.behaviour = behaviour;
  }

  static int byteAt(long address) {
    long x = address * 0x9E37_79B9_7F4A_7C15L;
    return (int) (x >>> 32 ^ x >>> 56) & 0xFF;
  }

  static BigInteger dataAt(long address, int bytes) {
    byte[] bigEndian = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      bigEndian[bytes - 1 - i] = (byte) byteAt(address + i);
    }
    return new BigInteger(1, bigEndian);
  }

  int read(long address) {
    return written.containsKey(address) ? written.get(address) & 0xFF : byteAt(address);
  }

  void drive() {
    String address = reads ? "_ar" : "_aw";
    // A slave may take the address only when the data is there.
    addressReady =
        chance()
            && (reads || behaviour.random() == null || waitingData != null || !early.isEmpty());
    sim.set(port + address + "ready", addressReady ? 1 : 0);
    if (reads) {
      Burst burst = bursts.peek();
      if (!offering && burst != null && burst.readyAt() <= cycle && chance()) {
        offering = true;
        offeredError = error();
      }
      sim.set(port + "_rvalid", offering ? 1 : 0);
      if (offering) {
        long from = burst.address() + (long) beat * shape.bytes();
        sim.set(port + "_rid", burst.id());
        sim.set(port + "_rdata", dataAt(from, shape.bytes()));
        sim.set(port + "_rlast", beat == burst.beats() - 1 ? 1 : 0);
        sim.set(port + "_rresp", offeredError ? 2 : 0);
      }
    } else {
      dataReady = chance();
      sim.set(port + "_wready", dataReady ? 1 : 0);
      Burst response = responses.peek();
      if (!offering && response != null && response.readyAt() <= cycle && chance()) {
        offering = true;
        offeredError = error();
      }
      sim.set(port + "_bvalid", offering ? 1 : 0);
      if (offering) {
        sim.set(port + "_bid", response.id());
        sim.set(port + "_bresp", offeredError ? 3 : 0);
      }
    }
  }

  private boolean chance() {
    return behaviour.random() == null || behaviour.random().nextInt(3) > 0;
  }

  private boolean error() {
    return behaviour.random() != null && behaviour.random().nextInt(100) < behaviour.errorPercent();
  }

  void sample() {
    String address = port + (reads ? "_ar" : "_aw");
    boolean valid = one(address + "valid");
    String offer =
        valid
            ? sim.value(address + "addr")
                + "/"
                + sim.value(address + "len")
                + "/"
                + sim.value(address + "id")
            : null;
    if (waitingAddress != null) {
      assertThat(offer).as("%s stays until it passes", address).isEqualTo(waitingAddress);
    }
    waitingAddress = offer;
    if (valid && addressReady) {
      waitingAddress = null;
      accept(address);
    }
    if (reads) {
      assertThat(one(port + "_rready")).as("the reader never stalls the memory").isTrue();
      if (offering) {
        take();
      }
    } else {
      sampleData();
      assertThat(one(port + "_bready")).as("the writer never stalls the memory").isTrue();
      if (offering) {
        errors += offeredError ? 1 : 0;
        responses.remove();
        offering = false;
      }
    }
    mostInFlight = Math.max(mostInFlight, bursts.size() + responses.size());
    cycle++;
  }

  private void accept(String address) {
    long from = sim.value(address + "addr");
    int beats = (int) sim.value(address + "len") + 1;
    assertThat(beats).as("beats").isLessThanOrEqualTo(burstBeats);
    assertThat(sim.value(address + "size")).isEqualTo(shape.size());
    assertThat(sim.value(address + "burst")).as("incrementing").isEqualTo(1);
    assertThat(sim.value(address + "cache")).isEqualTo(3);
    assertThat(from % shape.bytes()).as("alignment").isZero();
    long end = from + (long) beats * shape.bytes() - 1;
    assertThat(end / AxiShape.PAGE_BYTES)
        .as("page of the end of %x + %d beats", from, beats)
        .isEqualTo(from / AxiShape.PAGE_BYTES);
    bursts.add(new Burst(sim.value(address + "id"), from, beats, cycle + behaviour.latency()));
    bursted++;
  }

  private void take() {
    errors += offeredError ? 1 : 0;
    offering = false;
    beat++;
    if (beat == bursts.element().beats()) {
      bursts.remove();
      beat = 0;
    }
  }

  private void sampleData() {
    boolean valid = one(port + "_wvalid");
    String offer =
        valid
            ? sim.wideValue(port + "_wdata")
                + "/"
                + sim.wideValue(port + "_wstrb")
                + "/"
                + sim.value(port + "_wlast")
            : null;
    if (waitingData != null) {
      assertThat(offer).as("%s_w stays until it passes", port).isEqualTo(waitingData);
    }
    waitingData = offer;
    if (valid && dataReady) {
      waitingData = null;
      early.add(
          new Beat(
              sim.wideValue(port + "_wdata"),
              sim.wideValue(port + "_wstrb"),
              one(port + "_wlast")));
    }
    store();
  }

  private void store() {
    while (!early.isEmpty() && !bursts.isEmpty()) {
      Beat next = early.remove();
      Burst burst = bursts.element();
      long from = burst.address() + (long) beat * shape.bytes();
      for (int i = 0; i < shape.bytes(); i++) {
        if (next.strobe().testBit(i)) {
          written.put(from + i, next.data().shiftRight(8 * i).byteValue());
        }
      }
      beat++;
      assertThat(next.last()).as("wlast").isEqualTo(beat == burst.beats());
      if (beat == burst.beats()) {
        beat = 0;
        bursts.remove();
        responses.add(
            new Burst(burst.id(), burst.address(), burst.beats(), cycle + behaviour.latency()));
      }
    }
  }

  boolean isQuiet() {
    return bursts.isEmpty() && responses.isEmpty() && early.isEmpty();
  }

  private boolean one(String name) {
    return sim.value(name) == 1;
  }
}
