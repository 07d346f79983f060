/** The choice of the next token. */
package dev.heddle.host.sampler;
