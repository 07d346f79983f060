package dev.heddle.fpga;

import dev.heddle.accel.Configuration;
import dev.heddle.lib.sdram.SdramDevice;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The boards that Heddle knows. */
public final class Boards {
  private static final int MHZ = 1_000_000;
  private static final long BLOCK_RAM = 1 << 15;
  private static final long SINGLE_PORT_RAM = 1 << 17;

  /** iCEBreaker 1.0 by 1BitSquared. */
  public static final SerialBoard ICEBREAKER =
      new SerialBoard(
          "icebreaker",
          "1BitSquared iCEBreaker",
          FpgaDevice.ICE40UP5K_SG48,
          Pin.at("35"),
          12 * MHZ,
          24 * MHZ,
          Pin.at("6"),
          Pin.at("9"),
          Pin.at("37").low(),
          3_000_000,
          Configuration.PICO,
          SINGLE_PORT_RAM,
          Optional.empty(),
          Optional.of(List.of("-b", "ice40_generic")),
          List.of(
              "amaranth-lang/amaranth-boards: icebreaker.py",
              "litex-hub/litex-boards: icebreaker.py"));

  /** iCESugar 1.5 by MuseLab. */
  public static final SerialBoard ICESUGAR =
      new SerialBoard(
          "icesugar",
          "MuseLab iCESugar",
          FpgaDevice.ICE40UP5K_SG48,
          Pin.at("35"),
          12 * MHZ,
          24 * MHZ,
          Pin.at("4"),
          Pin.at("6"),
          Pin.at("41").low(),
          115_200,
          Configuration.PICO,
          SINGLE_PORT_RAM,
          Optional.empty(),
          Optional.empty(),
          List.of(
              "amaranth-lang/amaranth-boards: icesugar.py",
              "litex-hub/litex-boards: muselab_icesugar.py"));

  /** ULX3S with the 85F by Radiona. */
  public static final SerialBoard ULX3S =
      new SerialBoard(
              "ulx3s",
              "Radiona ULX3S 85F",
              FpgaDevice.ECP5_85F_BG381,
              Pin.at("G2"),
              25 * MHZ,
              60 * MHZ,
              Pin.at("M1"),
              Pin.at("L4"),
              Pin.at("B2"),
              3_000_000,
              Configuration.MIDI,
              BLOCK_RAM,
              Optional.empty(),
              Optional.of(List.of("-b", "ulx3s")),
              List.of(
                  "amaranth-lang/amaranth-boards: ulx3s.py",
                  "litex-hub/litex-boards: radiona_ulx3s.py"))
          .with(
              BoardSdram.of(
                  SdramDevice.AS4C16M16SA,
                  "F19",
                  "F20 P20 R20 T19 T20",
                  "P19 N20",
                  "M20 M19 L20 L19 K20 K19 K18 J20 J19 H20 N19 G20 G19",
                  "U19 E20",
                  "J16 L18 M18 N18 P18 T18 T17 U20 E19 D20 D19 C20 E18 F18 J18 J17"));

  /** Colorlight i5 7.0 on its extension board. */
  public static final SerialBoard COLORLIGHT_I5 =
      new SerialBoard(
          "colorlight-i5",
          "Colorlight i5 v7.0",
          FpgaDevice.ECP5_25F_BG381,
          Pin.at("P3"),
          25 * MHZ,
          60 * MHZ,
          Pin.at("H18"),
          Pin.at("J17"),
          Pin.at("U16").low(),
          115_200,
          Configuration.MICRO,
          BLOCK_RAM,
          Optional.empty(),
          Optional.of(List.of("-b", "colorlight-i5")),
          List.of("litex-hub/litex-boards: colorlight_i5.py"));

  /** Colorlight i9 7.2 on its extension board. */
  public static final SerialBoard COLORLIGHT_I9 =
      new SerialBoard(
          "colorlight-i9",
          "Colorlight i9 v7.2",
          FpgaDevice.ECP5_45F_BG381,
          Pin.at("P3"),
          25 * MHZ,
          60 * MHZ,
          Pin.at("H18"),
          Pin.at("J17"),
          Pin.at("L2").low(),
          115_200,
          Configuration.MINI,
          BLOCK_RAM,
          Optional.empty(),
          Optional.of(List.of("-b", "colorlight-i9")),
          List.of("litex-hub/litex-boards: colorlight_i5.py, _io_v7_2"));

