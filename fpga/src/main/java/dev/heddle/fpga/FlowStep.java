package dev.heddle.fpga;

import java.util.List;

/**
 * A command on the way to a bitstream.
 *
 * @param what it does, for messages
 * @param command program and arguments; files are in the folder it runs in
 */
public record FlowStep(String what, List<String> command) {}
