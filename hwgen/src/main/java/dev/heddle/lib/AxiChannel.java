package dev.heddle.lib;

import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;

/**
 * A channel of an AXI interface: a {@link Stream} whose signals have AMBA names, such as {@code
 * awvalid}, {@code awready} and {@code awaddr} for the channel {@code aw} with a payload component
 * {@code addr}.
 */
public final class AxiChannel<T extends Data> extends Stream<T> {
  private AxiChannel(Type<T> type) {
    super(type);
  }

  /** The type of a channel that carries {@code type}. */
  public static <T extends Data> Type<AxiChannel<T>> carrying(Type<T> type) {
    return () -> new AxiChannel<>(type);
  }

  @Override
  protected String separator() {
    return "";
  }
}
