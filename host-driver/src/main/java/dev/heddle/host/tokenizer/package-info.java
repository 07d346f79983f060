/**
 * Text to token ids and back: byte-level BPE and SentencePiece-style tokenisers.
 *
 * <p>Both follow the rules that llama.cpp applies to the same vocabulary, so that a model file
 * gives the same ids in either program.
 */
package dev.heddle.host.tokenizer;
