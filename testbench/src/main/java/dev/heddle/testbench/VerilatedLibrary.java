package dev.heddle.testbench;

import com.sun.jna.Library;
import com.sun.jna.Native;
import dev.heddle.hdl.verilog.VerilogDesign;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A design as a shared library, loaded. Any number of {@link Simulation}s and {@link
 * SimulatedMachine}s run in it at once, and any number of libraries are loaded at once.
 *
 * <p>The library is unloaded when it and all its instances are closed. Loaded with {@code RTLD_NOW
 * | RTLD_LOCAL}: two designs have C++ classes of the same names, and each must find its own.
 */
public final class VerilatedLibrary implements AutoCloseable {
  private static final int RTLD_NOW = 2;

  /** Libraries of this process by file, because the loader counts per process too. */
  private static final Map<Path, Loaded> LOADED = new HashMap<>();

  /** A file that the dynamic loader holds. */
  private static final class Loaded {
    final SimulatorAbi abi;
    int users;

    Loaded(SimulatorAbi abi) {
      this.abi = abi;
    }
  }

  private final VerilogDesign design;
  private final LibraryOptions options;
  private final Path file;
  private final SimulatorAbi abi;
  private boolean closed;

  private VerilatedLibrary(VerilogDesign design, LibraryOptions options, Path file) {
    this.design = design;
    this.options = options;
    this.file = file;
    this.abi = acquire(file);
  }

  /**
   * The library of a design, from the user's cache or built now.
   *
   * @throws BuildException if a tool is missing, the design does not build, or the library does not
   *     load
   */
  public static VerilatedLibrary of(
      VerilogDesign design, LibraryOptions options, BuildProgress progress) {
    return of(design, options, Toolchain.system(), LibraryCache.ofUser(), progress);
  }

  /** The library of a design, without a progress line. */
  public static VerilatedLibrary of(VerilogDesign design, LibraryOptions options) {
    return of(design, options, BuildProgress.SILENT);
  }

  /** The library of a design, from the given cache or built with the given tools. */
  public static VerilatedLibrary of(
      VerilogDesign design,
      LibraryOptions options,
      Toolchain tools,
      LibraryCache cache,
      BuildProgress progress) {
    return new VerilatedLibrary(
        design, options, new LibraryBuild(design, options, false, tools, cache, progress).file());
  }

  private static SimulatorAbi acquire(Path file) {
    synchronized (LOADED) {
      Loaded loaded = LOADED.get(file);
      if (loaded == null) {
        SimulatorAbi abi;
        try {
          abi =
              Native.load(
                  file.toString(),
                  SimulatorAbi.class,
                  Map.of(
                      Library.OPTION_OPEN_FLAGS,
                      RTLD_NOW,
                      Library.OPTION_STRING_ENCODING,
                      "UTF-8"));
        } catch (UnsatisfiedLinkError e) {
          throw new BuildException(
              "the simulator library %s does not load: %s; delete it to have it built again"
                  .formatted(file, e.getMessage()),
              e);
        }
        if (abi.heddle_abi_version() != SimulatorAbi.VERSION) {
          throw new BuildException(
              "the simulator library %s is of another version".formatted(file));
        }
        loaded = new Loaded(abi);
        LOADED.put(file, loaded);
      }
      loaded.users++;
      return loaded.abi;
    }
  }

  private static void release(Path file) {
    synchronized (LOADED) {
      Loaded loaded = LOADED.get(file);
      loaded.users--;
      if (loaded.users == 0) {
        LOADED.remove(file);
        Library.Handler handler = (Library.Handler) Proxy.getInvocationHandler(loaded.abi);
        handler.getNativeLibrary().close();
      }
    }
  }

  /** The design that was built. */
  public VerilogDesign design() {
    return design;
  }

  /** The options that it was built with. */
  public LibraryOptions options() {
    return options;
  }

  /** The shared library in the cache. */
  public Path file() {
    return file;
  }

  /** The library for one more instance; given back with {@link #detach}. */
  SimulatorAbi attach() {
    synchronized (LOADED) {
      if (closed) {
        throw new IllegalStateException("the library of " + design.top() + " is closed");
      }
      return acquire(file);
    }
  }

  void detach() {
    release(file);
  }

  /** Gives the library up; it is unloaded with its last instance. */
  @Override
  public void close() {
    synchronized (LOADED) {
      if (!closed) {
        closed = true;
        release(file);
      }
    }
  }
}
