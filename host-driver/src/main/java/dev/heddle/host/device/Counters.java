package dev.heddle.host.device;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;

/**
 * What a device has done, summed over its matrix products and its attention.
 *
 * @param lists descriptor lists run
 * @param cycles cycles in which a list ran, those of attention included; 0 on a device without a
 *     clock
 * @param payloadBytes bytes of codes, scales and minimums that the products needed, without fill
 * @param products multiplications that the results needed, without those of padding
 * @param stalledMemory cycles without work because card memory delivered or took nothing
 * @param stalledTokens cycles of waiting for activations
 * @param attentionCycles cycles of the attention engine, from the completion records of ATTEND
 * @param attentionProducts multiplications that the outputs of attention needed, without those of
 *     padding
 */
public record Counters(
    long lists,
    long cycles,
    long payloadBytes,
    long products,
    long stalledMemory,
    long stalledTokens,
    long attentionCycles,
    long attentionProducts) {
  /** Nothing done yet. */
  public static final Counters ZERO = new Counters(0, 0, 0, 0, 0, 0, 0, 0);

  /** Both together. */
  public Counters plus(Counters other) {
    return new Counters(
        lists + other.lists,
        cycles + other.cycles,
        payloadBytes + other.payloadBytes,
        products + other.products,
        stalledMemory + other.stalledMemory,
        stalledTokens + other.stalledTokens,
        attentionCycles + other.attentionCycles,
        attentionProducts + other.attentionProducts);
  }

  /** What was done since {@code earlier}. */
  public Counters minus(Counters earlier) {
    return new Counters(
        lists - earlier.lists,
        cycles - earlier.cycles,
        payloadBytes - earlier.payloadBytes,
        products - earlier.products,
        stalledMemory - earlier.stalledMemory,
        stalledTokens - earlier.stalledTokens,
        attentionCycles - earlier.attentionCycles,
        attentionProducts - earlier.attentionProducts);
  }

  /** Payload as a share of what the ports could deliver during matrix products, 0 to 1. */
  public double payloadShare(Configuration configuration) {
    long deliverable = (long) configuration.ports() * configuration.beatBytes();
    return share(payloadBytes, cycles - attentionCycles, deliverable);
  }

  /** Products as a share of what the multipliers could do during matrix products, 0 to 1. */
  public double multiplierShare(Configuration configuration) {
    return share(products, cycles - attentionCycles, configuration.multipliers());
  }

  /** Products of attention as a share of what its multipliers could do in its cycles, 0 to 1. */
  public double attentionShare(AttentionShape shape) {
    return share(attentionProducts, attentionCycles, shape.multipliers());
  }

  private static double share(long done, long cycles, long perCycle) {
    return cycles == 0 ? 0 : done / ((double) cycles * perCycle);
  }
}
