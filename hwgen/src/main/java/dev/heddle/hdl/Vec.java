package dev.heddle.hdl;

import java.util.AbstractList;
import java.util.List;

/** A fixed number of signals of one type; a Java list, so loops and streams work on it. */
public final class Vec<T extends Data> extends AbstractList<T> implements Data {
  private final List<T> items;

  Vec(List<T> items) {
    if (items.isEmpty()) {
      throw new HdlException("a vec needs at least one element");
    }
    this.items = List.copyOf(items);
  }

  /** A vec of signals that exist, for {@link #at} and for payloads. */
  public static <T extends Data> Vec<T> of(List<T> items) {
    return new Vec<>(items);
  }

  @Override
  public T get(int index) {
    return items.get(index);
  }

  @Override
  public int size() {
    return items.size();
  }

  /**
   * The element that {@code index} selects: a tree of multiplexers, one level for each bit of the
   * index. An index beyond the end gives some element.
   */
  public T at(UInt index) {
    List<T> level = items;
    for (int bit = 0; level.size() > 1; bit++) {
      if (bit >= index.width()) {
        throw new HdlException(
            "%s is uint(%d), too narrow to select one of %d elements",
            index, index.width(), items.size());
      }
      Bit select = index.at(bit);
      java.util.ArrayList<T> next = new java.util.ArrayList<>();
      for (int i = 0; i < level.size(); i += 2) {
        next.add(
            i + 1 < level.size() ? Hdl.mux(select, level.get(i + 1), level.get(i)) : level.get(i));
      }
      level = next;
    }
    return level.get(0);
  }

  /**
   * Drives the element that {@code index} selects and leaves the others alone.
   *
   * @throws HdlException for a constant index beyond the end
   */
  public void set(UInt index, T value) {
    if (index.isLiteral()) {
      if (index.literal().bitLength() > 31 || index.literal().intValue() >= items.size()) {
        throw new HdlException("there is no element %s of %d", index, items.size());
      }
      Hdl.connect(items.get(index.literal().intValue()), value);
      return;
    }
    for (int i : Hdl.range(items.size())) {
      Hdl.when(index.eq(i), () -> Hdl.connect(items.get(i), value));
    }
  }
}
