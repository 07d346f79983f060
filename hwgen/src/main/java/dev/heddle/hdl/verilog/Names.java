package dev.heddle.hdl.verilog;

import dev.heddle.hdl.check.ReservedWords;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The names of one scope: each is given out once, and none is a reserved word. */
final class Names {
  private final Set<String> taken = new HashSet<>();
  private final Map<String, Integer> next = new HashMap<>();

  /** {@code wanted}, or with {@code _1}, {@code _2} behind it when it is taken. */
  String claim(String wanted) {
    if (!ReservedWords.contains(wanted) && taken.add(wanted)) {
      return wanted;
    }
    for (int i = next.getOrDefault(wanted, 1); ; i++) {
      String name = wanted + "_" + i;
      if (taken.add(name)) {
        next.put(wanted, i + 1);
        return name;
      }
    }
  }
}
