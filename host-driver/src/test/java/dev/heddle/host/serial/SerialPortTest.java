package dev.heddle.host.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.heddle.accel.Configuration;
import dev.heddle.host.link.LineLostException;
import dev.heddle.host.link.LinkTransport;
import dev.heddle.host.link.SerialLine;
import dev.heddle.host.transport.MachineTarget;
import dev.heddle.host.transport.Transport;
import dev.heddle.host.transport.TransportConformance;
import dev.heddle.host.transport.TransportException;
import dev.heddle.lib.link.LinkDescription;
import dev.heddle.lib.link.LinkModel;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SerialPortTest {
  private static final int BAUD = 3_000_000;

  private static LinkModel board(int memoryBytes) {
    LinkDescription description = new LinkDescription(512, 32, 0, 24_000_000, 8 << 8, memoryBytes);
    return new LinkModel(description, new MachineTarget(Configuration.NANO, memoryBytes));
  }

  /** The conformance suite through a pseudo-terminal of the system. */
  @Nested
  class ThroughAPseudoTerminal extends TransportConformance {
    private BoardOnTerminal terminal;

    @Override
    protected Transport open() {
      terminal = new BoardOnTerminal(board(MEMORY_BYTES));
      return new LinkTransport(() -> SerialPort.open(terminal.port(), BAUD));
    }

    @Override
    @AfterEach
    protected void closeTransport() {
      super.closeTransport();
      terminal.close();
    }
  }

  @Test
  void everyByteArrivesAsItIs() {
    try (PseudoTerminal terminal = PseudoTerminal.open();
        SerialPort port = SerialPort.open(terminal.port(), BAUD)) {
      assertThat(port.baud()).isEqualTo(BAUD);
      byte[] all = new byte[256];
      for (int i = 0; i < all.length; i++) {
        all[i] = (byte) i;
      }
      assertThat(exchange(port, terminal, all)).isEqualTo(all);
      assertThat(exchange(terminal, port, all)).isEqualTo(all);
      port.setBaud(1_000_000);
      assertThat(port.baud()).isEqualTo(1_000_000);
      assertThat(exchange(port, terminal, all)).isEqualTo(all);
    }
  }

  private static byte[] exchange(SerialLine from, SerialLine to, byte[] bytes) {
    assertThat(from.write(ByteBuffer.wrap(bytes))).isEqualTo(bytes.length);
    ByteBuffer received = ByteBuffer.allocate(bytes.length);
    while (received.hasRemaining()) {
      to.await(false, 1_000_000_000);
      assertThat(to.read(received)).isPositive();
    }
    return received.array();
  }

  @Test
  void aWaitEndsWhenNothingComes() {
    try (PseudoTerminal terminal = PseudoTerminal.open();
        SerialPort port = SerialPort.open(terminal.port(), BAUD)) {
      port.await(false, 1_000_000);
      assertThat(port.read(ByteBuffer.allocate(1))).isZero();
    }
  }

  @Test
  void aPulledPlugIsALostLine() {
    PseudoTerminal terminal = PseudoTerminal.open();
    try (SerialPort port = SerialPort.open(terminal.port(), BAUD)) {
      terminal.close();
      port.await(false, 1_000_000_000);
      assertThatThrownBy(() -> port.read(ByteBuffer.allocate(1)))
          .isInstanceOf(LineLostException.class);
      assertThatThrownBy(() -> port.write(ByteBuffer.allocate(1)))
          .isInstanceOf(LineLostException.class);
    }
  }

  @Test
  void whatIsNoPortIsRefused(@TempDir Path folder) throws Exception {
    assertThatThrownBy(() -> SerialPort.open("/dev/ttyNONE", BAUD))
        .hasMessage(
            "there is no port /dev/ttyNONE; plug the board in; /dev/serial/by-id names the ports there are");
    Path file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> SerialPort.open(file.toString(), BAUD))
        .hasMessage(file + " is no serial port");
  }

  @Test
  void aPortThatIsOpenElsewhereIsRefusedUntilItIsClosed() {
    try (PseudoTerminal terminal = PseudoTerminal.open()) {
      try (SerialPort first = SerialPort.open(terminal.port(), BAUD)) {
        assertThatThrownBy(() -> SerialPort.open(first.name(), BAUD))
            .isInstanceOf(LineLostException.class)
            .hasMessage(terminal.port() + " is open in another program; close that one");
      }
      SerialPort.open(terminal.port(), BAUD).close();
    }
  }

  @Test
  void aPortWithoutRightsIsRefused() throws Exception {
    try (PseudoTerminal terminal = PseudoTerminal.open()) {
      Path port = Path.of(terminal.port());
      Files.setPosixFilePermissions(port, Set.of());
      assumeFalse(Files.isReadable(port), "the administrator may open everything");
      assertThatThrownBy(() -> SerialPort.open(terminal.port(), BAUD))
          .isInstanceOf(LineLostException.class)
          .hasMessage(
              terminal.port()
                  + " may not be opened by this user; join the group it belongs to (sudo usermod -aG dialout $USER) and log in again");
    }
  }

  @Test
  void aPortWithoutBoardIsAnError() {
    try (PseudoTerminal terminal = PseudoTerminal.open()) {
      assertThatThrownBy(() -> new LinkTransport(() -> SerialPort.open(terminal.port(), BAUD)))
          .isInstanceOf(TransportException.class)
          .hasMessageContaining(
              "no board answers on %s at 3000000 baud".formatted(terminal.port()));
    }
  }

  @Test
  void aPlugPulledDuringAnUploadIsAnErrorAndTheNextStartWorks() throws Exception {
    ByteBuffer content = ByteBuffer.allocate(1 << 20);
    new Random(1).nextBytes(content.array());
    BoardOnTerminal terminal = new BoardOnTerminal(board(1 << 20));
    AtomicBoolean pulled = new AtomicBoolean();
    // The system may give the name of a terminal that is gone to the next one.
    SerialLine.Opener opener =
        () -> {
          if (pulled.get()) {
            throw new LineLostException("there is no port");
          }
          return SerialPort.open(terminal.port(), BAUD);
        };
    try (LinkTransport link = new LinkTransport(opener)) {
      Thread hand =
          new Thread(
              () -> {
                sleep(Duration.ofMillis(20));
                pulled.set(true);
                terminal.close();
              });
      hand.start();
      assertThatThrownBy(
              () -> {
                while (true) {
                  link.writeBlock(0, content.duplicate());
                }
              })
          .isInstanceOf(TransportException.class)
          .hasMessageContaining(terminal.port() + " is gone");
      hand.join();
    }
    try (BoardOnTerminal again = new BoardOnTerminal(board(1 << 20));
        LinkTransport link = new LinkTransport(() -> SerialPort.open(again.port(), BAUD))) {
      link.writeBlock(0, content.duplicate());
      assertThat(link.holds(0, content)).isTrue();
      content.put(77, (byte) (content.get(77) + 1));
      assertThat(link.holds(0, content)).isFalse();
    }
  }

  private static void sleep(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
