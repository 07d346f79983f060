/** The command line: one class for each command, and the options that commands share. */
package dev.heddle.host.cli;
