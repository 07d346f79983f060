/**
 * The hardware language: components, signals and statements in plain Java.
 *
 * <p>A component is a class; its constructor is the description. Start with {@link
 * dev.heddle.hdl.Component}, and import the words of the language with {@code import static
 * dev.heddle.hdl.Hdl.*}.
 */
package dev.heddle.hdl;
