package dev.heddle.host.device;

import dev.heddle.accel.Configuration;

/**
 * What a device has done, summed over its matrix products.
 *
 * @param lists descriptor lists run
 * @param cycles cycles in which a list ran; 0 on a device without a clock
 * @param payloadBytes bytes of codes, scales and minimums that the products needed, without fill
 * @param products multiplications that the results needed, without those of padding
 * @param stalledMemory cycles without work because card memory delivered or took nothing
 * @param stalledTokens cycles of waiting for activations
 */
public record Counters(
    long lists,
    long cycles,
    long payloadBytes,
    long products,
    long stalledMemory,
    long stalledTokens) {
  /** Nothing done yet. */
  public static final Counters ZERO = new Counters(0, 0, 0, 0, 0, 0);

  /** Both together. */
  public Counters plus(Counters other) {
    return new Counters(
        lists + other.lists,
        cycles + other.cycles,
        payloadBytes + other.payloadBytes,
        products + other.products,
        stalledMemory + other.stalledMemory,
        stalledTokens + other.stalledTokens);
  }

  /** What was done since {@code earlier}. */
  public Counters minus(Counters earlier) {
    return new Counters(
        lists - earlier.lists,
        cycles - earlier.cycles,
        payloadBytes - earlier.payloadBytes,
        products - earlier.products,
        stalledMemory - earlier.stalledMemory,
        stalledTokens - earlier.stalledTokens);
  }

  /** Payload as a share of what the ports could deliver in these cycles, 0 to 1. */
  public double payloadShare(Configuration configuration) {
    return share(payloadBytes, (double) configuration.ports() * configuration.beatBytes());
  }

  /** Products as a share of what the multipliers could do in these cycles, 0 to 1. */
  public double multiplierShare(Configuration configuration) {
    return share(products, configuration.multipliers());
  }

  private double share(long done, double perCycle) {
    return cycles == 0 ? 0 : done / (cycles * perCycle);
  }
}
