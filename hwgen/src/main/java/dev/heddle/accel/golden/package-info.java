/** What engines compute, in Java, on the structures that they read from card memory. */
package dev.heddle.accel.golden;
