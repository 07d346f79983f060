package dev.heddle.host.device;

import dev.heddle.accel.isa.AppendEntry;
import java.util.List;

/**
 * Keys and values of neighbouring tokens of one KV head that the machine appends to a cache.
 *
 * @param entry where they go; {@link Device#attend} fills in how many there are and where they lie
 * @param keys the keys as fp32, each as long as the head dimension or shorter than its lines
 * @param values as many values
 */
public record NewRows(AppendEntry entry, List<float[]> keys, List<float[]> values) {
  /** Rows for an entry; the lists are copied. */
  public NewRows {
    keys = List.copyOf(keys);
    values = List.copyOf(values);
    if (keys.size() != values.size()) {
      throw new IllegalArgumentException(
          "%d keys and %d values".formatted(keys.size(), values.size()));
    }
  }
}
