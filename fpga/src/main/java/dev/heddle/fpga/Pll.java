package dev.heddle.fpga;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A phase-locked loop of an FPGA with the settings that make one clock of another.
 *
 * @param primitive module of the vendor
 * @param attributes of its instance, for the tools behind the synthesis
 * @param parameters of its instance, as Verilog writes their values
 * @param ports besides clock in, clock out and lock, which {@link #ports} of them names
 * @param clockIn port of the reference
 * @param clockOut port of the result
 * @param clockLate port of the result a quarter of a cycle late; empty where there is none
 * @param locked port that says that the result is good
 */
public record Pll(
    String primitive,
    Map<String, String> attributes,
    Map<String, String> parameters,
    Map<String, String> ports,
    String clockIn,
    String clockOut,
    String clockLate,
    String locked) {
  private static final int MHZ = 1_000_000;

  /** The net from the loop back to itself, where it has ports for that. */
  private static final String FEEDBACK = "feedback";

  /** The loop filter for all settings, as Project Trellis sets it. */
  private static final Map<String, String> ECP5_LOOP_FILTER =
      Map.of(
          "ICP_CURRENT", "12",
          "LPF_RESISTOR", "8",
          "MFG_ENABLE_FILTEROPAMP", "1",
          "MFG_GMCREF_SEL", "2");

  /**
   * The loop of a board.
   *
   * @throws IllegalArgumentException when no setting gives exactly its clock
   */
  public static Pll of(SerialBoard board) {
    long from = board.oscillatorHz();
    long to = board.clockHz();
    return switch (board.device().family()) {
      case ICE40 -> ice40(from, to);
      case ECP5 -> ecp5(from, to);
      case GOWIN -> gowin(from, to, board.device());
      case ARTIX7 -> artix7(from, to);
      case ULTRASCALE_PLUS ->
          throw new IllegalArgumentException(
              "the logic of %s takes its clock from the processor"
                  .formatted(board.device().part()));
    };
  }

  /**
   * SB_PLL40_PAD: {@code to = from * (f + 1) / (r + 1) / 2^q}, the oscillator of the loop at 533 to
   * 1066 MHz, its comparison at 10 to 133 MHz (Lattice FPGA-TN-02052).
   */
  static Pll ice40(long from, long to) {
    for (int r = 0; r < 16; r++) {
      for (int f = 0; f < 64; f++) {
        for (int q = 1; q <= 6; q++) {
          long comparison = from / (r + 1);
          long oscillator = comparison * (f + 1);
          if (from * (f + 1) == (to << q) * (r + 1)
              && within(comparison, 10 * MHZ, 133 * MHZ)
              && within(oscillator, 533 * MHZ, 1066 * MHZ)) {
            Map<String, String> parameters = new LinkedHashMap<>();
            parameters.put("FEEDBACK_PATH", "\"SIMPLE\"");
            parameters.put("DIVR", "4'd" + r);
            parameters.put("DIVF", "7'd" + f);
            parameters.put("DIVQ", "3'd" + q);
            parameters.put("FILTER_RANGE", "3'd" + ice40Filter(comparison));
            return new Pll(
                "SB_PLL40_PAD",
                Map.of(),
                parameters,
                Map.of("RESETB", "1'b1", "BYPASS", "1'b0"),
                "PACKAGEPIN",
                "PLLOUTGLOBAL",
                "",
                "LOCK");
          }
        }
      }
    }
    throw impossible(from, to);
  }

  private static int ice40Filter(long comparison) {
    int[] limits = {17, 26, 44, 66, 101};
    int filter = 1;
    for (int limit : limits) {
      filter += comparison >= (long) limit * MHZ ? 1 : 0;
    }
    return filter;
  }

  /**
   * EHXPLLL fed back from its first output: {@code to = from * f / i}, the oscillator of the loop
   * at {@code to * o}, 400 to 800 MHz, its comparison at 3.125 MHz at least (Lattice
   * FPGA-TN-02200).
   */
  static Pll ecp5(long from, long to) {
    for (int i = 1; i <= 128; i++) {
      for (int f = 1; f <= 80; f++) {
        for (int o = 4; o <= 128; o += 4) {
          if (from * f == to * i && from / i >= 3_125_000 && within(to * o, 400 * MHZ, 800 * MHZ)) {
            Map<String, String> parameters = new LinkedHashMap<>();
            parameters.put("CLKI_DIV", String.valueOf(i));
            parameters.put("CLKFB_DIV", String.valueOf(f));
            parameters.put("CLKOP_DIV", String.valueOf(o));
            parameters.put("CLKOP_CPHASE", String.valueOf(o - 1));
            parameters.put("CLKOP_FPHASE", "0");
            parameters.put("CLKOS_ENABLE", "\"ENABLED\"");
            parameters.put("CLKOS_DIV", String.valueOf(o));
            parameters.put("CLKOS_CPHASE", String.valueOf(o - 1 + o / 4));
            parameters.put("CLKOS_FPHASE", "0");
            parameters.put("OUTDIVIDER_MUXB", "\"DIVB\"");
            parameters.put("CLKOP_ENABLE", "\"ENABLED\"");
            parameters.put("OUTDIVIDER_MUXA", "\"DIVA\"");
            parameters.put("STDBY_ENABLE", "\"DISABLED\"");
            parameters.put("DPHASE_SOURCE", "\"DISABLED\"");
            parameters.put("PLLRST_ENA", "\"DISABLED\"");
            parameters.put("INTFB_WAKE", "\"DISABLED\"");
            parameters.put("FEEDBK_PATH", "\"CLKOP\"");
            return new Pll(
                "EHXPLLL",
                ECP5_LOOP_FILTER,
                parameters,
                Map.of(
                    "CLKFB", "clock", "RST", "1'b0", "STDBY", "1'b0", "ENCLKOP", "1'b1", "ENCLKOS",
                    "1'b1"),
                "CLKI",
                "CLKOP",
                "CLKOS",
                "LOCK");
          }
        }
      }
    }
    throw impossible(from, to);
  }

  /**
   * rPLL: {@code to = from * (f + 1) / (i + 1)}, the oscillator of the loop at {@code to * o}, 500
   * to 1200 MHz, its comparison at 3 MHz at least (Gowin UG286).
   */
  static Pll gowin(long from, long to, FpgaDevice device) {
    int[] divisors = {2, 4, 8, 16, 32, 48, 64, 80, 96, 112, 128};
    for (int i = 0; i < 64; i++) {
      for (int f = 0; f < 64; f++) {
        for (int o : divisors) {
          if (from * (f + 1) == to * (i + 1)
              && from / (i + 1) >= 3 * MHZ
              && within(to * o, 500 * MHZ, 1200 * MHZ)) {
            Map<String, String> parameters = new LinkedHashMap<>();
            parameters.put("FCLKIN", "\"%d\"".formatted(from / MHZ));
            parameters.put(
                "DEVICE",
                "\"%s\""
                    .formatted(
                        device.chip().replace("GW1N-", "GW1NR-").replace("GW2A-", "GW2AR-")));
            parameters.put("IDIV_SEL", String.valueOf(i));
            parameters.put("FBDIV_SEL", String.valueOf(f));
            parameters.put("ODIV_SEL", String.valueOf(o));
            parameters.put("PSDA_SEL", "\"0100\"");
            Map<String, String> ports = new LinkedHashMap<>();
            ports.put("CLKFB", "1'b0");
            ports.put("RESET", "1'b0");
            ports.put("RESET_P", "1'b0");
            ports.put("FBDSEL", "6'b0");
            ports.put("IDSEL", "6'b0");
            ports.put("ODSEL", "6'b0");
            ports.put("DUTYDA", "4'b0");
            ports.put("PSDA", "4'b0");
            ports.put("FDLY", "4'b0");
            return new Pll(
                "rPLL", Map.of(), parameters, ports, "CLKIN", "CLKOUT", "CLKOUTP", "LOCK");
          }
        }
      }
    }
    throw impossible(from, to);
  }

  /**
   * PLLE2_BASE: {@code to = from * m / (d * o)}, the oscillator of the loop at 800 to 1600 MHz, its
   * comparison at 19 to 450 MHz (AMD DS181, speed grade -1).
   */
  static Pll artix7(long from, long to) {
    for (int d = 1; d <= 56; d++) {
      for (int m = 2; m <= 64; m++) {
        for (int o = 1; o <= 128; o++) {
          if (from * m == to * o * d
              && within(from / d, 19 * MHZ, 450 * MHZ)
              && within(from / d * m, 800 * MHZ, 1600 * MHZ)) {
            Map<String, String> parameters = new LinkedHashMap<>();
            parameters.put("CLKIN1_PERIOD", "%.3f".formatted(1e9 / from));
            parameters.put("DIVCLK_DIVIDE", String.valueOf(d));
            parameters.put("CLKFBOUT_MULT", String.valueOf(m));
            parameters.put("CLKOUT0_DIVIDE", String.valueOf(o));
            parameters.put("CLKOUT1_DIVIDE", String.valueOf(o));
            parameters.put("CLKOUT1_PHASE", "90.0");
            return new Pll(
                "PLLE2_BASE",
                Map.of(),
                parameters,
                Map.of("CLKFBIN", FEEDBACK, "CLKFBOUT", FEEDBACK, "PWRDWN", "1'b0", "RST", "1'b0"),
                "CLKIN1",
                "CLKOUT0",
                "CLKOUT1",
                "LOCKED");
          }
        }
      }
    }
    throw impossible(from, to);
  }

  private static boolean within(long value, long least, long most) {
    return value >= least && value <= most;
  }

  private static IllegalArgumentException impossible(long from, long to) {
    return new IllegalArgumentException(
        "no setting of the PLL makes %d Hz of %d Hz".formatted(to, from));
  }

  /**
   * An instance, between nets of the names given.
   *
   * @param late net that gets the clock a quarter of a cycle late, if there is one
   */
  String verilog(String from, String to, String good, Optional<String> late) {
    Map<String, String> connections = new LinkedHashMap<>();
    connections.put(clockIn, from);
    connections.put(clockOut, to);
    late.ifPresent(net -> connections.put(clockLate, net));
    connections.put(locked, good);
    connections.putAll(new TreeMap<>(ports));
    String marks =
        new TreeMap<>(attributes)
            .entrySet().stream()
                .map(entry -> "%s = \"%s\"".formatted(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(", "));
    return "%s%s  %s #(%n%s%n  ) pll (%n%s%n  );%n"
        .formatted(
            ports.containsValue(FEEDBACK) ? "  wire %s;%n".formatted(FEEDBACK) : "",
            marks.isEmpty() ? "" : "  (* %s *)%n".formatted(marks),
            primitive,
            list(parameters),
            list(connections))
        .replace(System.lineSeparator(), "\n");
  }

  /** A module for simulators in place of the primitive: its result is the reference. */
  public String model() {
    String header =
        Stream.of(
                Stream.of("input wire " + clockIn),
                ports.keySet().stream().sorted().map(port -> "input wire " + width(port) + port),
                Stream.of(clockOut, clockLate, locked)
                    .filter(port -> !port.isEmpty())
                    .map(port -> "output wire " + port))
            .flatMap(Function.identity())
            .collect(Collectors.joining(",\n  "));
    String settings =
        parameters.keySet().stream()
            .map(name -> "parameter " + name + " = 0")
            .collect(Collectors.joining(",\n  "));
    return "module %s #(\n  %s\n) (\n  %s\n);\n  assign %s = %s;\n%s  assign %s = 1'b1;\nendmodule\n"
        .formatted(
            primitive,
            settings,
            header,
            clockOut,
            clockIn,
            clockLate.isEmpty() ? "" : "  assign %s = %s;\n".formatted(clockLate, clockIn),
            locked);
  }

  /** The range of a port that is tied to more than a bit. */
  private String width(String port) {
    String value = ports.get(port);
    return value.matches("\\d+'b.*") && !value.startsWith("1'")
        ? "[%d:0] ".formatted(Integer.parseInt(value.substring(0, value.indexOf('\''))) - 1)
        : "";
  }

  private static String list(Map<String, String> entries) {
    return entries.entrySet().stream()
        .map(entry -> "    .%s(%s)".formatted(entry.getKey(), entry.getValue()))
        .collect(Collectors.joining(",\n"));
  }
}
