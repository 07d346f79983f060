/** Checks of a complete module; each returns its findings as messages that name source lines. */
package dev.heddle.hdl.check;
