/**
 * The link between a host and a board over a line of bytes: the protocol, its model, and the bridge
 * in hardware.
 */
package dev.heddle.lib.link;
