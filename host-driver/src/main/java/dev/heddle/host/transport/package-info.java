/**
 * The ways to reach a machine: registers, card memory and one interrupt, whether the machine is a
 * board, a simulation of its Verilog or the golden model.
 */
package dev.heddle.host.transport;
