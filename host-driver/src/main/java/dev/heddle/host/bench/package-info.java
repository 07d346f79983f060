/** Benchmarks: programs that measure the machine, the generator and the simulator. */
package dev.heddle.host.bench;
