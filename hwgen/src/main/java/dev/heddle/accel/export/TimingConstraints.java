package dev.heddle.accel.export;

import dev.heddle.accel.Configuration;

/**
 * Writes the timing constraints of a machine, whose ports all belong to one clock: commands that
 * SDC and XDC have in common.
 */
final class TimingConstraints {
  private static final double NANOS_OF_A_SECOND = 1e9;

  private TimingConstraints() {}

  /** The constraints for the clock that the configuration was made for. */
  static String write(Configuration configuration) {
    return """
        # Heddle accelerator, configuration %s: one clock of %s MHz.
        create_clock -name %s -period %.3f [get_ports %s]
        """
        .formatted(
            configuration.name(),
            configuration.clockHz() / 1e6,
            CoreInterfaces.CLOCK,
            NANOS_OF_A_SECOND / configuration.clockHz(),
            CoreInterfaces.CLOCK);
  }
}
