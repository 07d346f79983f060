package dev.heddle.fpga;

import dev.heddle.accel.isa.ShellRegisters;
import java.util.List;

/**
 * What the processor of a Zynq UltraScale+ has for the logic beside it, and how Vivado and Linux
 * name it.
 *
 * <pre>
 *   clock, reset    pl_clk0, pl_resetn0
 *   registers       M_AXI_HPM0_FPD, 32 to 128 bits, at 0xa0000000
 *   card memory     S_AXI_HP0_FPD to S_AXI_HP3_FPD, 128 bits each, not coherent with caches
 *   interrupt       pl_ps_irq0
 * </pre>
 *
 * <p>From AMD UG1085, ryuz/jelly: projects/ultra96v2_udmabuf_sample, which tells the numbers of
 * config-afi, and Xilinx/kria-apps-firmware: kv260-defect-detect.dtsi.
 */
final class ZynqUltraScalePlus {
  /** Ports to the memory of the processor for masters in the logic. */
  static final int MEMORY_PORTS = 4;

  /** Most bits of such a port. */
  static final int PORT_BITS = 128;

  /** Where the processor reaches what is behind M_AXI_HPM0_FPD. */
  static final long REGISTERS = 0xa000_0000L;

  /** Bytes of the window of the registers of machine and shell. */
  static final int REGISTER_BYTES = ShellRegisters.WINDOW_BYTES;

  /** Shared peripheral interrupt of the lowest bit of pl_ps_irq0. */
  static final int INTERRUPT = 89;

  /** Number of pl_clk0 among the clocks that Linux knows. */
  static final int CLOCK = 71;

  /** Number of pl_resetn0 among the resets that Linux knows. */
  static final int RESET = 116;

  /** Vivado counts S_AXI_HPC0 and S_AXI_HPC1 before the ports here. */
  private static final int FIRST_SLAVE = 2;

  /** Widths of a port to memory are set for reads and writes, after those of the two HPC. */
  private static final int FIRST_WIDTH = 2 * FIRST_SLAVE;

  private ZynqUltraScalePlus() {}

  /** The name of a port to memory, such as HP0. */
  static String memoryPort(int index) {
    return "HP" + index;
  }

  /** The number that the settings of Vivado have for a port to memory. */
  static int slave(int index) {
    return FIRST_SLAVE + index;
  }

  /** The numbers that Linux has for the widths of a port to memory; 0 there is 128 bits. */
  static List<Integer> widths(int index) {
    return List.of(FIRST_WIDTH + 2 * index, FIRST_WIDTH + 2 * index + 1);
  }
}
