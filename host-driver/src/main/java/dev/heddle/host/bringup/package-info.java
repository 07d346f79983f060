/**
 * Brings up a board: steps that each prove a part of it, from its identity to results of its
 * engines, over any transport.
 */
package dev.heddle.host.bringup;
