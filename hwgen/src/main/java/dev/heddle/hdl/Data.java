package dev.heddle.hdl;

/**
 * Anything that carries hardware bits: a ground {@link Value}, a {@link Vec}, a {@link Bundle}, or
 * a record whose components are data.
 *
 * <pre>{@code
 * record Complex(SInt re, SInt im) implements Data {}
 * }</pre>
 */
public interface Data {}
