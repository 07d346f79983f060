package dev.heddle.host.bench;

import dev.heddle.host.link.LineFaults;
import dev.heddle.host.link.LinkStatistics;
import dev.heddle.host.link.LinkTransport;
import dev.heddle.host.link.ModelledPort;
import dev.heddle.lib.UartPeriod;
import dev.heddle.lib.link.LinkDescription;
import dev.heddle.lib.link.LinkModel;
import dev.heddle.lib.link.LinkTarget;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Random transfers over a line with faults, each checked: what is written is there, what is read is
 * what was written, and a register that counts writes has counted each once.
 */
final class LinkSoak {
  /** Bits a second of the line. */
  static final int BAUD = 3_000_000;

  private static final int CLOCK_HZ = 24_000_000;
  private static final int PAYLOAD = 512;
  private static final int WINDOW = 32;
  private static final int MEMORY_BYTES = 1 << 16;
  private static final int LONGEST = 3000;

  /** Card memory, and one register of which every write must come once and in order. */
  private static final class Board implements LinkTarget {
    private final byte[] memory = new byte[MEMORY_BYTES];
    private int writes;
    private boolean inOrder = true;

    @Override
    public int readRegister(int offset) {
      return writes;
    }

    @Override
    public void writeRegister(int offset, int value) {
      inOrder &= value == writes;
      writes++;
    }

    @Override
    public void readMemory(long address, ByteBuffer target) {
      target.put(memory, (int) address, target.remaining());
    }

    @Override
    public void writeMemory(long address, ByteBuffer source) {
      source.get(memory, (int) address, source.remaining());
    }

    @Override
    public boolean interrupt() {
      return false;
    }

    @Override
    public void reset() {
      writes = 0;
    }
  }

  private final Board board = new Board();
  private final byte[] expected = new byte[MEMORY_BYTES];
  private final SplittableRandom random;
  private final ModelledPort port;
  private final LinkTransport link;
  private int pushes;

  /**
   * A link.
   *
   * @param latencyNanos after which the host hears what has arrived
   */
  LinkSoak(LineFaults faults, long latencyNanos, long seed) {
    random = new SplittableRandom(seed);
    LinkDescription description =
        new LinkDescription(
            PAYLOAD, WINDOW, 0, CLOCK_HZ, UartPeriod.of(CLOCK_HZ, BAUD), MEMORY_BYTES);
    LinkModel model = new LinkModel(description, board);
    port = new ModelledPort(model, BAUD, latencyNanos, faults, random.split());
    link = new LinkTransport(port);
  }

  /**
   * Transfers until so many frames were sent.
   *
   * @return what happened on the link
   * @throws BenchmarkException when a byte or a write is lost, or a write comes twice
   */
  LinkStatistics run(long frames) {
    while (link.statistics().sent() < frames) {
      switch (random.nextInt(8)) {
        case 0, 1, 2 -> write();
        case 3, 4 -> read();
        case 5 -> check();
        case 6 -> link.write32(0, pushes++);
        default -> require(link.read32(0) == pushes, "a register was written twice or never");
      }
    }
    link.close();
    require(board.inOrder && board.writes == pushes, "a register was written twice or never");
    require(Arrays.equals(board.memory, expected), "card memory lacks what was written");
    return link.statistics();
  }

  private void write() {
    int address = random.nextInt(MEMORY_BYTES);
    byte[] bytes = new byte[1 + random.nextInt(Math.min(LONGEST, MEMORY_BYTES - address))];
    random.nextBytes(bytes);
    link.writeBlock(address, ByteBuffer.wrap(bytes));
    System.arraycopy(bytes, 0, expected, address, bytes.length);
  }

  private void read() {
    int address = random.nextInt(MEMORY_BYTES);
    byte[] bytes = new byte[1 + random.nextInt(Math.min(LONGEST, MEMORY_BYTES - address))];
    link.readBlock(address, ByteBuffer.wrap(bytes));
    require(
        Arrays.equals(bytes, 0, bytes.length, expected, address, address + bytes.length),
        "what was read is not what was written");
  }

  private void check() {
    ByteBuffer bytes = ByteBuffer.wrap(expected).limit(1 + random.nextInt(MEMORY_BYTES));
    bytes.position(random.nextInt(bytes.limit()));
    require(link.holds(bytes.position(), bytes), "the check of card memory is wrong");
  }

  private static void require(boolean holds, String failure) {
    if (!holds) {
      throw new BenchmarkException("the link failed: " + failure);
    }
  }

  /**
   * Payload that passes in the time in which the line passes as many bytes at best.
   *
   * @param bytes of each transfer
   * @param count of transfers
   */
  double goodput(boolean writing, int bytes, int count) {
    ByteBuffer block = ByteBuffer.allocate(bytes);
    long began = port.nanoTime();
    for (int i = 0; i < count; i++) {
      int address = i * bytes % MEMORY_BYTES;
      block.clear();
      if (writing) {
        link.writeBlock(address, block);
      } else {
        link.readBlock(address, block);
      }
    }
    link.close();
    double seconds = (port.nanoTime() - began) / 1e9;
    return (double) bytes * count / (seconds * BAUD / 10);
  }
}
