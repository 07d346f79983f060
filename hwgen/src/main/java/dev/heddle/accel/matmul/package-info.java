/** The matmul engine: unpackers, lanes, accumulators, conversion and write-back of results. */
package dev.heddle.accel.matmul;
