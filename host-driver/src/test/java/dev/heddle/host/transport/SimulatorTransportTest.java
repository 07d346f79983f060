package dev.heddle.host.transport;

import dev.heddle.testbench.BuildProgress;
import dev.heddle.testbench.MemoryModel;

class SimulatorTransportTest extends TransportConformance {
  @Override
  protected Transport open() {
    return new SimulatorTransport(
        CONFIGURATION, MEMORY_BYTES, MemoryModel.IDEAL, BuildProgress.SILENT);
  }
}
