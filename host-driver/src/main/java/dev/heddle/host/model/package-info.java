/**
 * Model files: GGUF and llama2.c, memory-mapped and checked before anything is used.
 *
 * <p>Weights have the names of the GGUF format whatever the file is ({@link
 * dev.heddle.host.model.LlamaTensors}). Every malformed file is a {@link
 * dev.heddle.host.model.ModelFileException}.
 *
 * <p>The resource {@code tale-800k.gguf} ({@link dev.heddle.host.model.ShippedModel}) was made for
 * Heddle and is licensed under Apache-2.0 like the project: a Llama of 803,968 parameters trained
 * on children's stories sampled from the stories260K model.
 */
package dev.heddle.host.model;
