package dev.heddle.hdl;

import dev.heddle.hdl.ir.Node;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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
  private static final StackWalker WALKER =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);
  private static final String CORE = CallSite.class.getPackageName();
  private static final int DEEPEST = 24;
  private static final Map<Key, Site> SITES = new ConcurrentHashMap<>();
  private static final Map<Class<?>, Map<String, Map<Integer, Site>>> CLASSES =
      new ConcurrentHashMap<>();

  private record Key(Class<?> type, String method, String descriptor, int index) {}

  /** What follows a call: the name stored to, whether the result is returned, and the line. */
  private record Site(String store, boolean returned, String location) {}

  /** A name (null when there is none) and a line. */
  record Found(String name, String location) {}

  private CallSite() {}

  /** Name and line of the code that calls into the language. */
  static Found find() {
    return WALKER.walk(CallSite::search);
  }

  /** The line of the code that calls into the language. */
  static String here() {
    return WALKER.walk(
        frames ->
            frames
                .filter(CallSite::isOutside)
                .findFirst()
                .map(frame -> site(frame).location)
                .orElse("unknown"));
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

  private static boolean isOutside(StackWalker.StackFrame frame) {
    String name = frame.getDeclaringClass().getPackageName();
    return !name.equals(CORE) && !name.startsWith("java.") && !name.startsWith("jdk.");
  }

  private static Found search(Stream<StackWalker.StackFrame> frames) {
    String name = null;
    String location = null;
    int depth = 0;
    for (var it = frames.iterator(); it.hasNext() && depth < DEEPEST; ) {
      StackWalker.StackFrame frame = it.next();
      if (!isOutside(frame)) {
        continue;
      }
      Site site = site(frame);
      location = site.location;
      if (site.store != null) {
        name = name == null ? site.store : site.store + "_" + name;
      } else if (depth == 0 && !site.returned) {
        return new Found(null, location);
      }
      if (frame.getMethodName().equals("<init>")
          && Component.class.isAssignableFrom(frame.getDeclaringClass())) {
        break;
      }
      depth++;
    }
    return new Found(name, location == null ? "unknown" : location);
  }

  private static Site site(StackWalker.StackFrame frame) {
    Key key =
        new Key(
            frame.getDeclaringClass(),
            frame.getMethodName(),
            frame.getDescriptor(),
            frame.getByteCodeIndex());
    return SITES.computeIfAbsent(key, CallSite::resolve);
  }

  private static Site resolve(Key key) {
    Map<Integer, Site> calls =
        CLASSES
            .computeIfAbsent(key.type, CallSite::read)
            .getOrDefault(key.method + key.descriptor, Map.of());
    return calls.getOrDefault(key.index, new Site(null, false, key.type.getSimpleName()));
  }

  private static Map<String, Map<Integer, Site>> read(Class<?> type) {
    String file = type.getName().substring(type.getName().lastIndexOf('.') + 1) + ".class";
    try (InputStream in = type.getResourceAsStream(file)) {
      if (in == null) {
        return Map.of();
      }
      Reader reader = new Reader(in.readAllBytes());
      ClassScan scan = new ClassScan(reader);
      reader.accept(scan, ClassReader.SKIP_FRAMES);
      return scan.methods;
    } catch (IOException e) {
      return Map.of();
    }
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
    private final Map<String, Map<Integer, Site>> methods = new HashMap<>();
    private String source = "unknown";

    ClassScan(Reader reader) {
      super(Opcodes.ASM9);
      this.reader = reader;
    }

    @Override
    public void visitSource(String file, String debug) {
      source = file;
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      Map<Integer, Site> calls = new HashMap<>();
      methods.put(name + descriptor, calls);
      return new MethodScan(reader, source, calls);
    }
  }

  /** Notes for each call of a method what the instruction after it does with the result. */
  private static final class MethodScan extends MethodVisitor {
    private record Local(String name, Label start, Label end, int slot) {}

    private record Store(int call, int slot, int position, String location) {}

    private final Reader reader;
    private final String source;
    private final Map<Integer, Site> calls;
    private final List<Local> locals = new ArrayList<>();
    private final List<Store> stores = new ArrayList<>();
    private final Map<Label, Integer> positions = new HashMap<>();
    private int line;
    private int pending = -1;
    private int position;

    MethodScan(Reader reader, String source, Map<Integer, Site> calls) {
      super(Opcodes.ASM9);
      this.reader = reader;
      this.source = source;
      this.calls = calls;
    }

    private String location() {
      return source + ":" + line;
    }

    private void call() {
      pending = reader.index;
      calls.put(pending, new Site(null, false, location()));
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
        calls.put(pending, new Site(name, false, calls.get(pending).location));
      }
      other();
    }

    @Override
    public void visitVarInsn(int opcode, int slot) {
      if (pending >= 0 && opcode == Opcodes.ASTORE) {
        stores.add(new Store(pending, slot, position + 1, calls.get(pending).location));
      }
      other();
    }

    @Override
    public void visitInsn(int opcode) {
      if (pending >= 0 && opcode == Opcodes.ARETURN) {
        calls.put(pending, new Site(null, true, calls.get(pending).location));
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
            calls.put(store.call, new Site(local.name, false, store.location));
          }
        }
      }
    }
  }
}
