package dev.heddle.fpga;

import dev.heddle.accel.Configuration;
import dev.heddle.lib.UartPeriod;
import java.util.List;
import java.util.Optional;

/**
 * A board that the host reaches by a serial line: the clock is that of an oscillator, card memory
 * is on the board, and pins are all there is to connect.
 *
 * @param name as commands take it, lower case
 * @param title as its maker calls it
 * @param clock pin of the oscillator
 * @param oscillatorHz of it
 * @param clockHz of everything inside, made by a PLL
 * @param receive pin on which the FPGA hears the host
 * @param transmit pin on which the host hears the FPGA
 * @param light a light: on while the machine works
 * @param baud bits a second of the serial line after power-up
 * @param configuration the machine, of one memory port
 * @param onChipBytes bytes of card memory on the FPGA; 0 with an SDRAM
 * @param sdram chip that is the card memory, if there is one
 * @param programmer arguments of openFPGALoader that choose the board; none when it knows it not
 * @param sources where the pins are from
 * @param seed of the placement, one with which the clock is met
 */
public record SerialBoard(
    String name,
    String title,
    FpgaDevice device,
    Pin clock,
    long oscillatorHz,
    long clockHz,
    Pin receive,
    Pin transmit,
    Pin light,
    int baud,
    Configuration configuration,
    long onChipBytes,
    Optional<BoardSdram> sdram,
    Optional<List<String>> programmer,
    List<String> sources,
    int seed)
    implements Board {
  /** The machine, told the clock that it has here. */
  public SerialBoard {
    if (configuration.ports() > 1) {
      throw new IllegalArgumentException(
          "configuration %s has %d memory ports, but a board has one"
              .formatted(configuration.name(), configuration.ports()));
    }
    configuration = configuration.withClock(clockHz);
  }

  /** A board that is placed with the first seed. */
  SerialBoard(
      String name,
      String title,
      FpgaDevice device,
      Pin clock,
      long oscillatorHz,
      long clockHz,
      Pin receive,
      Pin transmit,
      Pin light,
      int baud,
      Configuration configuration,
      long onChipBytes,
      Optional<BoardSdram> sdram,
      Optional<List<String>> programmer,
      List<String> sources) {
    this(
        name,
        title,
        device,
        clock,
        oscillatorHz,
        clockHz,
        receive,
        transmit,
        light,
        baud,
        configuration,
        onChipBytes,
        sdram,
        programmer,
        sources,
        1);
  }

  /** The board with an SDRAM as card memory. */
  SerialBoard with(BoardSdram chip) {
    return with(configuration, 0, Optional.of(chip), seed);
  }

  /** The board placed with another seed. */
  SerialBoard withSeed(int other) {
    return with(configuration, onChipBytes, sdram, other);
  }

  @Override
  public SerialBoard withMachine(Configuration machine) {
    return with(machine, onChipBytes, sdram, seed);
  }

  private SerialBoard with(
      Configuration machine, long bytes, Optional<BoardSdram> chip, int placement) {
    return new SerialBoard(
        name,
        title,
        device,
        clock,
        oscillatorHz,
        clockHz,
        receive,
        transmit,
        light,
        baud,
        machine,
        bytes,
        chip,
        programmer,
        sources,
        placement);
  }

  @Override
  public long memoryBytes() {
    return sdram.map(chip -> chip.device().size()).orElse(onChipBytes);
  }

  /** The fastest rate that its serial line can be switched to. */
  public int fastestBaud() {
    return Math.toIntExact(clockHz / UartPeriod.LEAST_CYCLES);
  }

  @Override
  public int memoryBytesPerCycle() {
    return sdram.map(chip -> chip.device().bytes()).orElse(configuration.beatBytes());
  }

  @Override
  public SerialBoardDesign design() {
    return new SerialBoardDesign(this);
  }

  @Override
  public String bitstream() {
    return top()
        + switch (device.family()) {
          case ICE40 -> ".bin";
          case ECP5, ARTIX7, ULTRASCALE_PLUS -> ".bit";
          case GOWIN -> ".fs";
        };
  }
}
