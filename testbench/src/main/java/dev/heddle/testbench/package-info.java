/**
 * The simulator: builds a Verilated shared library of a design, loads it, and runs it as a bare
 * design ({@link dev.heddle.testbench.Simulation}) or as a board with card memory ({@link
 * dev.heddle.testbench.SimulatedMachine}).
 */
package dev.heddle.testbench;
