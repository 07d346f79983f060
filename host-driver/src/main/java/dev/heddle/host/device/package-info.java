/** A machine that is open for work: identity, card memory, weights, matrix products, counters. */
package dev.heddle.host.device;
