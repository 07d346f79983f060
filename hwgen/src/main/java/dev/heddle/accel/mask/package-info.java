/**
 * Fixed attention masks: the mask, its compilation to a schedule for the attention engine, and the
 * packed image of a schedule in card memory. Plain Java that needs no hardware.
 */
package dev.heddle.accel.mask;
