package dev.heddle.host.bus;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Pointer;
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
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A stand-in for a card behind the driver XDMA: it does and refuses what the source of the driver
 * does and refuses, and fails the test where the driver would read past the end of something or
 * wait for ever. It is no driver, and behind it is a machine in Java.
 */
final class XdmaStandIn implements DeviceFiles {
  static final String LOCATION = "0000:01:00.0";

  private static final int PAGE = 4096;
  private static final int MOST_PIECES = 2048;
  private static final int ALIGNMENT = 64;
  private static final int IDENTIFIER = 0x1fc00006;
  private static final int STATUS = 0x40;

  final PlantedFaults faults = new PlantedFaults();
  final ShelledBoard machine;

  /** Address of card memory where that of the machine begins, for cards of many gigabytes. */
  long origin;

  int identifier = IDENTIFIER;
  int status;
  boolean tells = true;
  int open;
  int transfers;

  private final XdmaCard card;
  private boolean event;
  private boolean removed;

  XdmaStandIn(ShelledBoard machine, Path folder) {
    this(machine, folder, ShellRegisters.WINDOW_BYTES);
  }

  XdmaStandIn(ShelledBoard machine, Path folder, int barBytes) {
    this.machine = machine;
    machine.onInterrupt(() -> event |= tells);
    card = new XdmaCard(new SystemFolders(folder.resolve("dev"), folder.resolve("sys")), 0);
    describe(folder.resolve("sys"), 0, barBytes);
  }

  /** Writes what the system tells of a card. */
  static void describe(Path information, int number, int barBytes) {
    try {
      Path function = information.resolve("devices/" + LOCATION);
      Files.createDirectories(function);
      long start = 0x38_0000_0000L;
      Files.writeString(
          function.resolve("resource"),
          "0x%016x 0x%016x 0x%016x\n0x%016x 0x%016x 0x%016x\n"
              .formatted(0, 0, 0, start, start + barBytes - 1, 0x140204));
      for (String link : new String[] {"current", "max"}) {
        Files.writeString(function.resolve(link + "_link_speed"), "8.0 GT/s PCIe\n");
      }
      Files.writeString(function.resolve("current_link_width"), "4\n");
      Files.writeString(function.resolve("max_link_width"), "8\n");
      Path nodes = information.resolve("class/xdma/xdma%d_user".formatted(number));
      Files.createDirectories(nodes);
      Files.createSymbolicLink(nodes.resolve("device"), function);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  XdmaCard card() {
    return card;
  }

  /** Lets an event come that no machine has raised. */
  void event() {
    event = true;
  }

  /** Takes the card off its bus. */
  void remove() {
    removed = true;
  }

  @Override
  public DeviceFile open(Path path) {
    String name = path.getFileName().toString().replaceFirst("^xdma0_", "");
    faults.strike("open " + name, 0);
    open++;
    return new Node(path, name);
  }

  private final class Node implements DeviceFile {
    private final Path path;
    private final String name;
    private boolean closed;

    private Node(Path path, String name) {
      this.path = path;
      this.name = name;
    }

    @Override
    public Path path() {
      return path;
    }

    @Override
    public int pread(Pointer target, int bytes, long offset) {
      assertThat(closed).isFalse();
      return switch (name) {
        case "user", "control" -> word(bytes, offset, () -> target.setInt(0, read(offset)));
        case "c2h_0" -> transfer(target, bytes, offset, false);
        case "events_0" -> takeEvent(target, bytes);
        default -> throw new SystemCallException(Libc.EINVAL);
      };
    }

    @Override
    public int pwrite(Pointer source, int bytes, long offset) {
      assertThat(closed).isFalse();
      return switch (name) {
        case "user" -> word(bytes, offset, () -> write(offset, source.getInt(0)));
        case "h2c_0" -> transfer(source, bytes, offset, true);
        default -> throw new SystemCallException(Libc.EINVAL);
      };
    }

    /** The driver moves four bytes whatever is asked for, and looks at the alignment alone. */
    private int word(int bytes, long offset, Runnable work) {
      assertThat(bytes).as("bytes of a word, which the driver does not look at").isEqualTo(4);
      int moved = faults.strike(name, bytes);
      if (offset % 4 != 0) {
        throw new SystemCallException(Libc.EPROTO);
      }
      work.run();
      return moved;
    }

    private int read(long offset) {
      if (removed) {
        return -1;
      }
      if (name.equals("control")) {
        return offset % 0x1000 == STATUS ? status : identifier;
      }
      assertThat(offset).as("offset in the BAR").isBetween(0L, ShellRegisters.WINDOW_BYTES - 4L);
      try {
        return machine.read((int) offset);
      } catch (LinkTarget.BusError e) {
        // A read that is not answered completes with ones.
        return -1;
      }
    }

    private void write(long offset, int value) {
      assertThat(offset).as("offset in the BAR").isBetween(0L, ShellRegisters.WINDOW_BYTES - 4L);
      if (!removed) {
        try {
          machine.write((int) offset, value);
        } catch (LinkTarget.BusError e) {
          // A write is posted: nobody hears of its end.
          assertThat(e).isNotNull();
        }
      }
    }

    private int transfer(Pointer place, int bytes, long offset, boolean toCard) {
      transfers++;
      int moved = faults.strike(name, bytes);
      if (removed) {
        throw new SystemCallException(Libc.ETIMEDOUT);
      }
      long host = Pointer.nativeValue(place);
      if (host % ALIGNMENT != offset % ALIGNMENT) {
        throw new SystemCallException(Libc.EINVAL);
      }
      long pieces = (host + bytes + PAGE - 1) / PAGE - host / PAGE;
      assertThat(pieces).as("pieces of a page").isBetween(1L, (long) MOST_PIECES);
      ByteBuffer content = place.getByteBuffer(0, moved);
      if (toCard) {
        machine.writeMemory(offset - origin, content);
      } else {
        machine.readMemory(offset - origin, content);
      }
      return moved;
    }

    private int takeEvent(Pointer target, int bytes) {
      faults.strike(name, bytes);
      if (bytes != 4) {
        throw new SystemCallException(Libc.EPROTO);
      }
      assertThat(event).as("an event is there; the driver would wait for ever").isTrue();
      event = false;
      target.setInt(0, 1);
      return bytes;
    }

    @Override
    public int read(Pointer target, int bytes) {
      throw new AssertionError("the position of " + path + " does not advance");
    }

    @Override
    public int write(Pointer source, int bytes) {
      throw new AssertionError("the position of " + path + " does not advance");
    }

    @Override
    public int poll(int milliseconds) {
      assertThat(name).isEqualTo("events_0");
      faults.strike("poll", 0);
      if (removed) {
        return Libc.POLLERR | Libc.POLLHUP;
      }
      machine.pass();
      if (!event) {
        pause(milliseconds);
      }
      return event ? Libc.POLLIN : 0;
    }

    @Override
    public void lock() {
      faults.strike("lock", 0);
    }

    @Override
    public DeviceMapping map(long offset, long bytes) {
      throw new AssertionError("nothing of a card is mapped");
    }

    @Override
    public void close() {
      assertThat(closed).isFalse();
      closed = true;
      open--;
    }
  }

  /** Waits as poll does, which a signal ends. */
  static void pause(int milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SystemCallException(Libc.EINTR);
    }
  }
}
