package dev.heddle.host.bus;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Pointer;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.isa.MachineRegisters;
import dev.heddle.accel.isa.ShellRegisters;
import dev.heddle.host.linux.DeviceFile;
import dev.heddle.host.linux.DeviceFiles;
import dev.heddle.host.linux.DeviceMapping;
import dev.heddle.host.linux.Libc;
import dev.heddle.host.linux.SystemCallException;
import dev.heddle.host.linux.SystemFolders;
import dev.heddle.lib.link.LinkTarget;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A stand-in for programmable logic beside a processor: the drivers UIO and u-dma-buf, and a cache
 * between the host and the memory of the machine, which only what is asked for passes. It is no
 * driver, and behind it is a machine in Java.
 */
final class UioStandIn implements DeviceFiles {
  static final String DEVICE = "heddle";
  static final String BUFFER = "udmabuf0";
  static final long ADDRESS = 0x6810_0000L;
  static final int REGISTER_OFFSET = 0x400;

  private static final int LINE = 64;
  private static final byte STALE = (byte) 0xa5;
  private static final int DOORBELL =
      MachineRegisters.of(Configuration.NANO).register("DOORBELL").offset();

  final PlantedFaults faults = new PlantedFaults();
  final ShelledBoard machine;
  final SystemFolders folders;
  int open;
  int mapped;
  int syncs;
  boolean takesBase = true;

  private final long address;
  private final ByteBuffer cache;
  private boolean coherent;
  private boolean enabled;
  private boolean unmaskable;
  private boolean pending;
  private boolean noInterrupt;
  private boolean removed;

  UioStandIn(ShelledBoard machine, int memoryBytes, Path folder) {
    this(machine, memoryBytes, folder, ADDRESS);
  }

  UioStandIn(ShelledBoard machine, int memoryBytes, Path folder, long address) {
    this.machine = machine;
    this.address = address;
    folders = new SystemFolders(folder.resolve("dev"), folder.resolve("sys"));
    cache = ByteBuffer.allocateDirect(memoryBytes);
    goStale(0, memoryBytes);
    machine.onInterrupt(this::fire);
    describe(folders.information(), "uio0", DEVICE, REGISTER_OFFSET, ShellRegisters.WINDOW_BYTES);
    describeBuffer(BUFFER, memoryBytes, address);
  }

