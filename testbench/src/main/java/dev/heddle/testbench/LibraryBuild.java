package dev.heddle.testbench;

import dev.heddle.hdl.verilog.VerilogDesign;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Builds one design: Verilator writes C++, the compiler turns it and the fixed sources into a
 * shared library or a program.
 *
 * <pre>
 *   design.v -- verilator --> model/*.cpp --.
 *   design.cpp, ports.inc ------------------+-- g++ --> library
 *   runtime.o (compiled once, cached) ------'
 * </pre>
 */
final class LibraryBuild {
  /** Below this size the files of a model are compiled together, which is quicker. */
  private static final long SMALL_MODEL_BYTES = 300_000;

  private static final String COMMON_LEVEL = "-O2";
  private static final String SLOW_LEVEL = "-O0";

  private final VerilogDesign design;
  private final LibraryOptions options;
  private final boolean standalone;
  private final Toolchain tools;
  private final LibraryCache cache;
  private final BuildProgress progress;
  private final CppSources sources = new CppSources();

  LibraryBuild(
      VerilogDesign design,
      LibraryOptions options,
      boolean standalone,
      Toolchain tools,
      LibraryCache cache,
      BuildProgress progress) {
    this.design = design;
    this.options = options;
    this.standalone = standalone;
    this.tools = tools;
    this.cache = cache;
    this.progress = progress;
  }

  /** The file, from the cache if it is there. */
  Path file() {
    List<String> key = new ArrayList<>(List.of("design", design.top(), design.text()));
    key.add(design.ports().toString());
    key.addAll(options.verilatorFlags());
    key.addAll(compilerFlags(options.compilerLevel()));
    key.addAll(runtimeParts());
    String hash = LibraryCache.key(key);
    String name = design.top() + "-" + hash.substring(0, 12) + (standalone ? "" : ".so");
    return cache.obtain(hash, name, file -> build(hash, file));
  }

  private String level(int level) {
    return "-O" + level;
  }

  private List<String> compilerFlags(int level) {
    List<String> flags = new ArrayList<>(List.of("-std=c++17", level(level), "-fno-gnu-unique"));
    if (!standalone) {
      flags.addAll(List.of("-fPIC", "-fvisibility=hidden"));
    }
    flags.addAll(
        List.of(
            "-faligned-new",
            "-DVM_COVERAGE=0",
            "-DVM_SC=0",
            "-DVL_USER_FINISH",
            "-DVL_USER_STOP",
            "-DVL_USER_FATAL"));
    flags.addAll(options.compilerDefines());
    return flags;
  }

  /** What the part that is common to all designs depends on. */
  private List<String> runtimeParts() {
    List<String> parts =
        new ArrayList<>(
            List.of(
                COMMON_LEVEL,
                sources.all(),
                tools.verilatorVersion(),
                tools.compilerVersion(),
                Boolean.toString(standalone)));
    parts.addAll(compilerFlags(2));
    return parts;
  }

  private String stateKey() {
    // Verilator's state depends on its flags: tracing, for one, keeps signals alive.
    List<String> parts = new ArrayList<>(List.of(design.top(), design.text()));
    parts.addAll(options.verilatorFlags());
    return LibraryCache.key(parts).substring(0, 63);
  }

  private void build(String key, Path file) throws IOException, InterruptedException {
    Path work = Files.createTempDirectory(cache.folder(), "work-");
    try {
      progress.step(0, 3, "compiling the simulator's runtime");
      Path runtime = runtime();
      progress.step(1, 3, "verilating " + design.top());
      sources.write(work);
      Path model = work.resolve("model");
      verilate(key, work, model);
      List<Unit> units = units(work, model);
      List<Path> objects = compile(key, work, units, 2);
      objects.add(runtime);
      progress.step(2 + units.size(), 3 + units.size(), "linking");
      link(key, work, objects, file);
      cache.deleteLogs(key);
    } catch (InterruptedException e) {
      cache.deleteLogs(key);
      throw e;
    } finally {
      LibraryCache.delete(work);
    }
  }

  private void verilate(String key, Path work, Path model)
      throws IOException, InterruptedException {
    String source = design.top() + ".v";
    Files.writeString(work.resolve(source), design.text(), StandardCharsets.UTF_8);
    List<String> command = new ArrayList<>(List.of(tools.verilator().toString()));
    command.addAll(options.verilatorFlags());
    command.addAll(List.of("--prefix", CppSources.MODEL, "--top-module", design.top()));
    command.addAll(List.of("-Mdir", model.getFileName().toString(), source));
    ExternalProgram.run(
        "Verilator on module " + design.top(), command, work, cache.log(key, "verilator"));
    String header = Files.readString(model.resolve(CppSources.MODEL + ".h"));
    Files.writeString(work.resolve("ports.inc"), CppSources.portTable(design, header));
    Files.writeString(
        work.resolve("names.h"),
        "#define HEDDLE_DESIGN_NAME \"%s\"%n#define HEDDLE_STATE_KEY \"%s\"%n"
            .formatted(design.top(), stateKey()));
  }

  /** One call of the compiler. */
  private record Unit(String name, Path source, boolean fast) {}

