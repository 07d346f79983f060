package dev.heddle.host.device;

import dev.heddle.host.transport.Transport;
import dev.heddle.lib.Registers;
import java.time.Duration;
import java.util.List;

/** Runs descriptor lists that lie in card memory, and counts them. */
final class ListRunner {
  /** The address of completion records that nobody reads: none are written. */
  static final long NO_RECORDS = 0;

  /** Fields of STATUS that say that a list failed. */
  private static final List<String> ERRORS =
      List.of("unknown_operation", "token_overflow", "memory_error");

  private final Transport transport;
  private final Registers registers;
  private final Duration timeout;
  private long listSet = -1;
  private long recordsSet = -1;
  private long count;

  /**
   * A runner.
   *
   * @param timeout how long a list may take
   */
  ListRunner(Transport transport, Registers registers, Duration timeout) {
    this.transport = transport;
    this.registers = registers;
    this.timeout = timeout;
  }

  /** Lists that were run. */
  long count() {
    return count;
  }

  /**
   * Runs a list to its end. Over a line every access to a register takes a turn, so addresses that
   * the machine has already are not written again.
   *
   * @param list address of the first descriptor
   * @param records where completion records go, or {@link #NO_RECORDS}
   * @throws DeviceException when the machine reports an error, or nothing in time
   */
  void run(long list, long records) {
    if (list != listSet) {
      registers.write("LIST", "address", list);
      listSet = list;
    }
    if (records != recordsSet) {
      registers.write("RECORDS", "address", records);
      recordsSet = records;
    }
    registers.trigger("DOORBELL", "start");
    if (!transport.awaitInterrupt(timeout)) {
      throw new DeviceException(
          "the machine did not finish a descriptor list within %d s: it is at the descriptor at 0x%x, STATUS is 0x%x; reset it"
              .formatted(
                  timeout.toSeconds(),
                  registers.read("POSITION", "address"),
                  registers.read("STATUS")));
    }
    registers.clear("EVENTS", "done", 1);
    long status = registers.read("STATUS");
    for (String error : ERRORS) {
      if (registers.map().register("STATUS").field(error).decode(status) != 0) {
        throw new DeviceException(
            "the machine reports %s at the descriptor at 0x%x; reset it"
                .formatted(error.replace('_', ' '), registers.read("POSITION", "address")));
      }
    }
    count++;
  }
}
