package dev.heddle.host.linux;

import java.util.List;

/**
 * What this computer tells of the way to a device.
 *
 * @param found what there is on the way
 * @param advice what had better be changed, and how
 */
public record Diagnosis(String found, List<String> advice) {
  public Diagnosis {
    advice = List.copyOf(advice);
  }
}
