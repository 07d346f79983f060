package dev.heddle.host.tokenizer;

/**
 * The ids with a meaning of their own, {@link Tokenizer#NONE} where a vocabulary has no such token.
 *
 * @param bos begin of a text
 * @param eos end of a text
 * @param unknown stands for text that the vocabulary cannot express
 * @param prependsBos whether the model expects {@code bos} in front of a prompt
 */
public record SpecialTokens(int bos, int eos, int unknown, boolean prependsBos) {}
