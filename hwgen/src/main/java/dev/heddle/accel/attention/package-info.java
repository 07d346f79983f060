/** The attention engine: pairs of lanes, one query row each, that take one key a cycle. */
package dev.heddle.accel.attention;
