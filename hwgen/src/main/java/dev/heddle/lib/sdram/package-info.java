/** A controller for single-data-rate SDRAM, as small FPGA boards have it, behind AXI4. */
package dev.heddle.lib.sdram;
