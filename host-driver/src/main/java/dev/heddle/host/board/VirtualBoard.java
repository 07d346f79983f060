package dev.heddle.host.board;

import dev.heddle.fpga.SerialBoard;
import dev.heddle.hdl.verilog.VerilogDesign;
import dev.heddle.host.link.SerialLine;
import dev.heddle.testbench.BuildProgress;
import dev.heddle.testbench.LibraryOptions;
import dev.heddle.testbench.SdramChip;
import dev.heddle.testbench.SdramDefects;
import dev.heddle.testbench.Simulation;
import dev.heddle.testbench.VerilatedLibrary;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * A board that is not there: its top level in the simulator, with its SDRAM, reached by the pins of
 * its serial line. Nothing of it has run on hardware.
 *
 * <p>As the opener of a link's line it goes with the link: {@code new LinkTransport(board)} closes
 * it, {@code new LinkTransport(board::pins)} leaves it on.
 */
public final class VirtualBoard implements SerialLine.Opener {
  /** Cycles of reset in which power comes on for the SDRAM, so that its pins are defined. */
  private static final int RESET_CYCLES = 4;

  private static final int BUFFER_BYTES = 1 << 12;
  private final VerilatedLibrary library;
  private final Simulation simulation;
  private final SimulatedSerial pins;

  /**
   * A board without faults, as {@link #VirtualBoard(SerialBoard, Set, LibraryOptions,
   * BuildProgress)}.
   */
  public VirtualBoard(SerialBoard board, LibraryOptions options, BuildProgress progress) {
    this(board, Set.of(), options, progress);
  }

  /**
   * Builds the simulation of a board, unless it is in the cache, and switches it on.
   *
   * @param faults what is wrong with it
   * @param progress hears the steps of the build
   * @throws IllegalArgumentException when it does not have what is to be broken
   */
  public VirtualBoard(
      SerialBoard board, Set<BoardFault> faults, LibraryOptions options, BuildProgress progress) {
    this(board, board.design().simulation(), faults, options, progress);
  }

  /** A board whose logic is a netlist in place of its sources, with the ports of its top level. */
  VirtualBoard(
      SerialBoard board, VerilogDesign netlist, LibraryOptions options, BuildProgress progress) {
    this(board, netlist, Set.of(), options, progress);
  }

  private VirtualBoard(
      SerialBoard board,
      VerilogDesign design,
      Set<BoardFault> faults,
      LibraryOptions options,
      BuildProgress progress) {
    SdramDefects defects = SdramDefects.NONE;
    SerialWiring wiring = SerialWiring.STRAIGHT;
    long clockHz = board.clockHz();
    for (BoardFault fault : faults) {
      defects = fault.plant(defects);
      wiring = fault.plant(wiring);
      clockHz = fault.plant(clockHz);
    }
    if (!defects.equals(SdramDefects.NONE) && board.sdram().isEmpty()) {
      throw new IllegalArgumentException("the %s has no SDRAM".formatted(board.title()));
    }
    boolean planted = PlantableDesign.plants(faults);
    library =
        VerilatedLibrary.of(
            planted ? PlantableDesign.of(design, board.configuration()) : design,
            options,
            progress);
    simulation = Simulation.in(library, 1);
    simulation.clock("clock_in");
    simulation.set("receive", 1);
    if (planted) {
      simulation.set(PlantableDesign.INPUT, PlantableDesign.input(faults));
    }
    simulation.step(RESET_CYCLES);
    if (board.sdram().isPresent()) {
      SdramChip.attach(
          simulation, "sdram", board.sdram().get().device(), board.clockHz(), 0, defects);
    }
    pins =
        new SimulatedSerial(
            simulation,
            "receive",
            "transmit",
            clockHz,
            board.baud(),
            wiring,
            "virtual " + board.title());
  }

  /** The serial line of the board, in the time of the simulation. */
  public SimulatedSerial pins() {
    return pins;
  }

  @Override
  public SerialLine open() {
    return pins;
  }

  /**
   * Passes bytes between the pins and another line, such as a pseudo-terminal, while the board
   * runs. The adapter at the pins has the rate that the other line has.
   *
   * @param goesOn asked again and again whether to go on
   */
  public void serve(SerialLine line, BooleanSupplier goesOn) {
    ByteBuffer toBoard = ByteBuffer.allocate(BUFFER_BYTES).flip();
    ByteBuffer toHost = ByteBuffer.allocate(BUFFER_BYTES).flip();
    while (goesOn.getAsBoolean()) {
      if (!toBoard.hasRemaining()) {
        toBoard.clear();
        line.read(toBoard);
        toBoard.flip();
      }
      pins.follow(line.baud());
      pins.write(toBoard);
      pins.run();
      if (!toHost.hasRemaining()) {
        toHost.clear();
        pins.read(toHost);
        toHost.flip();
      }
      line.write(toHost);
    }
  }

  @Override
  public void close() {
    simulation.close();
    library.close();
  }
}
