package dev.heddle.hdl;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A ground value inside a {@link Data}, with its path.
 *
 * @param value the ground value
 * @param path names from the outermost data to the value, joined, with a leading separator; empty
 *     for a ground value
 * @param flipped whether it runs against the direction of the data it is in
 */
record Leaf(Value value, String path, boolean flipped) {

  /** All leaves in declaration order. */
  static List<Leaf> of(Data data) {
    if (data instanceof Value value) {
      return List.of(new Leaf(value, "", false));
    }
    List<Leaf> leaves = new ArrayList<>();
    collect(data, "", "_", false, leaves);
    if (leaves.size() > 1) {
      Set<String> paths = new HashSet<>();
      for (Leaf leaf : leaves) {
        if (!paths.add(leaf.path)) {
          throw new HdlException(
              "%s has two members %s", data.getClass().getSimpleName(), leaf.path);
        }
      }
    }
    return leaves;
  }

  private static void collect(
      Data data, String path, String separator, boolean flipped, List<Leaf> leaves) {
    if (data instanceof Value value) {
      leaves.add(new Leaf(value, path, flipped));
    } else if (data instanceof Vec<?> vec) {
      for (int i = 0; i < vec.size(); i++) {
        collect(vec.get(i), path + "_" + i, separator, flipped, leaves);
      }
    } else if (data instanceof Bundle bundle) {
      for (Bundle.Member member : bundle.members()) {
        boolean hidden = bundle.isTransparent(member.data());
        String name = hidden ? path : path + bundle.separator() + name(bundle, member.data());
        collect(member.data(), name, bundle.separator(), flipped != member.flipped(), leaves);
      }
    } else if (data instanceof Record tuple) {
      RecordComponent[] components = tuple.getClass().getRecordComponents();
      List<Data> parts = parts(tuple);
      for (int i = 0; i < components.length; i++) {
        String name = path + separator + components[i].getName();
        collect(parts.get(i), name, separator, flipped, leaves);
      }
    } else {
      throw new HdlException(
          "%s is neither a value, a vec, a bundle nor a record", data.getClass().getName());
    }
  }

  /** The data in the components of a record. */
  static List<Data> parts(Record tuple) {
    List<Data> parts = new ArrayList<>();
    for (RecordComponent component : tuple.getClass().getRecordComponents()) {
      try {
        component.getAccessor().setAccessible(true);
        Object part = component.getAccessor().invoke(tuple);
        if (!(part instanceof Data)) {
          throw new HdlException(
              "component %s of %s is not hardware data",
              component.getName(), tuple.getClass().getSimpleName());
        }
        parts.add((Data) part);
      } catch (IllegalAccessException | InvocationTargetException e) {
        throw new IllegalStateException(e);
      }
    }
    return parts;
  }

  /** A record of the same class with other parts. */
  @SuppressWarnings("unchecked")
  static <T> T rebuild(T tuple, List<Data> parts) {
    RecordComponent[] components = tuple.getClass().getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < types.length; i++) {
      types[i] = components[i].getType();
    }
    try {
      Constructor<?> constructor = tuple.getClass().getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return (T) constructor.newInstance(parts.toArray());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Data of the same shape with other values.
   *
   * @param each makes the value in the place of another, in declaration order
   * @param refusal what is said of data that has directions, with its class for {@code %s}
   */
  @SuppressWarnings("unchecked")
  static <T extends Data> T map(T data, UnaryOperator<Value> each, String refusal) {
    if (data instanceof Value value) {
      return (T) each.apply(value);
    }
    List<Data> parts = new ArrayList<>();
    if (data instanceof Record tuple) {
      parts(tuple).forEach(part -> parts.add(map(part, each, refusal)));
      return rebuild(data, parts);
    }
    if (data instanceof Vec<?> vec) {
      vec.forEach(part -> parts.add(map(part, each, refusal)));
      return (T) new Vec<>(parts);
    }
    throw new HdlException(refusal, data.getClass().getSimpleName());
  }

  private static String name(Bundle bundle, Data member) {
    for (Class<?> c = bundle.getClass(); c != Bundle.class; c = c.getSuperclass()) {
      for (Field field : c.getDeclaredFields()) {
        if (Modifier.isStatic(field.getModifiers()) || field.getType().isPrimitive()) {
          continue;
        }
        try {
          field.setAccessible(true);
          if (field.get(bundle) == member) {
            return field.getName();
          }
        } catch (IllegalAccessException e) {
          throw new IllegalStateException(e);
        }
      }
    }
    throw new HdlException(
        "a member of %s is not stored in a field of it", bundle.getClass().getSimpleName());
  }
}
