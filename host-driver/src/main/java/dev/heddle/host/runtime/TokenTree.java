package dev.heddle.host.runtime;

import java.util.ArrayList;
import java.util.List;

/**
 * Tokens that may follow a text, as a tree: each follows its parent, or the text itself.
 *
 * <pre>
 *   text --+-- 0 --+-- 1 ----- 3        node     0   1  2  3  4
 *          |       '-- 2                parent  -1   0  0  1 -1
 *          '-- 4
 * </pre>
 *
 * A node sees the text, its ancestors and itself, and stands as far behind the text as its path is
 * long. That is speculative decoding with a tree (SpecInfer, Miao et al., ASPLOS 2024; Medusa, Cai
 * et al., ICML 2024).
 *
 * @param tokens the token of each node, parents before their children
 * @param parents the parent of each node, {@link #TEXT} for what follows the text
 */
public record TokenTree(List<Integer> tokens, List<Integer> parents) {
  /** The parent of a node that follows the text. */
  public static final int TEXT = -1;

  /** Most nodes. */
  public static final int MOST_NODES = Long.SIZE;

  /**
   * A tree; the lists are copied.
   *
   * @throws IllegalArgumentException when there is no node or more than {@link #MOST_NODES}, or a
   *     parent does not stand before its child
   */
  public TokenTree {
    tokens = List.copyOf(tokens);
    parents = List.copyOf(parents);
    if (tokens.isEmpty() || tokens.size() > MOST_NODES || parents.size() != tokens.size()) {
      throw new IllegalArgumentException(
          "a tree of %d tokens and %d parents; it takes as many of each, 1 to %d"
              .formatted(tokens.size(), parents.size(), MOST_NODES));
    }
    for (int node = 0; node < parents.size(); node++) {
      if (parents.get(node) < TEXT || parents.get(node) >= node) {
        throw new IllegalArgumentException(
            "the parent of node %d is %d; it is %d to %d, %d for the text"
                .formatted(node, parents.get(node), TEXT, node - 1, TEXT));
      }
    }
  }

  /** Number of nodes. */
  public int size() {
    return tokens.size();
  }

  /** The nodes from the first behind the text to {@code node}, which is the last. */
  public List<Integer> path(int node) {
    List<Integer> path = new ArrayList<>();
    for (int at = node; at != TEXT; at = parents.get(at)) {
      path.add(0, at);
    }
    return path;
  }

  /** The nodes that a node sees: bit n for node n. */
  long seen(int node) {
    return path(node).stream().mapToLong(at -> 1L << at).reduce(0, (a, b) -> a | b);
  }
}
