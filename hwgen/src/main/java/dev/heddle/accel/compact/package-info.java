/** The machine in as few look-up tables as can be: one descriptor at a time, sums in pieces. */
package dev.heddle.accel.compact;
