package dev.heddle.hdl;

import dev.heddle.hdl.ir.Node;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.Spliterator;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * The Java source position that makes a signal: its line, and the name of the local variable or
 * field that the signal is about to be stored in.
 *
 * <p>A call is identified by class, method and bytecode index. The instruction after the call says
 * where its result goes: a store names it; a return hands it to the caller, whose store names it;
 * anything else leaves it anonymous. A name that is found in a method other than the constructor of
 * a component is prefixed with the name that the caller stores the result of that method in, so
 * that hardware made by a library method carries the user's name. Names of fields are in every
 * class file; names of locals need debug information, which Maven writes by default.
 */
final class CallSite {
  // Frames of reflection count as any other of the JDK, which saves the walker a test for each.
  private static final StackWalker WALKER =
      StackWalker.getInstance(
          Set.of(
              StackWalker.Option.RETAIN_CLASS_REFERENCE, StackWalker.Option.SHOW_REFLECT_FRAMES));
  private static final String CORE = CallSite.class.getPackageName();
  private static final int DEEPEST = 24;
  private static final String UNKNOWN = "unknown";

  /** The calls of a class; null for the language itself and the JDK. */
  private static final ClassValue<Calls> CLASSES =
      new ClassValue<>() {
        @Override
        protected Calls computeValue(Class<?> type) {
          return isOutside(type) ? read(type) : null;
        }
      };

  /** The calls in the methods of a class. */
  private static final class Calls {
    private final Map<String, Map<Integer, Site>> methods = new HashMap<>();
    private final Site elsewhere;

    /** By bytecode index; null where no method has a call, or several have. */
    private Site[] unique = {};

    Calls(Class<?> type) {
      elsewhere = new Site(null, false, type.getSimpleName(), false);
    }

    /** Once all methods are known: the calls that their bytecode index alone identifies. */
    void findUnique() {
      Set<Integer> ambiguous = new HashSet<>();
      for (Map<Integer, Site> method : methods.values()) {
        method.forEach(
            (index, site) -> {
              if (index >= unique.length) {
                unique = Arrays.copyOf(unique, index + 1);
              }
              if (unique[index] != null) {
                ambiguous.add(index);
              }
              unique[index] = site;
            });
      }
      ambiguous.forEach(index -> unique[index] = null);
    }

    Site site(StackWalker.StackFrame frame) {
      // The virtual machine takes its time over the names of methods.
      int index = frame.getByteCodeIndex();
      if (index >= 0 && index < unique.length && unique[index] != null) {
        return unique[index];
      }
      String method = frame.getMethodName() + frame.getDescriptor();
      return methods.getOrDefault(method, Map.of()).getOrDefault(index, elsewhere);
    }
  }

  /**
   * What follows a call.
   *
   * @param store what the result is stored to, or null
   * @param returned whether the result is returned
   * @param location the line
   * @param construction whether the call is in the constructor of a component
   */
  private record Site(String store, boolean returned, String location, boolean construction) {
    Site storedTo(String name) {
      return new Site(name, false, location, construction);
    }

    Site handedOn() {
      return new Site(null, true, location, construction);
    }
  }

  /** A name (null when there is none) and a line. */
  record Found(String name, String location) {}

  private CallSite() {}

  /** Name and line of the code that calls into the language. */
  static Found find() {
    return WALKER.walk(frames -> walk(frames, new Search(false)));
  }

  /** The line of the code that calls into the language. */
  static String here() {
    return WALKER.walk(frames -> walk(frames, new Search(true))).location;
  }

  /** Names an expression; operands made by the same source expression give their name up to it. */
  static Node name(Node node) {
    Found found = find();
    if (found.name != null) {
      for (Node operand : node.operands()) {
        if (!operand.op().isSignal()
            && found.name.equals(operand.name())
            && found.location.equals(operand.location())) {
          operand.named(null, operand.location());
        }
      }
    }
    return node.named(found.name, found.location);
  }

  private static boolean isOutside(Class<?> type) {
    String name = type.getPackageName();
    return !name.equals(CORE) && !name.startsWith("java.") && !name.startsWith("jdk.");
  }

  private static Found walk(Stream<StackWalker.StackFrame> frames, Search search) {
    // Without a stream's machinery: this runs for every signal, expression and statement.
    Spliterator<StackWalker.StackFrame> next = frames.spliterator();
    while (!search.complete && next.tryAdvance(search)) {}
    return new Found(search.name, search.location);
  }

  /** Follows a value from the call that makes it to where it is stored. */
  private static final class Search implements Consumer<StackWalker.StackFrame> {
    private final boolean lineOnly;
    private String name;
    private String location = UNKNOWN;
    private int depth;
    private boolean complete;

    Search(boolean lineOnly) {
      this.lineOnly = lineOnly;
    }

