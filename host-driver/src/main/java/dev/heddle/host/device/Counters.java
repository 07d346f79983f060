package dev.heddle.host.device;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.isa.AttentionCounter;
import java.util.EnumMap;
import java.util.Map;

/**
 * What a device has done, summed over its matrix products and its attention.
 *
 * @param lists descriptor lists run
 * @param cycles cycles in which a list ran, those of attention included; 0 on a device without a
 *     clock
 * @param payloadBytes bytes of codes, scales and minimums that the products needed, without fill
 * @param products multiplications that the results needed, without those of padding
 * @param streamedBytes bytes of weights that were written to card memory for products
 * @param stalledMemory cycles without work because card memory delivered or took nothing
 * @param stalledTokens cycles of waiting for activations
 * @param attentionCycles cycles of the attention engine, from the completion records of ATTEND,
 *     with those of what it waits for
 * @param attentionProducts multiplications that the outputs of attention needed, without those of
 *     padding
 * @param appendCycles cycles of appending keys and values
 * @param attention what the attention engine counts itself; empty when there is none
 */
public record Counters(
    long lists,
    long cycles,
    long payloadBytes,
    long products,
    long streamedBytes,
    long stalledMemory,
    long stalledTokens,
    long attentionCycles,
    long attentionProducts,
    long appendCycles,
    Map<AttentionCounter, Long> attention) {
  /** Nothing done yet. */
  public static final Counters ZERO = new Counters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Map.of());

  /** Counts; the map is copied. */
  public Counters {
    attention = Map.copyOf(attention);
  }

  /** What was done since {@code earlier}. */
  public Counters minus(Counters earlier) {
    Map<AttentionCounter, Long> counted = new EnumMap<>(AttentionCounter.class);
    attention.forEach((counter, count) -> counted.put(counter, count - earlier.attention(counter)));
    return new Counters(
        lists - earlier.lists,
        cycles - earlier.cycles,
        payloadBytes - earlier.payloadBytes,
        products - earlier.products,
        streamedBytes - earlier.streamedBytes,
        stalledMemory - earlier.stalledMemory,
        stalledTokens - earlier.stalledTokens,
        attentionCycles - earlier.attentionCycles,
        attentionProducts - earlier.attentionProducts,
        appendCycles - earlier.appendCycles,
        counted);
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

  /** What an engine counted; 0 when there is none. */
  public long attention(AttentionCounter counter) {
    return attention.getOrDefault(counter, 0L);
  }

  private static double share(long done, long cycles, long perCycle) {
    return cycles == 0 ? 0 : done / ((double) cycles * perCycle);
  }
}