  private static void write(Path file, Object value) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, value + "\n");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Writes what the system tells of a UIO device. */
  static void describe(Path information, String node, String name, int offset, int bytes) {
    Path device = information.resolve("class/uio").resolve(node);
    write(device.resolve("name"), name);
    write(device.resolve("maps/map0/offset"), "0x%x".formatted(offset));
    write(device.resolve("maps/map0/size"), "0x%016x".formatted(bytes));
  }

  /** Writes what the system tells of a buffer. */
  void describeBuffer(String name, long bytes, long address) {
    Path buffer = folders.information().resolve("class/u-dma-buf").resolve(name);
    write(buffer.resolve("size"), bytes);
    write(buffer.resolve("phys_addr"), "0x%016x".formatted(address));
    write(buffer.resolve("dma_coherent"), coherent ? 1 : 0);
  }

  /** Lets hardware keep cache and memory alike. */
  void beCoherent(long bytes) {
    coherent = true;
    describeBuffer(BUFFER, bytes, address);
  }

  /** Lets the driver have no way to disable interrupts. */
  void beUnmaskable() {
    unmaskable = true;
  }

  void haveNoInterrupt() {
    noInterrupt = true;
  }

  /** Takes the clock of the design away: the bus answers with errors. */
  void remove() {
    removed = true;
  }

  private void fire() {
    if ((enabled || unmaskable) && machine.level()) {
      enabled = false;
      pending = true;
    }
  }

  /** What the cache has of lines that the machine may have written: anything. */
  private void goStale(int from, int to) {
    byte[] stale = new byte[to - from];
    Arrays.fill(stale, STALE);
    cache.put(from, stale);
  }

  private void fetch(int from, int to) {
    machine.readMemory(from, cache.slice(from, to - from));
  }

  private void synchronise(Path file, String text) {
    syncs++;
    long number = Long.decode(text);
    assertThat(number & 1).as("the bit that starts it").isOne();
    int direction = (int) (number >> 2 & 3);
    int from = Math.toIntExact(number >>> Integer.SIZE);
    int to = Math.toIntExact(from + (number & 0xffff_fff0L));
    assertThat(from % LINE).isZero();
    assertThat(to).isLessThanOrEqualTo(cache.capacity());
    assertThat(to % LINE == 0 || to == cache.capacity()).isTrue();
    if (file.endsWith("sync_for_device")) {
      assertThat(direction).isEqualTo(1);
      machine.writeMemory(from, cache.slice(from, to - from));
      goStale(from, to);
    } else {
      assertThat(direction).isEqualTo(2);
      fetch(from, to);
    }
  }

  @Override
  public DeviceFile open(Path path) {
    faults.strike("open " + path.getFileName(), 0);
    open++;
    return new Node(path);
  }

  private final class Node implements DeviceFile {
    private final Path path;

    private Node(Path path) {
      this.path = path;
    }

    @Override
    public Path path() {
      return path;
    }

    @Override
    public int pread(Pointer target, int bytes, long offset) {
      throw new SystemCallException(Libc.EINVAL);
    }

    @Override
    public int pwrite(Pointer source, int bytes, long offset) {
      assertThat(offset).isZero();
      faults.strike(path.getFileName().toString(), bytes);
      byte[] text = source.getByteArray(0, bytes);
      synchronise(path, new String(text, StandardCharsets.US_ASCII));
      return bytes;
    }

    @Override
    public int read(Pointer target, int bytes) {
      faults.strike("read", bytes);
      assertThat(bytes).isEqualTo(4);
      assertThat(pending).as("an interrupt is there; the driver would wait for ever").isTrue();
      pending = false;
      target.setInt(0, 1);
      return bytes;
    }

    @Override
    public int write(Pointer source, int bytes) {
      faults.strike("write", bytes);
      if (noInterrupt) {
        throw new SystemCallException(Libc.EIO);
      }
      if (unmaskable) {
        throw new SystemCallException(Libc.ENOSYS);
      }
      assertThat(bytes).isEqualTo(4);
      assertThat(source.getInt(0)).isOne();
      enabled = true;
      fire();
      return bytes;
    }

    @Override
    public int poll(int milliseconds) {
      faults.strike("poll", 0);
      if (noInterrupt) {
        // What a driver returns as an error is taken for events.
        return -Libc.EIO & 0xffff;
      }
      machine.pass();
      if (!pending) {
        XdmaStandIn.pause(milliseconds);
      }
      return pending ? Libc.POLLIN : 0;
    }

    @Override
    public void lock() {
      faults.strike("lock", 0);
    }

    @Override
    public DeviceMapping map(long offset, long bytes) {
      assertThat(offset).isZero();
      assertThat(bytes).isPositive();
      mapped++;
      return path.endsWith("uio0") ? new RegisterMapping() : new MemoryMapping();
    }

    @Override
    public void close() {
      open--;
    }
  }

  private final class RegisterMapping implements DeviceMapping {
    @Override
    public int getWord(long offset) {
      requireBus();
      try {
        return machine.read((int) offset - REGISTER_OFFSET);
      } catch (LinkTarget.BusError e) {
        throw new SystemCallException(Libc.EFAULT);
      }
    }

    @Override
    public void setWord(long offset, int value) {
      requireBus();
      int at = (int) offset - REGISTER_OFFSET;
      if (at == DOORBELL) {
        assertThat(machine.base()).isEqualTo(address);
        if (!coherent) {
          goStale(0, cache.capacity());
        }
      }
      if (at > ShellRegisters.OFFSET && at < ShellRegisters.OFFSET + 0x18 && !takesBase) {
        return;
      }
      try {
        machine.write(at, value);
      } catch (LinkTarget.BusError e) {
        throw new SystemCallException(Libc.EFAULT);
      }
    }

    private void requireBus() {
      if (removed) {
        throw new SystemCallException(Libc.EFAULT);
      }
    }

    @Override
    public ByteBuffer bytes(long offset, int length) {
      throw new AssertionError("registers are accessed word by word");
    }

    @Override
    public void close() {
      mapped--;
    }
  }

  private final class MemoryMapping implements DeviceMapping {
    @Override
    public int getWord(long offset) {
      throw new AssertionError();
    }

    @Override
    public void setWord(long offset, int value) {
      throw new AssertionError();
    }

    @Override
    public ByteBuffer bytes(long offset, int length) {
      return cache.slice((int) offset, length);
    }

    @Override
    public void close() {
      mapped--;
    }
  }
}
