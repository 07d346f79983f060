/**
 * The description of a design as data: modules, statements as written, and the nodes they use.
 *
 * <p>The language ({@code dev.heddle.hdl}) builds it; checks, the Verilog writer and the netlist
 * read it. Every node stands for an exact integer: {@code ADD} of two nodes is their sum, never
 * their sum modulo anything. Bits are lost in {@link dev.heddle.hdl.ir.Op#WRAP} and {@link
 * dev.heddle.hdl.ir.Op#SLICE} only.
 */
package dev.heddle.hdl.ir;
