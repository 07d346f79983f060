package dev.heddle.host.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heddle.host.bench.BenchResult;
import dev.heddle.host.bench.Benchmark;
import dev.heddle.host.bench.BenchmarkSuite;
import dev.heddle.host.bench.VitcodBenchmark;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code heddle bench}: measures the machine, the generator and the simulator. */
@Command(
    name = "bench",
    description = "Runs benchmarks and prints their figures; docs/benchmarks.md explains them.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    sortOptions = false)
final class BenchCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NONE = "-";
  private static final String ROW = "%-10s %-28s %-18s %12s  %-14s %s%n";

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "NAME",
      arity = "0..*",
      description =
          "Benchmarks: gemv, gemm, elaborate, simspeed, attention, vitcod, link, sdram. Default: all.")
  private final List<String> names = new ArrayList<>();

  @Option(names = "--json", description = "Prints a JSON object a line instead of a table.")
  private boolean json;

  @Option(
      names = "--case",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Runs only the cases whose name contains TEXT.")
  private String part;

  @Option(
      names = "--config",
      paramLabel = "NAME",
      defaultValue = "large",
      completionCandidates = ConfigurationName.Shipped.class,
      description =
          "Configuration of the simulated machine (vitcod has its own): ${COMPLETION-CANDIDATES}."
              + " Default: ${DEFAULT-VALUE}.")
  private String configuration;

  @Option(
      names = "--mask",
      paramLabel = "FILE.npy",
      description =
          "Masks that vitcod runs, zeros kept: "
              + VitcodBenchmark.PUBLISHED_MASK
              + " of ViTCoD, or others.")
  private Path mask;

  private int leftOut;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    String commit = Checkout.commit();
    try (ProgressLine progress =
        new ProgressLine("building a simulator", spec.commandLine().getErr())) {
      List<Benchmark> chosen = chosen(suite(progress));
      if (!json) {
        out.printf(ROW, "bench", "case", "metric", "value", "configuration", "memory model");
      }
      long figures =
          chosen.stream()
              .flatMap(benchmark -> benchmark.run(name -> name.contains(part)))
              .peek(result -> print(out, result, commit))
              .mapToLong(result -> 1)
              .sum();
      if (figures == 0) {
        throw mistake(
            leftOut == 0
                ? "no case of these benchmarks contains '%s'".formatted(part)
                : "nothing was measured");
      }
    }
    if (!json) {
      out.println("commit " + commit);
    }
    out.flush();
    return 0;
  }

  private List<Benchmark> suite(ProgressLine progress) {
    PrintWriter err = spec.commandLine().getErr();
    return BenchmarkSuite.of(
        ConfigurationName.find(spec, configuration),
        Optional.ofNullable(mask),
        notice -> {
          leftOut++;
          err.println(notice);
        },
        progress::update);
  }

  private List<Benchmark> chosen(List<Benchmark> all) {
    for (String name : names) {
      if (!BenchmarkSuite.NAMES.contains(name)) {
        throw mistake(
            "there is no benchmark %s; there are %s"
                .formatted(name, String.join(", ", BenchmarkSuite.NAMES)));
      }
    }
    return all.stream()
        .filter(benchmark -> names.isEmpty() || names.contains(benchmark.name()))
        .toList();
  }

  private void print(PrintWriter out, BenchResult result, String commit) {
    if (json) {
      out.println(line(result, commit));
    } else {
      out.printf(
          Locale.ROOT,
          ROW,
          result.bench(),
          result.workload(),
          result.metric(),
          number(result.value()),
          result.configuration().orElse(NONE),
          result.memory().orElse(NONE));
    }
    out.flush();
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.4f" : "%,.0f", value);
  }

  /** A result as one JSON object; what it has not is null. */
  static String line(BenchResult result, String commit) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("bench", result.bench());
    fields.put("case", result.workload());
    fields.put("metric", result.metric());
    fields.put("value", result.value());
    fields.put("configuration", result.configuration().orElse(null));
    fields.put("memory", result.memory().orElse(null));
    fields.put("commit", commit);
    try {
      return JSON.writeValueAsString(fields);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private ParameterException mistake(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
