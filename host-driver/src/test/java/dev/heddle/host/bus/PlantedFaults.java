package dev.heddle.host.bus;

import dev.heddle.host.linux.SystemCallException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** What the next calls on nodes come to, in place of success. */
final class PlantedFaults {
  private final Map<String, Deque<Integer>> planted = new HashMap<>();

  /** Lets the next calls of a node fail with these numbers of errno.h; 0 is a call that works. */
  void fail(String node, int... errors) {
    for (int error : errors) {
      planted.computeIfAbsent(node, missing -> new ArrayDeque<>()).add(-error);
    }
  }

  /** Lets the next calls of a node move no more than so many bytes each. */
  void shorten(String node, int... bytes) {
    for (int most : bytes) {
      // What moves nothing is told apart from what works.
      planted.computeIfAbsent(node, missing -> new ArrayDeque<>()).add(most == 0 ? NOTHING : most);
    }
  }

  private static final int NOTHING = Integer.MAX_VALUE;

  /** What has not happened yet. */
  int left(String node) {
    return planted.getOrDefault(node, new ArrayDeque<>()).size();
  }

  /**
   * Comes to pass.
   *
   * @return how many of the bytes move
   */
  int strike(String node, int bytes) {
    Deque<Integer> waiting = planted.get(node);
    if (waiting == null || waiting.isEmpty()) {
      return bytes;
    }
    int fault = waiting.remove();
    if (fault < 0) {
      throw new SystemCallException(-fault);
    }
    return fault == NOTHING ? 0 : fault == 0 ? bytes : Math.min(fault, bytes);
  }
}
