/**
 * Runs language models: matrix products and attention on a device, everything else in Java by the
 * golden functions.
 */
package dev.heddle.host.runtime;
