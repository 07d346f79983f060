/** Matrix products on a simulated machine, without a driver: for regressions and benchmarks. */
package dev.heddle.testbench.matmul;
