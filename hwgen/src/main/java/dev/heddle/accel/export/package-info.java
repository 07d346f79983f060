/**
 * A machine as files for those who build it into something: Verilog, file list, register map and
 * descriptions.
 */
package dev.heddle.accel.export;
