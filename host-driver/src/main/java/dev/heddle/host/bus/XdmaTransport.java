package dev.heddle.host.bus;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import dev.heddle.accel.isa.ShellRegisters;
import dev.heddle.host.linux.DeviceFile;
import dev.heddle.host.linux.DeviceFiles;
import dev.heddle.host.linux.Libc;
import dev.heddle.host.linux.SystemCallException;
import dev.heddle.host.transport.TransportException;
import dev.heddle.lib.RegisterMap;
import java.nio.ByteBuffer;

/**
 * A PCIe card behind the driver XDMA of AMD (github.com/Xilinx/dma_ip_drivers), which this class
 * was written from; it has been tested with a stand-in for the driver, not with a card.
 *
 * <pre>
 *   /dev/xdmaN_user      registers, a word at a time
 *   /dev/xdmaN_h2c_0     to card memory
 *   /dev/xdmaN_c2h_0     from card memory
 *   /dev/xdmaN_events_0  the interrupt
 *   /dev/xdmaN_control   registers of the DMA engines
 * </pre>
 *
 * <p>What the driver asks of its users, and how it is kept:
 *
 * <ul>
 *   <li>Registers move as words of 4 bytes whatever is asked for, without a look at the size of
 *       their window: reads and writes have 4 bytes, and lie inside the BAR.
 *   <li>The position of a data node does not advance: all transfers say their place.
 *   <li>The pages of a transfer are written to, whichever way it goes, and their low address bits
 *       are those of the card: transfers go through one buffer of this class.
 *   <li>A transfer has at most 2048 pieces of a page: one of {@value #CHUNK_BYTES} bytes fits.
 *   <li>Transfers may be short, and a signal or a slow card ends them with error 110, or 512 from
 *       older drivers: they are made again when the engine is there and idle, {@value #RETRIES}
 *       times.
 *   <li>Reading an event waits for ever, and scattered transfers end the kernel's patience: events
 *       are polled first, and nothing is scattered.
 * </ul>
 */
public final class XdmaTransport extends BusTransport {
  /** Name of the kind. */
  public static final String KIND = "xdma";

  private static final int PAGE = 1 << 12;
  private static final int CHUNK_BYTES = 1 << 22;
  private static final int RETRIES = 3;

  /** Registers of the first engine of a direction, at the same place in both. */
  private static final int H2C_ENGINE = 0x0000;

  private static final int C2H_ENGINE = 0x1000;
  private static final int ENGINE_STATUS = 0x40;
  private static final int IDENTIFIER_SHIFT = 20;
  private static final int IDENTIFIER = 0x1fc;
  private static final int STREAM_BIT = 1 << 15;
  private static final int BUSY_BIT = 1;

  /** A data node and the engine behind it. */
  private record Channel(DeviceFile node, int engine, boolean toCard) {
    int move(Pointer place, int bytes, long address) {
      return toCard ? node.pwrite(place, bytes, address) : node.pread(place, bytes, address);
    }
  }

  private final XdmaCard card;
  private final OpenNodes nodes = new OpenNodes();
  private final DeviceFile user;
  private final DeviceFile control;
  private final DeviceFile events;
  private final Channel toCard;
  private final Channel fromCard;
  private final Memory word = new Memory(RegisterMap.WORD_BYTES);
  private final Memory space = new Memory(CHUNK_BYTES + 2L * PAGE);
  private final Pointer pages = space.align(PAGE);
  private final long memoryBytes;

  /**
   * Opens a card.
   *
   * @param files opens its nodes
   * @throws TransportException when it is not there, may not be opened, or has no shell
   */
  public XdmaTransport(DeviceFiles files, XdmaCard card) {
    this.card = card;
    try {
      user = open(files, "user");
      user.lock();
      control = open(files, "control");
      toCard = new Channel(open(files, "h2c_0"), H2C_ENGINE, true);
      fromCard = new Channel(open(files, "c2h_0"), C2H_ENGINE, false);
      events = open(files, "events_0");
      requireWindow();
      requireShell();
      requireEngine(toCard);
      requireEngine(fromCard);
      memoryBytes = shell().read("MEMORY");
      if (memoryBytes <= 0) {
        throw new TransportException(
            "the shell on %s names no card memory; program it with a design that has memory of its own"
                .formatted(place()));
      }
    } catch (SystemCallException e) {
      release();
      throw new TransportException(OpenNodes.refusal(card.node("user"), e), e);
    } catch (RuntimeException e) {
      release();
      throw e;
    }
  }

