package dev.heddle.host.bus;

import com.sun.jna.Memory;
import dev.heddle.accel.CardMemory;
import dev.heddle.accel.isa.ShellRegisters;
import dev.heddle.host.linux.DeviceFile;
import dev.heddle.host.linux.DeviceFiles;
import dev.heddle.host.linux.DeviceMapping;
import dev.heddle.host.linux.Libc;
import dev.heddle.host.linux.SystemCallException;
import dev.heddle.host.linux.SystemFolders;
import dev.heddle.host.transport.TransportException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A machine in the programmable logic beside the processor, as in a Zynq: registers and interrupt
 * through UIO, and as card memory a buffer of the driver u-dma-buf (github.com/ikwzm/udmabuf). It
 * has been tested with stand-ins for both, not with a board.
 *
 * <pre>
 *   /dev/uioN       registers, mapped; the interrupt, read
 *   /dev/udmabufN   card memory, mapped with cache
 *   /sys/class/...  names, sizes and addresses; sync_for_cpu and sync_for_device of the buffer
 * </pre>
 *
 * <p>The machine's addresses begin at 0; the shell adds the address of the buffer. Memory is mapped
 * with cache, since without it copies of any size and place would be errors of the bus; what the
 * host writes and reads is synchronised, unless the hardware does ({@link CacheSync}).
 *
 * <p>The driver disables an interrupt when it has told of it, until 1 is written to the node.
 */
public final class UioTransport extends BusTransport {
  /** Name of the kind. */
  public static final String KIND = "uio";

  private static final long PAGE = 1 << 12;
  private static final int COPY_BYTES = 1 << 26;
  private static final int ENABLE = 1;

  private final String place;
  private final DmaBuffer buffer;
  private final OpenNodes nodes = new OpenNodes();
  private final Memory word = new Memory(Integer.BYTES);
  private final DeviceFile node;
  private final long registerOffset;
  private final long memoryBytes;
  private DeviceMapping registers;
  private DeviceMapping memory;
  private CacheSync sync;
  private boolean masks = true;
  private boolean armed;

  /**
   * Opens a machine.
   *
   * @param files opens nodes
   * @param device name of the UIO device, or of its node
   * @param buffer name of the buffer; empty for the only one
   * @throws TransportException when something is not there, may not be opened, or has no shell
   */
  public UioTransport(
      DeviceFiles files, SystemFolders folders, String device, Optional<String> buffer) {
    UioDevice named = UioDevice.named(folders, device);
    requireWindow(named);
    this.buffer = DmaBuffer.named(folders, buffer);
    place = "%s with %s".formatted(named.label(), this.buffer.name());
    try {
      node = nodes.open(files, named.path(), "there is no %s; load the driver of UIO again");
      node.lock();
      registerOffset = named.registerOffset();
      registers = node.map(0, pages(registerOffset + ShellRegisters.WINDOW_BYTES));
      requireShell();
      memoryBytes = openMemory(files);
    } catch (SystemCallException e) {
      release();
      throw new TransportException(OpenNodes.refusal(named.path(), e), e);
    } catch (RuntimeException e) {
      release();
      throw e;
    }
  }

  private static void requireWindow(UioDevice device) {
    long bytes = device.registerBytes();
    if (bytes < ShellRegisters.WINDOW_BYTES) {
      throw new TransportException(
          "the registers of UIO device %s take %d bytes, a machine and its shell %d; name another device, or give it its window in the device tree"
              .formatted(device.label(), bytes, ShellRegisters.WINDOW_BYTES));
    }
  }

  private static long pages(long bytes) {
    return (bytes + PAGE - 1) / PAGE * PAGE;
  }