  /** OrangeCrab r0.2 with the 25F; its serial line is on GPIO 0 and 1. */
  public static final SerialBoard ORANGECRAB =
      new SerialBoard(
          "orangecrab",
          "OrangeCrab r0.2",
          FpgaDevice.ECP5_25F_MG285,
          Pin.at("A9"),
          48 * MHZ,
          60 * MHZ,
          Pin.at("N17"),
          Pin.at("M18"),
          Pin.at("M3").low(),
          115_200,
          Configuration.MICRO,
          BLOCK_RAM,
          Optional.empty(),
          Optional.of(List.of("-b", "orangeCrab")),
          List.of(
              "litex-hub/litex-boards: gsd_orangecrab.py",
              "amaranth-lang/amaranth-boards: orangecrab_r0_2.py"));

  /** Tang Nano 9K by Sipeed; the bank of its lights has 1.8 V. */
  public static final SerialBoard TANG_NANO_9K =
      new SerialBoard(
              "tang-nano-9k",
              "Sipeed Tang Nano 9K",
              FpgaDevice.GW1NR_9C,
              Pin.at("52"),
              27 * MHZ,
              48 * MHZ,
              Pin.at("18"),
              Pin.at("17"),
              Pin.at("10").low().with("LVCMOS18"),
              115_200,
              Configuration.TINY,
              BLOCK_RAM,
              Optional.empty(),
              Optional.of(List.of("-b", "tangnano9k")),
              List.of("litex-hub/litex-boards: sipeed_tang_nano_9k.py"))
          .withSeed(2);

  /** Tang Nano 20K by Sipeed. */
  public static final SerialBoard TANG_NANO_20K =
      new SerialBoard(
              "tang-nano-20k",
              "Sipeed Tang Nano 20K",
              FpgaDevice.GW2AR_18C,
              Pin.at("4"),
              27 * MHZ,
              48 * MHZ,
              Pin.at("70"),
              Pin.at("69"),
              Pin.at("15").low(),
              115_200,
              Configuration.QUAD,
              BLOCK_RAM,
              Optional.empty(),
              Optional.of(List.of("-b", "tangnano20k")),
              List.of(
                  "litex-hub/litex-boards: sipeed_tang_nano_20k.py",
                  "YosysHQ/apicula: doc/sdram.md"))
          .with(BoardSdram.inPackage(SdramDevice.GW2AR18));

  /** Arty A7-35T by Digilent, without its DDR3. */
  public static final SerialBoard ARTY_A7_35T =
      arty("arty-a7-35t", "35T", FpgaDevice.XC7A35T_CSG324, Configuration.MINI, BLOCK_RAM);

  /** Arty A7-100T by Digilent, without its DDR3. */
  public static final SerialBoard ARTY_A7_100T =
      arty("arty-a7-100t", "100T", FpgaDevice.XC7A100T_CSG324, Configuration.MIDI, 4 * BLOCK_RAM);

  /** Kria KV260 by AMD: the machine has 512 MB of the processor's DDR4. */
  public static final ProcessorBoard KV260 =
      new ProcessorBoard(
          "kv260",
          "AMD Kria KV260",
          FpgaDevice.XCK26_SFVC784,
          "xilinx.com:kv260_som:part0",
          100 * MHZ,
          Configuration.DEFAULT,
          1L << 29,
          List.of(
              "litex-hub/litex-boards: xilinx_kv260.py",
              "AMD DS987, UG1085 and UG994",
              "Xilinx/kria-apps-firmware: kv260-defect-detect.dtsi",
              "ryuz/jelly: projects/ultra96v2_udmabuf_sample",
              "ikwzm/udmabuf: Readme.md"));

  private Boards() {}

  private static SerialBoard arty(
      String name, String size, FpgaDevice device, Configuration machine, long memoryBytes) {
    return new SerialBoard(
        name,
        "Digilent Arty A7-" + size,
        device,
        Pin.at("E3"),
        100 * MHZ,
        60 * MHZ,
        Pin.at("A9"),
        Pin.at("D10"),
        Pin.at("H5"),
        3_000_000,
        machine,
        memoryBytes,
        Optional.empty(),
        Optional.of(List.of("-b", name.replace('-', '_'))),
        List.of(
            "litex-hub/litex-boards: digilent_arty.py",
            "amaranth-lang/amaranth-boards: arty_a7.py"));
  }

  /** All of them. */
  public static List<Board> all() {
    return Stream.<Board>concat(serial().stream(), Stream.of(KV260)).toList();
  }

  /** Those that the host reaches by a serial line. */
  public static List<SerialBoard> serial() {
    return List.of(
        ICEBREAKER,
        ICESUGAR,
        ULX3S,
        COLORLIGHT_I5,
        COLORLIGHT_I9,
        ORANGECRAB,
        TANG_NANO_9K,
        TANG_NANO_20K,
        ARTY_A7_35T,
        ARTY_A7_100T);
  }

  /** The board of a name, if there is one. */
  public static Optional<Board> named(String name) {
    return all().stream().filter(board -> board.name().equals(name)).findFirst();
  }
}
