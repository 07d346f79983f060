package dev.heddle.host.cli;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.isa.HeadEntry.Output;
import dev.heddle.accel.mask.AttentionMask;
import dev.heddle.host.device.Counters;
import dev.heddle.host.device.Device;
import dev.heddle.host.mask.LayerMasks;
import dev.heddle.host.mask.MaskCost;
import dev.heddle.host.model.NpyFile;
import dev.heddle.host.vision.LayerVectors;
import dev.heddle.host.vision.VisionAttention;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code heddle vit}: the attention of a vision transformer with fixed masks. */
@Command(
    name = "vit",
    description = {
      "Computes the attention of all layers of a vision transformer with fixed masks,",
      "of queries, keys and values that NumPy saved as [layer][head][token][element]."
    },
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    defaultValueProvider = VitCommand.VisionByDefault.class,
    sortOptions = false)
final class VitCommand implements Callable<Integer>, Configurable {
  /** The machine that takes masks, unless another is chosen. */
  static final class VisionByDefault implements IDefaultValueProvider {
    @Override
    public String defaultValue(ArgSpec argument) {
      boolean config =
          argument instanceof OptionSpec option && option.longestName().equals("--config");
      return config ? Configuration.VISION.name() : null;
    }
  }

  @Spec private CommandSpec spec;

  @Option(
      names = "--mask",
      required = true,
      paramLabel = "FILE.npy",
      description = "Masks: [layer][head][query][key], as for heddle mask.")
  private Path mask;

  @Mixin private KeptOption kept;

  @Option(
      names = "--queries",
      required = true,
      paramLabel = "FILE.npy",
      description = "Queries: [layer][head][token][element].")
  private Path queries;

  @Option(names = "--keys", required = true, paramLabel = "FILE.npy", description = "Keys.")
  private Path keys;

  @Option(names = "--values", required = true, paramLabel = "FILE.npy", description = "Values.")
  private Path values;

  @Option(
      names = "--out",
      paramLabel = "FILE.npy",
      description = "Where the output rows go: [layer][head][token][element], float32.")
  private Path out;

  @Option(
      names = "--x8",
      description = {
        "Rounds the output to 8-bit codes, as a matrix product that follows",
        "takes it: a quarter of the bytes."
      })
  private boolean codes;

  @Mixin private MachineOptions machine;

  @Mixin private ConfigurationOptions configuration;

  @Override
  public ConfigurationOptions configurationOptions() {
    return configuration;
  }

  @Override
  public Integer call() {
    requireFolder();
    try (MachineOptions.Chosen chosen = machine.choose(spec, configuration)) {
      return run(chosen);
    }
  }

  private int run(MachineOptions.Chosen chosen) {
    Configuration hardware = chosen.configuration();
    List<AttentionMask> layers = LayerMasks.read(mask, kept.nonZero(spec)).layers();
    AttentionMask first = layers.get(0);
    LayerVectors q = vectors(queries, layers, first.queries());
    LayerVectors k = vectors(keys, layers, first.keysPerHead());
    LayerVectors v = vectors(values, layers, first.keysPerHead());
    if (q.dimension() != k.dimension()) {
      throw new CommandFailedException(
          "%s has vectors of %d elements, but %s of %d"
              .formatted(queries, q.dimension(), keys, k.dimension()));
    }
    VisionAttention attention = compile(hardware, layers, q.dimension(), v.dimension());
    try (Device device = chosen.open(attention.memoryBytes())) {
      long start = System.nanoTime();
      float[][][] rows = attention.rows(device, q, k, v);
      Duration wall = Duration.ofNanos(System.nanoTime() - start);
      write(rows, first, v.dimension());
      print(hardware, layers, attention.cost(), device.counters(), wall);
    }
    return 0;
  }

  private LayerVectors vectors(Path file, List<AttentionMask> layers, int tokens) {
    return LayerVectors.read(file, layers.size(), layers.get(0).heads(), tokens);
  }

  private VisionAttention compile(
      Configuration hardware, List<AttentionMask> layers, int keyDimension, int valueDimension) {
    try {
      Output format = codes ? Output.X8 : Output.FP32;
      return new VisionAttention(hardware, layers, keyDimension, valueDimension, format);
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException("%s: %s".formatted(mask, e.getMessage()), e);
    }
  }

  /** Says before the work that its result could not be written. */
  private void requireFolder() {
    if (out != null && !Files.isDirectory(out.toAbsolutePath().getParent())) {
      throw new CommandFailedException(
          "cannot write %s: there is no folder %s"
              .formatted(out, out.toAbsolutePath().getParent()));
    }
  }

  private void write(float[][][] rows, AttentionMask mask, int dimension) {
    if (out == null) {
      return;
    }
    FloatBuffer elements = FloatBuffer.allocate(rows.length * mask.rows() * dimension);
    for (float[][] layer : rows) {
      for (float[] row : layer) {
        elements.put(row);
      }
    }
    try {
      NpyFile.write(
          out, List.of(rows.length, mask.heads(), mask.queries(), dimension), elements.array());
    } catch (IOException e) {
      throw new CommandFailedException("cannot write %s (%s)".formatted(out, e), e);
    }
  }

  private void print(
      Configuration hardware,
      List<AttentionMask> layers,
      MaskCost cost,
      Counters done,
      Duration wall) {
    AttentionMask first = layers.get(0);
    PrintWriter table = spec.commandLine().getOut();
    RunReport.row(
        table, "device", "%s, configuration %s".formatted(machine.label(), hardware.name()));
    RunReport.row(
        table,
        "layers",
        "%d of %d heads, %d queries and %d keys each"
            .formatted(layers.size(), first.heads(), first.queries(), first.keysPerHead()));
    RunReport.row(
        table,
        "pairs",
        String.format(Locale.ROOT, "%,d, %.1f %% pruned", cost.nonZeros(), 100 * cost.sparsity()));
    if (done.attentionCycles() > 0) {
      AttentionShape engine = hardware.attention().orElseThrow();
      RunReport.row(
          table,
          "cycles",
          String.format(
              Locale.ROOT,
              "%,d, %.1f %% of %d multipliers used; steps alone are %,d",
              done.attentionCycles(),
              100 * done.attentionShare(engine),
              engine.multipliers(),
              cost.steps()));
      RunReport.printAttention(table, hardware, done, 1, "");
    }
    if (out != null) {
      RunReport.row(table, "output", out.toString());
    }
    RunReport.row(table, "wall time", String.format(Locale.ROOT, "%.1f s", wall.toNanos() / 1e9));
    table.flush();
  }
}
