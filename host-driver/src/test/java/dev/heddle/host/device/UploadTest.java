package dev.heddle.host.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.QuantisedMatrix;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.host.link.LineFaults;
import dev.heddle.host.link.LinkTransport;
import dev.heddle.host.link.ModelledPort;
import dev.heddle.host.transport.GoldenTransport;
import dev.heddle.host.transport.MachineTarget;
import dev.heddle.host.transport.TransportException;
import dev.heddle.lib.UartPeriod;
import dev.heddle.lib.link.LinkDescription;
import dev.heddle.lib.link.LinkModel;
import dev.heddle.lib.link.LinkTarget;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Weights on their way to a board: what is there already is left out. */
class UploadTest {
  private static final int MEMORY_BYTES = 1 << 20;
  private static final int BAUD = 3_000_000;
  private static final int CLOCK_HZ = 24_000_000;
  private static final QuantisedMatrix MATRIX = matrix(1);

  private static final LinkDescription DESCRIPTION =
      new LinkDescription(512, 32, 0, CLOCK_HZ, UartPeriod.of(CLOCK_HZ, BAUD), MEMORY_BYTES);

  /** The last that was heard of an upload. */
  private static final class Heard implements UploadProgress {
    private long done;
    private long skipped;
    private long total;

    @Override
    public void update(long done, long skipped, long total) {
      assertThat(done).isGreaterThan(this.done);
      this.done = done;
      this.skipped = skipped;
      this.total = total;
    }
  }

  private final GoldenTransport machine = new GoldenTransport(Configuration.NANO, MEMORY_BYTES);
  private final MachineTarget target = new MachineTarget(machine);

  private static QuantisedMatrix matrix(long seed) {
    Random random = new Random(seed);
    float[] values = new float[256 * 1024];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return QuantisedMatrix.quantise(WeightFormat.Q8_0, values, 256, 1024);
  }

  private static ModelledPort port(LinkTarget target, LineFaults faults) {
    LinkModel board = new LinkModel(DESCRIPTION, target);
    return new ModelledPort(board, BAUD, 1_000_000, faults, new SplittableRandom(1));
  }

  private static Device device(ModelledPort port) {
    return Device.open(new LinkTransport(port), Configuration.NANO);
  }

  private Heard upload(QuantisedMatrix matrix) {
    Heard heard = new Heard();
    try (Device device = device(port(target, LineFaults.NONE))) {
      device.upload(matrix, heard);
    }
    assertThat(heard.done).isEqualTo(heard.total);
    return heard;
  }

  @Test
  void weightsThatAreThereAreNotWrittenAgain() {
    assertThat(upload(MATRIX).skipped).isZero();
    ModelledPort port = port(target, LineFaults.NONE);
    Heard heard = new Heard();
    try (Device device = device(port)) {
      long began = port.nanoTime();
      device.upload(MATRIX, heard);
      assertThat(port.nanoTime() - began).isLessThan(20_000_000);
    }
    assertThat(heard.skipped).isEqualTo(heard.total).isGreaterThan(256 * 1024);
  }

  @Test
  void theLineIsUsedToTheFull() {
    ModelledPort port = port(target, LineFaults.NONE);
    try (Device device = device(port)) {
      long began = port.nanoTime();
      Heard heard = new Heard();
      device.upload(MATRIX, heard);
      double seconds = (port.nanoTime() - began) / 1e9;
      assertThat(heard.total / seconds).isBetween(0.92 * BAUD / 10, BAUD / 10.0);
    }
  }

  @Test
  void onlyThePieceThatChangedIsWrittenAgain() {
    upload(MATRIX);
    machine.writeBlock(5 * Upload.PIECE_BYTES, ByteBuffer.wrap(new byte[] {1, 2, 3}));
    Heard again = upload(MATRIX);
    assertThat(again.total - again.skipped).isEqualTo(Upload.PIECE_BYTES);
    Heard other = upload(matrix(2));
    assertThat(other.skipped).isZero();
    assertThat(upload(matrix(2)).skipped).isEqualTo(other.total);
  }

  @Test
  void anUploadThatWasInterruptedGoesOnWhereItWas() {
    int pieces = 6;
    try (Device device = device(port(target, LineFaults.NONE))) {
      assertThatThrownBy(
              () ->
                  device.upload(
                      MATRIX,
                      (done, skipped, total) -> {
                        if (done == pieces * Upload.PIECE_BYTES) {
                          Thread.currentThread().interrupt();
                        }
                      }))
          .isInstanceOf(TransportException.class)
          .hasMessage("the upload was interrupted");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(upload(MATRIX).skipped).isEqualTo(pieces * Upload.PIECE_BYTES);
  }

  @Test
  void overALineWithFaultsTheImageIsTheSame() {
    try (Device device = device(port(target, new LineFaults(1e-5, 1e-4, 1e-4, 1e-5, 1e-5)))) {
      device.upload(MATRIX, new Heard());
    }
    Heard again = upload(MATRIX);
    assertThat(again.skipped).isEqualTo(again.total);
  }

  /** A board of whose card memory a word keeps nothing. */
  private record Forgetful(LinkTarget sound, long word) implements LinkTarget {
    @Override
    public int readRegister(int offset) {
      return sound.readRegister(offset);
    }

    @Override
    public void writeRegister(int offset, int value) {
      sound.writeRegister(offset, value);
    }

    @Override
    public void readMemory(long address, ByteBuffer into) {
      sound.readMemory(address, into);
    }

    @Override
    public void writeMemory(long address, ByteBuffer source) {
      int bytes = source.remaining();
      sound.writeMemory(address, source);
      if (address <= word && word < address + bytes) {
        sound.writeMemory(word, ByteBuffer.allocate(Integer.BYTES));
      }
    }

    @Override
    public boolean interrupt() {
      return sound.interrupt();
    }

    @Override
    public void reset() {
      sound.reset();
    }
  }

  @Test
  void memoryThatDoesNotHoldWhatWasWrittenIsAnError() {
    try (Device device = device(port(new Forgetful(target, 0x8000), LineFaults.NONE))) {
      assertThatThrownBy(() -> device.upload(MATRIX))
          .isInstanceOf(DeviceException.class)
          .hasMessageContaining(
              "card memory does not hold what was written to it: 1 of 17 pieces of 16384 bytes differ, the first at 0x4040")
          .hasMessageEndingWith("test the board with heddle bringup");
    }
  }

  @Test
  void aMachineWithoutLineIsWrittenWithoutAsking() {
    try (Device device = Device.open(machine, Configuration.NANO)) {
      Heard heard = new Heard();
      device.upload(MATRIX, heard);
      assertThat(heard.skipped).isZero();
      assertThat(heard.done).isEqualTo(heard.total);
    }
  }
}