  private DeviceFile open(DeviceFiles files, String node) {
    return nodes.open(
        files,
        card.node(node),
        "there is no %s; list the cards with lspci -d 10ee:, and load the driver XDMA, which comes from github.com/Xilinx/dma_ip_drivers (insmod xdma.ko)");
  }

  /** The driver would read past the end of a window that is too small. */
  private void requireWindow() {
    long bytes = card.registerBytes();
    if (bytes < ShellRegisters.WINDOW_BYTES) {
      throw new TransportException(
          "the registers of %s take %d bytes, a machine and its shell %d; program it with a design of Heddle, or name another card"
              .formatted(place(), bytes, ShellRegisters.WINDOW_BYTES));
    }
  }

  @Override
  int readWord(int offset) {
    return readWord(user, offset);
  }

  private int readWord(DeviceFile node, int offset) {
    try {
      requireWord(uninterrupted(() -> node.pread(word, RegisterMap.WORD_BYTES, offset)), offset);
      return word.getInt(0);
    } catch (SystemCallException e) {
      throw failure("reading the register at 0x%x".formatted(offset), e);
    }
  }

  @Override
  void writeWord(int offset, int value) {
    word.setInt(0, value);
    try {
      requireWord(uninterrupted(() -> user.pwrite(word, RegisterMap.WORD_BYTES, offset)), offset);
    } catch (SystemCallException e) {
      throw failure("writing the register at 0x%x".formatted(offset), e);
    }
  }

  private void requireWord(int moved, int offset) {
    if (moved != RegisterMap.WORD_BYTES) {
      throw new TransportException(
          "the driver of %s moved %d bytes of the register at 0x%x instead of %d; use the driver XDMA of github.com/Xilinx/dma_ip_drivers"
              .formatted(place(), moved, offset, RegisterMap.WORD_BYTES));
    }
  }

  @Override
  void read(long address, ByteBuffer target) {
    for (long at = address; target.hasRemaining(); ) {
      int bytes = Math.min(CHUNK_BYTES, target.remaining());
      Pointer place = place(at, bytes);
      transfer(fromCard, place, bytes, at);
      target.put(place.getByteBuffer(0, bytes));
      at += bytes;
    }
  }

  @Override
  void write(long address, ByteBuffer source) {
    for (long at = address; source.hasRemaining(); ) {
      int bytes = Math.min(CHUNK_BYTES, source.remaining());
      Pointer place = place(at, bytes);
      place.getByteBuffer(0, bytes).put(source.slice(source.position(), bytes));
      transfer(toCard, place, bytes, at);
      source.position(source.position() + bytes);
      at += bytes;
    }
  }

  /** Where the bytes of an address lie in the buffer: with the same low bits. */
  private Pointer place(long address, int bytes) {
    return pages.share(address % PAGE, bytes);
  }

  private void transfer(Channel channel, Pointer place, int bytes, long address) {
    int done = 0;
    int timeouts = 0;
    while (done < bytes) {
      int at = done;
      try {
        int moved = uninterrupted(() -> channel.move(place.share(at), bytes - at, address + at));
        if (moved <= 0 || moved > bytes - at) {
          throw new TransportException(
              "the driver of %s moved %d of %d bytes at 0x%x of card memory; look at the end of dmesg"
                  .formatted(channel.node().path(), moved, bytes - at, address + at));
        }
        done += moved;
      } catch (SystemCallException e) {
        boolean timeout = e.number() == Libc.ETIMEDOUT || e.number() == Libc.ERESTARTSYS;
        if (!timeout || ++timeouts > RETRIES) {
          throw failure(
              "moving %d bytes at 0x%x of card memory".formatted(bytes - at, address + at), e);
        }
        requirePresentAfter(e);
        requireEngine(channel);
      }
    }
  }

