package dev.heddle.host.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.host.transport.MachineTarget;
import dev.heddle.host.transport.Transport;
import dev.heddle.host.transport.TransportConformance;
import dev.heddle.lib.UartPeriod;
import dev.heddle.lib.link.LinkDescription;
import dev.heddle.lib.link.LinkModel;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A golden machine behind a line that damages a byte in a thousand, loses and doubles some. */
class ModelledLinkTest extends TransportConformance {
  static final int BAUD = 3_000_000;
  private static final int FAST = 6_000_000;
  private static final LineFaults FAULTS = new LineFaults(1e-5, 1e-4, 1e-4, 1e-5, 1e-6);

  private static ModelledPort port(LineFaults faults) {
    int clock = Math.toIntExact(CONFIGURATION.clockHz());
    LinkDescription description =
        new LinkDescription(512, 32, 0, clock, UartPeriod.of(clock, BAUD), MEMORY_BYTES);
    LinkModel board = new LinkModel(description, new MachineTarget(CONFIGURATION, MEMORY_BYTES));
    return new ModelledPort(board, BAUD, 1_000_000, faults, new SplittableRandom(1));
  }

  @Override
  protected Transport open() {
    return new LinkTransport(port(FAULTS));
  }

  @Test
  void aBoardThatWasLeftAtAnotherRateIsFoundThereAndGoesBack() {
    ModelledPort port = port(LineFaults.NONE);
    // A killed program closes nothing.
    new LinkTransport(port).setBaud(FAST);
    assertThatThrownBy(() -> new LinkTransport(port))
        .hasMessageContaining("no board answers on a modelled port at 3000000 baud");
    assertThatThrownBy(() -> new LinkTransport(port, OptionalInt.of(1_000_000)))
        .hasMessageContaining("no board answers on a modelled port at 3000000 baud");
    int fast;
    try (LinkTransport link = new LinkTransport(port, OptionalInt.of(FAST))) {
      fast = link.board().period();
      link.setBaud(FAST);
      link.writeBlock(0, ByteBuffer.allocate(5000));
      assertThat(link.holds(0, ByteBuffer.allocate(5000))).isTrue();
    }
    try (LinkTransport link = new LinkTransport(port)) {
      assertThat(link.board().period()).isGreaterThan(fast);
    }
  }

  @Test
  void whoIsAskedGoesOnWithItsSession() {
    ModelledPort port = port(LineFaults.NONE);
    try (LinkTransport link = new LinkTransport(port)) {
      int session = link.board().session();
      assertThat(LinkTransport.ask(port, Duration.ofSeconds(1)))
          .hasValueSatisfying(board -> assertThat(board.session()).isEqualTo(session));
      link.writeBlock(0, ByteBuffer.allocate(5000));
      assertThat(link.holds(0, ByteBuffer.allocate(5000))).isTrue();
    }
  }
}
