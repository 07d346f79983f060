package dev.heddle.lib.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.hdl.verilog.VerilogWriter;
import dev.heddle.lib.UartPeriod;
import dev.heddle.testbench.LibraryOptions;
import dev.heddle.testbench.Simulation;
import dev.heddle.testbench.VerilatedLibrary;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LinkBridgeTest {
  private static final int CLOCK_HZ = 1_000_000;
  private static final int PERIOD = UartPeriod.of(CLOCK_HZ, 100_000);
  private static final int TRIAL_CYCLES = CLOCK_HZ / 4;
  private static final int SESSION = 0x1234_5678;

  /** Bridges under test. */
  enum Size {
    SMALL(new LinkParameters(40, 4, CLOCK_HZ, PERIOD, 4096, 8, 1), 2500),
    LARGE(new LinkParameters(600, 32, CLOCK_HZ, PERIOD, 0x1_2345_6789L, 32, 8), 1000);

    final LinkParameters parameters;
    final int requests;
    private VerilatedLibrary library;

    Size(LinkParameters parameters, int requests) {
      this.parameters = parameters;
      this.requests = requests;
    }

    BytesBoard board(long seed) {
      if (library == null) {
        library =
            VerilatedLibrary.of(
                VerilogWriter.write(new LinkBench(parameters, false)), LibraryOptions.CHECKED);
      }
      return new BytesBoard(Simulation.in(library, seed), seed);
    }
  }

  @AfterAll
  static void close() {
    for (Size size : Size.values()) {
      if (size.library != null) {
        size.library.close();
        size.library = null;
      }
    }
  }

  /** A bridge and its model, which get the same bytes. */
  private static final class Pair implements AutoCloseable {
    final LinkParameters parameters;
    final BytesBoard board;
    final ModelTarget target = new ModelTarget();
    final LinkModel model;
    final ByteArrayOutputStream expected = new ByteArrayOutputStream();

    Pair(Size size, long seed) {
      parameters = size.parameters;
      board = size.board(seed);
      model = new LinkModel(parameters.description(), target);
    }

    void exchange(byte[] bytes, boolean gaps, int readyPercent) {
      expected.writeBytes(model.send());
      for (byte value : bytes) {
        model.receive(value);
      }
      expected.writeBytes(model.send());
      board.run(bytes, gaps, readyPercent, 0);
      board.runUntilSent(modelled(), readyPercent);
    }

    /** The hardware says at least as much: it may end a frame with the code of an empty run. */
    private int modelled() {
      return expected.size();
    }

    void setInterrupt(boolean level) {
      target.interrupt = level;
      board.sim.set("irq", level ? 1 : 0);
      board.run(new byte[0], false, 0, 5);
    }

    void request(LinkRequest request) {
      exchange(LinkFrame.encode(request.toBytes()), false, 100);
    }

    void begin() {
      request(LinkRequest.read(0, LinkOperation.HELLO, SESSION, 0));
    }

    LinkReply last() {
      List<LinkReply> replies = LinkTraffic.replies(board.sent.toByteArray());
      return replies.get(replies.size() - 1);
    }

    /** Writes all of the memory and the registers, which begin with no defined value. */
    void initialise(Random random) {
      int number = 0;
      for (int at = 0; at < target.memory.length; ) {
        byte[] part = new byte[Math.min(parameters.payload(), target.memory.length - at)];
        random.nextBytes(part);
        request(LinkRequest.of(number++ & 0xff, LinkOperation.WRITE, at, part));
        at += part.length;
      }
      for (int i = 0; i < target.registers.length; i++) {
        byte[] value = LinkWord.encode(random.nextInt());
        request(LinkRequest.of(number++ & 0xff, LinkOperation.WRITE_REGISTER, 4 * i, value));
      }
    }

    void assertEqual() {
      List<LinkReply> said = LinkTraffic.replies(board.sent.toByteArray());
      List<LinkReply> wanted = LinkTraffic.replies(expected.toByteArray());
      for (int i = 0; i < Math.min(said.size(), wanted.size()); i++) {
        assertThat(said.get(i)).as("reply %d", i).isEqualTo(wanted.get(i));
      }
      assertThat(said).hasSameSizeAs(wanted);
      assertThat(board.writes).isEqualTo(target.writes);
      assertThat(board.memory()).isEqualTo(target.memory);
      assertThat(board.resets).isEqualTo(target.resets);
      assertThat(board.dropped).isEqualTo((int) model.dropped());
    }

    @Override
    public void close() {
      board.sim.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void randomRequestsOverABadLineAreAnsweredAsTheModelAnswersThem(Size size) {
    long seed = Long.getLong("heddle.seed", 20 + size.ordinal());
    Random random = new Random(seed);
    try (Pair pair = new Pair(size, seed)) {
      LinkTraffic traffic = new LinkTraffic(size.parameters, seed);
      pair.exchange(traffic.request(), false, 100);
      pair.begin();
      pair.initialise(random);
      pair.exchange(traffic.hello(SESSION + 1), false, 100);
      for (int done = 0; done < size.requests; ) {
        int burst = 1 + random.nextInt(size.parameters.window());
        List<byte[]> frames = new ArrayList<>();
        for (int i = 0; i < burst; i++) {
          frames.add(traffic.request());
        }
        // A frame without its delimiter would swallow what comes after the burst.
        frames.add(new byte[1]);
        if (random.nextInt(10) == 0) {
          pair.setInterrupt(!pair.target.interrupt);
        }
        pair.exchange(
            LinkTraffic.concat(frames.toArray(byte[][]::new)),
            random.nextBoolean(),
            random.nextInt(3) == 0 ? 10 : 100);
        done += burst;
        if (random.nextInt(4) == 0) {
          pair.exchange(traffic.fill(pair.last().base()), false, 100);
        }
      }
      pair.assertEqual();
      List<LinkReply> replies = LinkTraffic.replies(pair.board.sent.toByteArray());
      for (LinkStatus status : LinkStatus.values()) {
        assertThat(replies).as("seed %d", seed).anyMatch(reply -> reply.status() == status);
      }
    }
  }

  @Test
  void readsAndWritesReachEachByteFromEachAddress() {
    try (Pair pair = new Pair(Size.SMALL, 3)) {
      Random random = new Random(3);
      pair.begin();
      pair.initialise(random);
      pair.begin();
      int number = 0;
      for (int address = 0; address < 4; address++) {
        for (int length = 1; length <= 9; length++) {
          byte[] data = new byte[length];
          random.nextBytes(data);
          pair.request(LinkRequest.of(number++ & 0xff, LinkOperation.WRITE, 64 + address, data));
          pair.request(LinkRequest.read(number++ & 0xff, LinkOperation.READ, 64 + address, length));
          assertThat(pair.last().payload()).isEqualTo(data);
          pair.request(
              LinkRequest.of(
                  number++ & 0xff, LinkOperation.CHECK, 64 + address, LinkWord.encode(length)));
        }
      }
      pair.assertEqual();
    }
  }

  @Test
  void operationsThatDoNotExistChangeNothing() {
    try (Pair pair = new Pair(Size.SMALL, 9)) {
      pair.begin();
      pair.request(LinkRequest.of(1, LinkOperation.LOOPBACK, 0, new byte[0]));
      int replies = 2;
      for (int operation = LinkOperation.values().length; operation < 256; operation++) {
        pair.request(new LinkRequest(0, operation, 4, 77, new byte[4]));
        pair.request(new LinkRequest(0, operation, 0, 77, new byte[0]));
        assertThat(pair.last().status()).isEqualTo(LinkStatus.UNKNOWN_OPERATION);
        assertThat(pair.last().applied()).isEqualTo(2);
        replies += 2;
      }
      assertThat(LinkTraffic.replies(pair.board.sent.toByteArray()))
          .isEqualTo(LinkTraffic.replies(pair.expected.toByteArray()))
          .hasSize(replies);
      assertThat(pair.board.writes).isEmpty();
      assertThat(pair.board.resets).isZero();
    }
  }

  @Test
  void whatTheRingHasNoRoomForIsDroppedInWholeFrames() {
    try (Pair pair = new Pair(Size.SMALL, 4)) {
      pair.begin();
      BytesBoard board = pair.board;
      byte[] payload = new byte[40];
      Arrays.fill(payload, (byte) 9);
      List<byte[]> frames = new ArrayList<>();
      int sent = 60;
      for (int i = 0; i < sent; i++) {
        payload[0] = (byte) i;
        frames.add(
            LinkFrame.encode(LinkRequest.of(0, LinkOperation.LOOPBACK, 0, payload).toBytes()));
      }
      int before = board.sent.size();
      board.run(LinkTraffic.concat(frames.toArray(byte[][]::new)), false, 0, 100);
      assertThat(board.sent.size()).isEqualTo(before);
      assertThat(board.dropped).isPositive();
      for (int i = 0; i < 20; i++) {
        board.run(new byte[0], false, 100, 5000);
      }
      List<LinkReply> replies = LinkTraffic.replies(board.sent.toByteArray());
      assertThat(replies).hasSize(1 + sent - board.dropped);
      assertThat(replies.size()).isGreaterThan(1 + pair.parameters.window());
      for (int i = 1; i < replies.size(); i++) {
        payload[0] = (byte) (i - 1);
        assertThat(replies.get(i).payload()).isEqualTo(payload);
      }
    }
  }

  @Test
  void aByteThatTheLineDamagedDropsItsFrame() {
    try (Pair pair = new Pair(Size.SMALL, 5)) {
      pair.begin();
      byte[] frame =
          LinkFrame.encode(LinkRequest.of(0, LinkOperation.LOOPBACK, 0, new byte[3]).toBytes());
      int before = pair.board.sent.size();
      pair.board.run(Arrays.copyOf(frame, 5), false, 100, 0);
      pair.board.sim.set("rx_damaged", 1);
      pair.board.run(new byte[] {frame[5]}, false, 100, 0);
      pair.board.sim.set("rx_damaged", 0);
      pair.board.run(Arrays.copyOfRange(frame, 6, frame.length), false, 100, 3000);
      assertThat(pair.board.dropped).isEqualTo(1);
      assertThat(pair.board.sent.size()).isEqualTo(before);
      pair.request(LinkRequest.of(0, LinkOperation.LOOPBACK, 0, new byte[3]));
      assertThat(pair.last().status()).isEqualTo(LinkStatus.DONE);
    }
  }

  @Test
  void aNewRateIsGivenUpWithoutASoundFrame() {
    try (Pair pair = new Pair(Size.SMALL, 6)) {
      pair.begin();
      Simulation sim = pair.board.sim;
      assertThat(sim.value("period")).isEqualTo(PERIOD);
      pair.request(LinkRequest.of(0, LinkOperation.RATE, 0, LinkWord.encode(0x1234)));
      assertThat(sim.value("period")).isEqualTo(0x1234);
      pair.board.run(new byte[] {0, 1, 2, 3, 0}, false, 100, TRIAL_CYCLES - 10_000);
      assertThat(sim.value("period")).as("within the trial").isEqualTo(0x1234);
      pair.board.run(new byte[0], false, 100, 10_000);
      assertThat(sim.value("period")).as("after the trial").isEqualTo(PERIOD);
      pair.request(LinkRequest.of(0, LinkOperation.RATE, 0, LinkWord.encode(0x1235)));
      pair.request(LinkRequest.of(1, LinkOperation.LOOPBACK, 0, new byte[0]));
      pair.board.run(new byte[0], false, 100, TRIAL_CYCLES);
      assertThat(sim.value("period")).as("after a sound frame").isEqualTo(0x1235);
    }
  }
}