  /** Refuses an engine that is not there, is of another kind, or is at work for somebody. */
  private void requireEngine(Channel channel) {
    int identifier = readWord(control, channel.engine());
    if (identifier >>> IDENTIFIER_SHIFT != IDENTIFIER) {
      throw new TransportException(
          identifier == ALL_ONES
              ? gone()
              : "there is no DMA engine behind %s: it tells 0x%08x; use a design whose XDMA has one channel each way"
                  .formatted(channel.node().path(), identifier));
    }
    if ((identifier & STREAM_BIT) != 0) {
      throw new TransportException(
          "%s leads to a stream, not to memory; use a design whose XDMA is set to AXI Memory Mapped"
              .formatted(channel.node().path()));
    }
    if ((readWord(control, channel.engine() + ENGINE_STATUS) & BUSY_BIT) != 0) {
      throw new TransportException(
          "the DMA engine behind %s does not stop; load its driver anew (rmmod xdma; insmod xdma.ko), or program the card"
              .formatted(channel.node().path()));
    }
  }

  @Override
  boolean takeEvent(int milliseconds) {
    try {
      int state = poll(milliseconds);
      if ((state & (Libc.POLLERR | Libc.POLLHUP | Libc.POLLNVAL)) != 0) {
        throw new TransportException(gone());
      }
      if ((state & Libc.POLLIN) == 0) {
        return false;
      }
      uninterrupted(() -> events.pread(word, RegisterMap.WORD_BYTES, 0));
      return true;
    } catch (SystemCallException e) {
      if (e.number() == Libc.EAGAIN) {
        // A signal came between: the event is still there.
        return false;
      }
      throw failure("waiting for the interrupt", e);
    }
  }

  /** Nothing has come when a signal has: the caller looks again. */
  private int poll(int milliseconds) {
    try {
      return events.poll(milliseconds);
    } catch (SystemCallException e) {
      if (e.number() == Libc.EINTR) {
        return 0;
      }
      throw e;
    }
  }

  private void requirePresentAfter(SystemCallException e) {
    if (!answers()) {
      throw new TransportException(gone(), e);
    }
  }

  private TransportException failure(String what, SystemCallException e) {
    String remedy =
        switch (e.number()) {
          case Libc.ETIMEDOUT, Libc.ERESTARTSYS ->
              "the card has not answered for as long as the driver waits, %d times; check that card memory is calibrated and behind the XDMA"
                  .formatted(RETRIES + 1);
          case Libc.EBUSY -> "the card is being reset; start again when it is back";
          case Libc.EIO -> "the transfer failed on the card; look at the end of dmesg";
          case Libc.EINVAL, Libc.EPROTO, Libc.EFAULT ->
              "the driver refuses it; use the driver XDMA of github.com/Xilinx/dma_ip_drivers, and look at the end of dmesg";
          case Libc.ENODEV, Libc.ENXIO -> "its driver has let go of it; " + gone();
          default -> "look at the end of dmesg";
        };
    return new TransportException(
        "%s on %s failed with %s: %s".formatted(what, place(), e.getMessage(), remedy), e);
  }

  @Override
  String gone() {
    return "%s is gone: it reads ones alone; after a reset or a new bitstream remove it and scan the bus again (echo 1 > /sys/bus/pci/devices/%s/remove; echo 1 > /sys/bus/pci/rescan), and start again"
        .formatted(place(), card.location());
  }

  @Override
  String place() {
    return "card %s at %s".formatted(card.node("user"), card.location());
  }

  @Override
  String kind() {
    return KIND;
  }

  @Override
  long memoryBytes() {
    return memoryBytes;
  }

  @Override
  void release() {
    nodes.close();
    word.close();
    space.close();
  }
}