    @Override
    public void accept(StackWalker.StackFrame frame) {
      Calls calls = CLASSES.get(frame.getDeclaringClass());
      if (calls == null) {
        return;
      }
      Site site = calls.site(frame);
      location = site.location;
      if (site.store != null) {
        name = name == null ? site.store : site.store + "_" + name;
      }
      boolean anonymous = depth == 0 && site.store == null && !site.returned;
      depth++;
      complete = lineOnly || anonymous || depth == DEEPEST || site.construction;
    }
  }

  private static Calls read(Class<?> type) {
    Calls calls = new Calls(type);
    String file = type.getName().substring(type.getName().lastIndexOf('.') + 1) + ".class";
    try (InputStream in = type.getResourceAsStream(file)) {
      if (in != null) {
        Reader reader = new Reader(in.readAllBytes());
        boolean component = Component.class.isAssignableFrom(type);
        reader.accept(new ClassScan(reader, component, calls), ClassReader.SKIP_FRAMES);
        calls.findUnique();
      }
    } catch (IOException e) {
      // Names and lines are a convenience; without the class file there are none.
      return new Calls(type);
    }
    return calls;
  }

  /** A class reader that tells the index of the instruction it is at. */
  private static final class Reader extends ClassReader {
    private int index;

    Reader(byte[] bytes) {
      super(bytes);
    }

    @Override
    protected void readBytecodeInstructionOffset(int bytecodeOffset) {
      index = bytecodeOffset;
    }
  }

  private static final class ClassScan extends ClassVisitor {
    private final Reader reader;
    private final boolean component;
    private final Calls calls;
    private String source = UNKNOWN;

    ClassScan(Reader reader, boolean component, Calls calls) {
      super(Opcodes.ASM9);
      this.reader = reader;
      this.component = component;
      this.calls = calls;
    }

    @Override
    public void visitSource(String file, String debug) {
      source = file;
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      Map<Integer, Site> method = new HashMap<>();
      calls.methods.put(name + descriptor, method);
      return new MethodScan(reader, source, component && name.equals("<init>"), method);
    }
  }

  /** Notes for each call of a method what the instruction after it does with the result. */
  private static final class MethodScan extends MethodVisitor {
    private record Local(String name, Label start, Label end, int slot) {}

    private record Store(int call, int slot, int position) {}

    private final Reader reader;
    private final String source;
    private final boolean construction;
    private final Map<Integer, Site> calls;
    private final List<Local> locals = new ArrayList<>();
    private final List<Store> stores = new ArrayList<>();
    private final Map<Label, Integer> positions = new HashMap<>();
    private int line;
    private int pending = -1;
    private int position;

    MethodScan(Reader reader, String source, boolean construction, Map<Integer, Site> calls) {
      super(Opcodes.ASM9);
      this.reader = reader;
      this.source = source;
      this.construction = construction;
      this.calls = calls;
    }

    private String location() {
      return source + ":" + line;
    }

    private void call() {
      pending = reader.index;
      calls.put(pending, new Site(null, false, location(), construction));
      position++;
    }

    private void other() {
      pending = -1;
      position++;
    }

    @Override
    public void visitLineNumber(int number, Label start) {
      line = number;
    }

    @Override
    public void visitLabel(Label label) {
      positions.put(label, position);
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      call();
    }

    @Override
    public void visitInvokeDynamicInsn(
        String name, String descriptor, org.objectweb.asm.Handle handle, Object... arguments) {
      call();
    }

    @Override
    public void visitTypeInsn(int opcode, String type) {
      if (opcode != Opcodes.CHECKCAST) {
        other();
      }
    }

    @Override
    public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
      if (pending >= 0 && (opcode == Opcodes.PUTFIELD || opcode == Opcodes.PUTSTATIC)) {
        calls.put(pending, calls.get(pending).storedTo(name));
      }
      other();
    }

    @Override
    public void visitVarInsn(int opcode, int slot) {
      if (pending >= 0 && opcode == Opcodes.ASTORE) {
        stores.add(new Store(pending, slot, position + 1));
      }
      other();
    }

    @Override
    public void visitInsn(int opcode) {
      if (pending >= 0 && opcode == Opcodes.ARETURN) {
        calls.put(pending, calls.get(pending).handedOn());
      }
      other();
    }

    @Override
    public void visitIntInsn(int opcode, int operand) {
      other();
    }

    @Override
    public void visitJumpInsn(int opcode, Label label) {
      other();
    }

    @Override
    public void visitLdcInsn(Object value) {
      other();
    }

    @Override
    public void visitIincInsn(int slot, int increment) {
      other();
    }

    @Override
    public void visitLocalVariable(
        String name, String descriptor, String signature, Label start, Label end, int slot) {
      locals.add(new Local(name, start, end, slot));
    }

    @Override
    public void visitEnd() {
      // A local is in scope from the instruction after the store that initialises it.
      for (Store store : stores) {
        for (Local local : locals) {
          if (local.slot == store.slot
              && positions.get(local.start) <= store.position
              && store.position <= positions.get(local.end)) {
            calls.put(store.call, calls.get(store.call).storedTo(local.name));
          }
        }
      }
    }
  }
}