  private long openMemory(DeviceFiles files) {
    boolean coherent = buffer.isCoherent();
    long bytes = coherent ? buffer.bytes() : Math.min(buffer.bytes(), CacheSync.MOST_BYTES);
    long base = buffer.address();
    if (base < 0 || bytes < 1 || base > (1L << CardMemory.ADDRESS_BITS) - bytes) {
      throw new TransportException(
          "buffer %s has %d bytes at 0x%x, which the ports of the machine do not reach; give u-dma-buf memory below 2^%d"
              .formatted(buffer.name(), bytes, base, CardMemory.ADDRESS_BITS));
    }
    String absent = "there is no %s; load the driver u-dma-buf again";
    memory = nodes.open(files, buffer.path(), absent).map(0, bytes);
    if (!coherent) {
      sync =
          new CacheSync(
              nodes.open(files, buffer.attribute("sync_for_cpu"), absent),
              nodes.open(files, buffer.attribute("sync_for_device"), absent),
              bytes);
    }
    shell().write("BASE", "address", base);
    long taken = shell().read("BASE", "address");
    if (taken != base) {
      throw new TransportException(
          "the shell on %s does not take the address of buffer %s: it has 0x%x instead of 0x%x; program the board anew"
              .formatted(place(), buffer.name(), taken, base));
    }
    return bytes;
  }

  @Override
  int readWord(int offset) {
    try {
      return registers.getWord(registerOffset + offset);
    } catch (SystemCallException e) {
      throw refused("reading", offset, e);
    }
  }

  @Override
  void writeWord(int offset, int value) {
    try {
      registers.setWord(registerOffset + offset, value);
    } catch (SystemCallException e) {
      throw refused("writing", offset, e);
    }
  }

  private TransportException refused(String what, int offset, SystemCallException e) {
    return new TransportException(
        "the bus refuses %s the register at 0x%x of %s; check that the board is programmed with the design that has it, and that its clock runs"
            .formatted(what, offset, place()),
        e);
  }

  @Override
  void read(long address, ByteBuffer target) {
    for (long at = address; target.hasRemaining(); ) {
      int bytes = Math.min(COPY_BYTES, target.remaining());
      long from = at;
      synchronise(cache -> cache.beforeRead(from, bytes));
      target.put(memory.bytes(at, bytes));
      at += bytes;
    }
  }

  @Override
  void write(long address, ByteBuffer source) {
    for (long at = address; source.hasRemaining(); ) {
      int bytes = Math.min(COPY_BYTES, source.remaining());
      long to = at;
      synchronise(cache -> cache.beforeWrite(to, bytes));
      memory.bytes(at, bytes).put(source.slice(source.position(), bytes));
      source.position(source.position() + bytes);
      synchronise(cache -> cache.afterWrite(to, bytes));
      at += bytes;
    }
  }

  private void synchronise(Consumer<CacheSync> work) {
    if (sync == null) {
      return;
    }
    try {
      work.accept(sync);
    } catch (SystemCallException e) {
      throw new TransportException(
          "the cache cannot be synchronised with buffer %s (%s); give this user the right to write its files sync_for_cpu and sync_for_device"
              .formatted(buffer.name(), e.getMessage()),
          e);
    }
  }

  @Override
  boolean takeEvent(int milliseconds) {
    try {
      enable();
      int state = node.poll(milliseconds);
      if ((state & (Libc.POLLERR | Libc.POLLHUP | Libc.POLLNVAL)) != 0) {
        throw noInterrupt(null);
      }
      if ((state & Libc.POLLIN) == 0) {
        return false;
      }
      uninterrupted(() -> node.read(word, Integer.BYTES));
      armed = false;
      return true;
    } catch (SystemCallException e) {
      if (e.number() == Libc.EINTR) {
        // A signal came between: the caller looks again.
        return false;
      }
      throw noInterrupt(e);
    }
  }

  /** Lets the driver tell of the next interrupt; those that need no leave say so. */
  private void enable() {
    if (armed || !masks) {
      return;
    }
    word.setInt(0, ENABLE);
    try {
      uninterrupted(() -> node.write(word, Integer.BYTES));
      armed = true;
    } catch (SystemCallException e) {
      if (e.number() != Libc.ENOSYS) {
        throw e;
      }
      masks = false;
    }
  }

  private TransportException noInterrupt(SystemCallException e) {
    return new TransportException(
        "%s has no interrupt, or is gone%s; give it its interrupt in the device tree, and load design and device tree again"
            .formatted(place(), e == null ? "" : " (" + e.getMessage() + ")"),
        e);
  }

  @Override
  String gone() {
    return "no shell of Heddle answers any more on %s: it reads ones; program the board again, and start again"
        .formatted(place());
  }

  @Override
  String place() {
    return place;
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
    if (registers != null) {
      registers.close();
    }
    if (memory != null) {
      memory.close();
    }
    if (sync != null) {
      sync.close();
    }
    nodes.close();
    word.close();
  }
}
