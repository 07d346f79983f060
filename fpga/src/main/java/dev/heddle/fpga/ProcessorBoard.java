package dev.heddle.fpga;

import dev.heddle.accel.Configuration;
import java.util.List;

/**
 * A board whose host is the processor beside the logic, in a Zynq UltraScale+: clock, reset,
 * registers, memory and interrupt come from it, and no pin is connected.
 *
 * @param name as commands take it, lower case
 * @param title as its maker calls it
 * @param boardPart what Vivado knows the board by, without its version; sets up the processor
 * @param clockHz of the logic
 * @param configuration the machine, with a shell around it
 * @param memoryBytes bytes of the processor's memory that are card memory, a buffer of u-dma-buf
 * @param sources where what is said of it is from
 */
public record ProcessorBoard(
    String name,
    String title,
    FpgaDevice device,
    String boardPart,
    long clockHz,
    Configuration configuration,
    long memoryBytes,
    List<String> sources)
    implements Board {
  /** Name of the machine among the UIO devices of the processor. */
  public static final String UIO_DEVICE = "heddle";

  /** The machine, told the clock that it has here. */
  public ProcessorBoard {
    if (configuration.ports() > ZynqUltraScalePlus.MEMORY_PORTS
        || configuration.portBits() > ZynqUltraScalePlus.PORT_BITS) {
      throw new IllegalArgumentException(
          "configuration %s has %d memory ports of %d bits, but the %s has %d of up to %d"
              .formatted(
                  configuration.name(),
                  configuration.ports(),
                  configuration.portBits(),
                  title,
                  ZynqUltraScalePlus.MEMORY_PORTS,
                  ZynqUltraScalePlus.PORT_BITS));
    }
    configuration = configuration.withClock(clockHz);
  }

  @Override
  public int memoryBytesPerCycle() {
    return configuration.ports() * configuration.beatBytes();
  }

  @Override
  public ProcessorBoard withMachine(Configuration other) {
    return new ProcessorBoard(name, title, device, boardPart, clockHz, other, memoryBytes, sources);
  }

  @Override
  public ProcessorBoardDesign design() {
    return new ProcessorBoardDesign(this);
  }

  @Override
  public String bitstream() {
    return vivadoBitstream() + ".bin";
  }

  /** Name of the bitstream as Vivado writes it; Linux takes it in another form. */
  String vivadoBitstream() {
    return top() + ".bit";
  }

  /** Name of the device tree that tells Linux of the machine. */
  String deviceTree() {
    return top() + ".dtbo";
  }
}