  private List<Unit> units(Path work, Path model) throws IOException {
    List<Path> generated;
    try (Stream<Path> files = Files.list(model)) {
      generated = files.filter(file -> file.toString().endsWith(".cpp")).sorted().toList();
    }
    long bytes = 0;
    for (Path source : generated) {
      bytes += Files.size(source);
    }
    List<Path> fast = generated.stream().filter(source -> !isSlow(source)).toList();
    List<Path> slow = generated.stream().filter(LibraryBuild::isSlow).toList();
    List<Unit> units = new ArrayList<>();
    // Without optimisation most of the time goes into reading Verilator's headers.
    if (bytes < SMALL_MODEL_BYTES || options.compilerLevel() == 0) {
      units.add(new Unit("fast", together(work.resolve("fast.cpp"), fast), true));
      units.add(new Unit("slow", together(work.resolve("slow.cpp"), slow), false));
    } else {
      for (Path source : generated) {
        units.add(new Unit(stem(source), source, !isSlow(source)));
      }
    }
    units.add(new Unit("design", work.resolve(CppSources.DESIGN), true));
    return units;
  }

  private static boolean isSlow(Path source) {
    String name = source.getFileName().toString();
    return name.contains("__Slow") || name.contains("__Syms") || name.contains("__ConstPool");
  }

  private static String stem(Path source) {
    return source.getFileName().toString().replaceFirst("\\.cpp$", "");
  }

  private static Path together(Path file, List<Path> sources) throws IOException {
    StringBuilder text = new StringBuilder();
    for (Path source : sources) {
      text.append("#include \"").append(source.getFileName()).append("\"\n");
    }
    return Files.writeString(file, text);
  }

  private Path runtime() {
    String key = LibraryCache.key(runtimeParts());
    return cache.obtain(
        key,
        "runtime.o",
        file -> {
          Path work = Files.createTempDirectory(cache.folder(), "work-");
          try {
            sources.write(work);
            List<Unit> units = new ArrayList<>();
            List<String> verilated =
                new ArrayList<>(
                    List.of("verilated.cpp", "verilated_threads.cpp", "verilated_save.cpp"));
            if (options.trace()) {
              verilated.add("verilated_fst_c.cpp");
            }
            for (String name : verilated) {
              Path source = tools.verilatorInclude().resolve(name);
              units.add(new Unit(stem(source), source, true));
            }
            List<String> own = new ArrayList<>(CppSources.RUNTIME);
            if (standalone) {
              own.add(CppSources.STANDALONE);
            }
            for (String name : own) {
              units.add(new Unit(stem(Path.of(name)), work.resolve(name), true));
            }
            List<Path> objects = compile(key, work, units, 0, COMMON_LEVEL);
            List<String> command =
                new ArrayList<>(List.of(tools.compiler().toString(), "-r", "-nostdlib", "-o"));
            command.add(file.toString());
            objects.forEach(object -> command.add(object.toString()));
            ExternalProgram.run("joining the runtime", command, work, cache.log(key, "link"));
            cache.deleteLogs(key);
          } catch (InterruptedException e) {
            cache.deleteLogs(key);
            throw e;
          } finally {
            LibraryCache.delete(work);
          }
        });
  }

  private List<Path> compile(String key, Path work, List<Unit> units, int stepsBefore)
      throws IOException, InterruptedException {
    return compile(key, work, units, stepsBefore, level(options.compilerLevel()));
  }

  private List<Path> compile(
      String key, Path work, List<Unit> units, int stepsBefore, String fastLevel)
      throws IOException, InterruptedException {
    int workers = Math.min(units.size(), Runtime.getRuntime().availableProcessors());
    ExecutorService pool = Executors.newFixedThreadPool(workers);
    try {
      List<Future<Path>> results = new ArrayList<>();
      for (Unit unit : units) {
        Callable<Path> task = () -> compile(key, work, unit, fastLevel);
        results.add(pool.submit(task));
      }
      List<Path> objects = new ArrayList<>();
      for (int i = 0; i < results.size(); i++) {
        progress.step(
            stepsBefore + i,
            stepsBefore + units.size() + 1,
            "compiling %s (%d of %d)".formatted(design.top(), i + 1, units.size()));
        objects.add(results.get(i).get());
      }
      return objects;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof BuildException failure) {
        throw failure;
      }
      throw new IOException(e.getCause());
    } finally {
      pool.shutdownNow();
      pool.awaitTermination(1, TimeUnit.MINUTES);
    }
  }

  private Path compile(String key, Path work, Unit unit, String fastLevel)
      throws IOException, InterruptedException {
    Path object = work.resolve(unit.name() + ".o");
    List<String> command = new ArrayList<>(List.of(tools.compiler().toString(), "-c"));
    command.addAll(compilerFlags(0));
    command.add(unit.fast() ? fastLevel : SLOW_LEVEL);
    command.addAll(List.of("-I", ".", "-I", "model"));
    command.addAll(List.of("-isystem", tools.verilatorInclude().toString()));
    command.addAll(List.of("-include", CppSources.FORCED_INCLUDE));
    command.addAll(List.of(unit.source().toString(), "-o", object.toString()));
    ExternalProgram.run("compiling " + unit.name(), command, work, cache.log(key, unit.name()));
    return object;
  }

  private void link(String key, Path work, List<Path> objects, Path file)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(tools.compiler().toString()));
    if (!standalone) {
      command.addAll(
          List.of("-shared", "-Wl,-Bsymbolic", "-Wl,--version-script=" + CppSources.EXPORTS));
    }
    command.addAll(List.of("-Wl,--gc-sections", "-o", file.toString()));
    objects.forEach(object -> command.add(object.toString()));
    command.addAll(List.of("-pthread", "-latomic"));
    if (options.trace()) {
      command.add("-lz");
    }
    ExternalProgram.run("linking " + design.top(), command, work, cache.log(key, "link"));
  }
}
