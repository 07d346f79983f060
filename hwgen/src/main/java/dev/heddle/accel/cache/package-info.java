/** Appends keys and values to caches in card memory, and copies them there. */
package dev.heddle.accel.cache;
