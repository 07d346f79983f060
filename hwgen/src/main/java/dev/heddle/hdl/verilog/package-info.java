/** Writes a design as Verilog-2005 that Verilator, Icarus and yosys accept without a warning. */
package dev.heddle.hdl.verilog;
