package dev.heddle.hdl;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * An interface: signals of both directions under one name, declared as a class with a field for
 * each member.
 *
 * <p>Directions are seen from the side that produces: {@link #field} runs with the interface,
 * {@link #flip} against it. A component declares {@code out(type)} to produce and {@code in(type)}
 * to consume. Payloads, whose members all run one way, are better as records.
 *
 * <pre>{@code
 * public final class Handshake extends Bundle {
 *   public final Bit request = field(bit());
 *   public final Bit acknowledge = flip(bit());
 * }
 * }</pre>
 */
public abstract class Bundle implements Data {
  record Member(Data data, boolean flipped) {}

  private final List<Member> members = new ArrayList<>();

  /** A member that the producer drives. */
  protected final <T extends Data> T field(Type<T> type) {
    return add(type.make(), false);
  }

  /** A member that the consumer drives, such as {@code ready}. */
  protected final <T extends Data> T flip(Type<T> type) {
    return add(type.make(), true);
  }

  private <T extends Data> T add(T data, boolean flipped) {
    members.add(new Member(data, flipped));
    return data;
  }

  final List<Member> members() {
    return Collections.unmodifiableList(members);
  }

  /**
   * What stands between the name of the bundle and the name of a member; buses that fix their names
   * leave it out.
   */
  protected String separator() {
    return "_";
  }

  /** Whether the members of {@code member} are named as if they were members of this bundle. */
  protected boolean isTransparent(Data member) {
    return false;
  }
}
