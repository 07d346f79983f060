/**
 * Fixed attention masks of vision transformers: read from files, measured against the bounds of a
 * machine, and drawn. Needs no hardware.
 */
package dev.heddle.host.mask;
