/** The router: chooses, by summaries of blocks of keys, the blocks that queries see. */
package dev.heddle.accel.routing;
