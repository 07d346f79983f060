/** Attention of vision transformers with fixed masks on a device. */
package dev.heddle.host.vision;
