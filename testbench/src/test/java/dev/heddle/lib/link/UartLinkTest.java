package dev.heddle.lib.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.hdl.verilog.VerilogWriter;
import dev.heddle.lib.SerialWave;
import dev.heddle.lib.UartPeriod;
import dev.heddle.lib.Waves;
import dev.heddle.testbench.LibraryOptions;
import dev.heddle.testbench.Simulation;
import dev.heddle.testbench.VerilatedLibrary;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class UartLinkTest {
  private static final int WHOLE = 1 << UartPeriod.FRACTION_BITS;
  private static final int PERIOD = 10 * WHOLE;
  private static final LinkParameters PARAMETERS =
      new LinkParameters(40, 4, 1_000_000, PERIOD, 4096, 8, 1);

  private static VerilatedLibrary library;

  @BeforeAll
  static void build() {
    library =
        VerilatedLibrary.of(
            VerilogWriter.write(new LinkBench(PARAMETERS, true)), LibraryOptions.CHECKED);
  }

  @AfterAll
  static void close() {
    library.close();
  }

  /** What the board answers to a request on its pins, at the rate of the line. */
  private static List<LinkReply> exchange(Simulation sim, LinkRequest request, double period) {
    SerialWave wave = new SerialWave().hold(1, 20);
    for (byte value : LinkFrame.encode(request.toBytes())) {
      wave.send(value & 0xff, period);
    }
    int answerBytes = LinkProtocol.contentBytes(PARAMETERS.payload()) + 3;
    wave.hold(1, 5000 + 10 * answerBytes * period);
    int[] line =
        new Waves(sim, Map.of("rx", wave.levels())).observe("tx", 1).run(wave.cycles()).get("tx");
    return LinkTraffic.replies(SerialWave.receive(line, period));
  }

  @Test
  void requestsOnThePinsAreAnsweredAtEachRateThatTheHostChooses() {
    Random random = new Random(8);
    LinkModel model = new LinkModel(PARAMETERS.description(), new ModelTarget());
    try (Simulation sim = Simulation.in(library, 8)) {
      sim.clock("clk");
      sim.set("irq", 0);
      sim.set("rx", 1);
      sim.set("peek", 0);
      sim.reset(3);
      double period = (double) PERIOD / WHOLE;
      assertAnswers(sim, model, LinkRequest.read(0, LinkOperation.HELLO, 5, 0), period);
      int number = 0;
      for (int next : new int[] {4 * WHOLE, 4 * WHOLE + 129, 5 * WHOLE - 1, 33 * WHOLE + 85}) {
        byte[] rate = LinkWord.encode(next);
        assertAnswers(sim, model, LinkRequest.of(number++, LinkOperation.RATE, 0, rate), period);
        period = (double) next / WHOLE;
        byte[] payload = new byte[PARAMETERS.payload()];
        random.nextBytes(payload);
        List<LinkRequest> requests =
            List.of(
                LinkRequest.of(number++, LinkOperation.LOOPBACK, 0, payload),
                LinkRequest.of(number++, LinkOperation.WRITE, 101, payload),
                LinkRequest.read(number++, LinkOperation.READ, 101, 40),
                LinkRequest.read(0, LinkOperation.HELLO, 0, 0));
        for (LinkRequest request : requests) {
          assertAnswers(sim, model, request, period);
        }
      }
    }
  }

  private static void assertAnswers(
      Simulation sim, LinkModel model, LinkRequest request, double period) {
    for (byte value : LinkFrame.encode(request.toBytes())) {
      model.receive(value);
    }
    assertThat(exchange(sim, request, period))
        .as("period %s", period)
        .isEqualTo(LinkTraffic.replies(model.send()))
        .hasSize(1);
  }
}
