package dev.heddle.fpga;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The buses between the processor of a board and its machine, for the page of the board. */
record ProcessorConnections(ProcessorBoard board) implements BoardConnections {
  @Override
  public String clock() {
    return "`pl_clk0` of the processor";
  }

  @Override
  public String memory() {
    return "the processor's DDR4, a buffer of u-dma-buf";
  }

  @Override
  public String link() {
    return "buses of the processor, `--device uio:%s` in its Linux"
        .formatted(ProcessorBoard.UIO_DEVICE);
  }

  @Override
  public String sections() {
    return """

        ## Connections
        | machine | processor |
        |---|---|
        | registers of machine and shell | `M_AXI_HPM0_FPD`, 0x%x bytes at 0x%x |
        %s
        | interrupt | `pl_ps_irq0`, shared peripheral interrupt %d |
        | clock | `pl_clk0` |
        | reset | `pl_resetn0`, ended in the clock by a `proc_sys_reset` |

        No pin is connected. Each bus passes a SmartConnect. The caches of the processor know nothing of the
        machine: the host synchronises them.

        From: %s.

        ## Build
            ./heddle fpga build %s

        needs Vivado with the files of the board, and `dtc`, Debian's package device-tree-compiler. **Vivado has
        never been run on this**: `build.tcl` was tested with commands in place of its own, and nothing has run
        on the board. The command leaves in `build/%s`

        | file | what it is |
        |---|---|
        | `%s` | the bitstream, as Linux loads it |
        | `%s` | the overlay of the device tree |
        | `%s.xsa` | the platform, for those who build their own Linux |
        | `%s.timing.rpt` | the timing |

        ## Load and run, on the board
            sudo xmutil unloadapp
            sudo fpgautil -b %s -o %s
            sudo modprobe uio_pdrv_genirq of_id=generic-uio
            sudo insmod u-dma-buf.ko
            ./heddle devices
            ./heddle bringup --device uio:%s
            ./heddle run --device uio:%s

        `u-dma-buf.ko` comes from `github.com/ikwzm/udmabuf`. The contiguous memory of Linux, `cma=` on its command
        line, has to hold the %d MB of the buffer; its size is in `%s`. Where there are other buffers too it is
        `uio:%s,%s-memory`.
        """
        .formatted(
            ZynqUltraScalePlus.REGISTER_BYTES,
            ZynqUltraScalePlus.REGISTERS,
            IntStream.range(0, board.configuration().ports())
                .mapToObj(
                    port ->
                        "| memory port %d | `S_AXI_%s_FPD` |"
                            .formatted(port, ZynqUltraScalePlus.memoryPort(port)))
                .collect(Collectors.joining("\n")),
            ZynqUltraScalePlus.INTERRUPT,
            String.join("; ", board.sources()),
            board.name(),
            board.name(),
            board.bitstream(),
            board.deviceTree(),
            board.top(),
            board.top(),
            board.bitstream(),
            board.deviceTree(),
            ProcessorBoard.UIO_DEVICE,
            ProcessorBoard.UIO_DEVICE,
            board.memoryBytes() >> 20,
            DeviceTreeOverlay.file(board),
            ProcessorBoard.UIO_DEVICE,
            ProcessorBoard.UIO_DEVICE);
  }
}
