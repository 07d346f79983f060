package dev.heddle.host.device;

import dev.heddle.accel.format.AttentionState;
import java.util.List;

/**
 * What an entry of a head table gave.
 *
 * @param rows the output rows, {@code [row][element]}, zeros behind the head dimension; what a row
 *     holds that no key is scheduled for is undefined
 * @param states the rows before their division, where the entry asks for them
 * @param pages the page list of the entry, that of the machine where it chose
 */
public record HeadOutputs(float[][] rows, List<AttentionState> states, List<Integer> pages) {}
