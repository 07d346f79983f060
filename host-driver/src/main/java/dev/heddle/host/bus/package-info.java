/**
 * Machines on a bus of this computer: PCIe cards behind the driver XDMA, and programmable logic
 * beside the processor behind UIO and u-dma-buf.
 */
package dev.heddle.host.bus;
