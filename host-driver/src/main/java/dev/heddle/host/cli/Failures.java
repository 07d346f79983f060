package dev.heddle.host.cli;

import dev.heddle.host.bench.BenchmarkException;
import dev.heddle.host.device.DeviceException;
import dev.heddle.host.model.ModelFileException;
import dev.heddle.host.runtime.ContextFullException;
import dev.heddle.host.transport.TransportException;
import dev.heddle.testbench.BuildException;
import dev.heddle.testbench.SimulationException;
import java.util.List;

/** Which exceptions explain themselves to a user. */
final class Failures {
  private static final List<Class<? extends Exception>> EXPLAINED =
      List.of(
          ModelFileException.class,
          DeviceException.class,
          TransportException.class,
          ContextFullException.class,
          BuildException.class,
          SimulationException.class,
          BenchmarkException.class,
          CommandFailedException.class);

  private Failures() {}

  /** Whether the message alone says what went wrong and what to do. */
  static boolean explained(Exception failure) {
    return EXPLAINED.stream().anyMatch(type -> type.isInstance(failure));
  }
}
