package dev.heddle.testbench;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.file.Path;

/** An instance in a library: its life, and its failures as exceptions. Not thread-safe. */
final class NativeInstance implements AutoCloseable {
  private static final int ERROR_BYTES = 1024;

  // The enumerations of heddle_sim.h.
  private static final int OK = 0;
  private static final int FINISH = 1;
  private static final int STOP = 2;
  private static final int FATAL = 3;
  private static final int UNMAPPED = 5;
  private static final int PROTOCOL = 6;
  private static final int DEADLOCK = 7;
  private static final int SDRAM = 9;
  private static final int TEXT_MESSAGE = 0;
  private static final int TEXT_FILE = 1;
  private static final int TEXT_RULE = 2;
  private static final int TEXT_STATE = 3;
  private static final int NUMBER_LINE = 0;
  private static final int NUMBER_PORT = 1;
  private static final int NUMBER_CYCLE = 2;
  private static final int NUMBER_ADDRESS = 3;

  private final VerilatedLibrary library;
  private final SimulatorAbi abi;
  private Pointer handle;

  NativeInstance(VerilatedLibrary library, long seed) {
    this.library = library;
    this.abi = library.attach();
    byte[] error = new byte[ERROR_BYTES];
    handle = abi.heddle_create(seed, library.options().randomise() ? 1 : 0, error, ERROR_BYTES);
    if (handle == null) {
      library.detach();
      throw new SimulationException(
          "%s cannot be created: %s"
              .formatted(library.design().top(), Native.toString(error, "UTF-8")),
          0);
    }
  }

  SimulatorAbi abi() {
    return abi;
  }

  VerilatedLibrary library() {
    return library;
  }

  Pointer handle() {
    if (handle == null) {
      throw new IllegalStateException("the simulation of " + library.design().top() + " is closed");
    }
    return handle;
  }

  /** Throws the failure that a call returned, if any. */
  void check(int kind) {
    if (kind == OK) {
      return;
    }
    String message = abi.heddle_failure_text(handle, TEXT_MESSAGE);
    long cycle = number(NUMBER_CYCLE);
    int port = (int) number(NUMBER_PORT);
    throw switch (kind) {
      case FINISH -> stopped(SimulationStoppedException.Cause.FINISH, message, cycle);
      case STOP -> stopped(SimulationStoppedException.Cause.STOP, message, cycle);
      case FATAL -> stopped(SimulationStoppedException.Cause.FATAL, message, cycle);
      case UNMAPPED -> new UnmappedAddressException(message, port, number(NUMBER_ADDRESS), cycle);
      case PROTOCOL ->
          new AxiViolationException(
              message, abi.heddle_failure_text(handle, TEXT_RULE), port, cycle);
      case SDRAM ->
          new SdramViolationException(message, abi.heddle_failure_text(handle, TEXT_RULE), cycle);
      case DEADLOCK ->
          new DeadlockException(message, abi.heddle_failure_text(handle, TEXT_STATE), cycle);
      default -> new SimulationException(message, abi.heddle_cycles(handle));
    };
  }

  private SimulationException stopped(
      SimulationStoppedException.Cause cause, String message, long cycle) {
    return new SimulationStoppedException(
        cause,
        message,
        abi.heddle_failure_text(handle, TEXT_FILE),
        (int) number(NUMBER_LINE),
        cycle);
  }

  private long number(int field) {
    return abi.heddle_failure_number(handle, field);
  }

  long cycle() {
    return abi.heddle_cycles(handle());
  }

  String log() {
    return abi.heddle_log(handle());
  }

  void save(Path file) {
    check(abi.heddle_save(handle(), file.toString()));
  }

  void restore(Path file) {
    check(abi.heddle_restore(handle(), file.toString()));
  }

  void trace(Path file, long fromCycle, long toCycle) {
    check(abi.heddle_trace(handle(), file.toString(), fromCycle, toCycle));
  }

  void closeTrace() {
    abi.heddle_trace_close(handle());
  }

  @Override
  public void close() {
    if (handle != null) {
      abi.heddle_destroy(handle);
      handle = null;
      library.detach();
    }
  }
}
