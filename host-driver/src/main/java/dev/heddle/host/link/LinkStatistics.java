package dev.heddle.host.link;

/**
 * What happened on a link so far.
 *
 * @param sent frames sent, repetitions included
 * @param repeated frames that were sent again
 * @param received sound frames received
 * @param damaged frames received that were not sound
 * @param timeouts times that the board was silent for too long
 * @param reconnects times that the line was lost and found again
 */
public record LinkStatistics(
    long sent, long repeated, long received, long damaged, long timeouts, long reconnects) {}
