/** Work for the attention engine: queries, keys and values in card memory with their head table. */
package dev.heddle.testbench.attention;
