package dev.heddle.host.cli;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.isa.MachineRegisters;
import dev.heddle.accel.isa.ShellRegisters;
import dev.heddle.lib.Register;
import dev.heddle.lib.RegisterMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Files in place of the nodes of a card: who reads their registers is told what a machine tells
 * after its reset. They are no card: nothing runs behind them.
 */
final class FileCard {
  private static final int ENGINES_BYTES = 0x2000;
  private static final int ENGINE = 0x1fc00006;

  private FileCard() {}

  /** Writes the nodes of a card, and what the system tells of it. */
  static void describe(
      Path devices, Path information, int number, Configuration machine, long memoryBytes)
      throws IOException {
    ByteBuffer user = words(ShellRegisters.WINDOW_BYTES);
    tell(user, MachineRegisters.of(machine), 0);
    tell(user, ShellRegisters.of(memoryBytes), ShellRegisters.OFFSET);
    ByteBuffer control = words(ENGINES_BYTES).putInt(0, ENGINE).putInt(ENGINES_BYTES / 2, ENGINE);
    String prefix = "xdma%d_".formatted(number);
    Files.write(devices.resolve(prefix + "user"), user.array());
    Files.write(devices.resolve(prefix + "control"), control.array());
    for (String node : new String[] {"h2c_0", "c2h_0", "events_0"}) {
      Files.createFile(devices.resolve(prefix + node));
    }
    Path function = information.resolve("devices/0000:01:00.0");
    Files.createDirectories(function);
    Files.writeString(
        function.resolve("resource"),
        "0x0000000090000000 0x%016x 0x0000000000040200\n"
            .formatted(0x90000000L + ShellRegisters.WINDOW_BYTES - 1));
    Path node = information.resolve("class/xdma").resolve(prefix + "user");
    Files.createDirectories(node);
    Files.createSymbolicLink(node.resolve("device"), function);
  }

  private static ByteBuffer words(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
  }

  private static void tell(ByteBuffer file, RegisterMap map, int base) {
    for (Register register : map.registers()) {
      long value = register.reset();
      for (int word = 0; word < register.words(); word++) {
        file.putInt(
            base + register.offset() + word * RegisterMap.WORD_BYTES,
            (int) (value >>> word * RegisterMap.WORD_BITS));
      }
    }
  }

  /** Writes what the system tells of a UIO device. */
  static void describeUio(Path information, String node, String name) throws IOException {
    Path device = information.resolve("class/uio").resolve(node);
    Files.createDirectories(device.resolve("maps/map0"));
    Files.writeString(device.resolve("name"), name + "\n");
    Files.writeString(device.resolve("maps/map0/offset"), "0x0\n");
    Files.writeString(
        device.resolve("maps/map0/size"), "0x%x\n".formatted(ShellRegisters.WINDOW_BYTES));
  }
}
