/**
 * Boards: what is on them, and from that their top levels, constraint files and the commands that
 * make a bitstream.
 */
package dev.heddle.fpga;
