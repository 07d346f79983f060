package dev.heddle.host.link;

import dev.heddle.host.transport.MachineTarget;
import dev.heddle.host.transport.Transport;
import dev.heddle.host.transport.TransportConformance;
import dev.heddle.lib.UartPeriod;
import dev.heddle.lib.link.LinkDescription;
import dev.heddle.lib.link.LinkModel;
import java.util.SplittableRandom;

/** A golden machine behind a line that damages a byte in a thousand, loses and doubles some. */
class ModelledLinkTest extends TransportConformance {
  static final int BAUD = 3_000_000;
  private static final LineFaults FAULTS = new LineFaults(1e-5, 1e-4, 1e-4, 1e-5, 1e-6);

  @Override
  protected Transport open() {
    int clock = Math.toIntExact(CONFIGURATION.clockHz());
    LinkDescription description =
        new LinkDescription(512, 32, 0, clock, UartPeriod.of(clock, BAUD), MEMORY_BYTES);
    LinkModel board = new LinkModel(description, new MachineTarget(CONFIGURATION, MEMORY_BYTES));
    SplittableRandom random = new SplittableRandom(1);
    return new LinkTransport(new ModelledPort(board, BAUD, 1_000_000, FAULTS, random));
  }
}
