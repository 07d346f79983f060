package dev.heddle.host.cli;

import dev.heddle.accel.mask.AttentionMask;
import dev.heddle.accel.mask.ScheduleCompiler;
import dev.heddle.host.mask.LayerMasks;
import dev.heddle.host.mask.MaskCost;
import dev.heddle.host.mask.MaskPicture;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code heddle mask}: what a fixed attention mask costs, without any hardware. */
@Command(
    name = "mask",
    description = {
      "Compiles the fixed attention masks of a vision transformer to schedules and",
      "prints for each layer what they cost, beside the bounds of lanes and memory."
    },
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    sortOptions = false,
    footer = {
      "",
      "bound: the non-zeros divided by the lanes, rounded up.",
      "memory: the cycles in which Q, K and V (a byte an element and an exponent a",
      "vector), the output (a byte an element) and the schedule pass the memory port.",
      "Every schedule is packed, unpacked and proved to compute exactly the mask.",
      "Steps are those of a filled pipeline; filling and draining come on top."
    })
final class MaskCommand implements Callable<Integer> {
  private static final int MAX_BANKS = 1024;
  private static final int MAX_HEAD_DIMENSION = 1024;
  private static final String HEADER = "%-6s %10s %9s %8s %9s %9s %12s %9s %9s%n";
  private static final String ROW = "%-6s %,10d %7.2f %% %8d %,9d %,9d %10.2f %% %9.2f %,9d%n";

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "FILE.npy",
      description = {
        "Masks that NumPy saved: [layer][head][query][key],",
        "[head][query][key] or [query][key] of bool, uint8,",
        "float32 or float64."
      })
  private Path file;

  @Option(
      names = "--lanes",
      paramLabel = "N",
      defaultValue = "4",
      description = "Lanes; each takes one key a step. Default: ${DEFAULT-VALUE}.")
  private int lanes;

  @Option(
      names = "--banks",
      paramLabel = "N",
      defaultValue = "16",
      description = "Banks that the keys lie in. Default: ${DEFAULT-VALUE}.")
  private int banks;

  @Mixin private KeptOption kept;

  @Option(
      names = "--head-dim",
      paramLabel = "N",
      defaultValue = "64",
      description = "Elements of a query, key and value vector. Default: ${DEFAULT-VALUE}.")
  private int headDimension;

  @Option(
      names = "--bytes-per-cycle",
      paramLabel = "X",
      defaultValue = "153.6",
      description = "Bytes that the memory port moves in a cycle. Default: ${DEFAULT-VALUE}.")
  private double bytesPerCycle;

  @Option(
      names = "--png",
      paramLabel = "OUT.png",
      description = "Draws the masks: layers down, heads across.")
  private Path picture;

  @Override
  public Integer call() {
    ScheduleCompiler compiler = compiler();
    List<AttentionMask> layers = LayerMasks.read(file, kept.nonZero(spec)).layers();
    List<MaskCost> costs = costs(layers, compiler);
    MaskCost total = costs.stream().reduce(MaskCost::plus).orElseThrow();
    if (picture != null) {
      draw(layers);
    }
    print(layers.get(0), costs, total);
    return 0;
  }

  private ScheduleCompiler compiler() {
    requireRange("--banks", banks, 1, MAX_BANKS);
    requireRange("--head-dim", headDimension, 1, MAX_HEAD_DIMENSION);
    if (!(bytesPerCycle > 0 && bytesPerCycle < Double.POSITIVE_INFINITY)) {
      throw mistake("--bytes-per-cycle is " + bytesPerCycle + " but must be above 0");
    }
    try {
      return new ScheduleCompiler(lanes, banks);
    } catch (IllegalArgumentException e) {
      throw mistake(e.getMessage());
    }
  }

  private void requireRange(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw mistake("%s is %d but must be %d to %d".formatted(option, value, least, most));
    }
  }

  private ParameterException mistake(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private List<MaskCost> costs(List<AttentionMask> layers, ScheduleCompiler compiler) {
    List<MaskCost> costs = new ArrayList<>();
    try (ProgressLine progress =
        new ProgressLine("compiling the masks", spec.commandLine().getErr())) {
      for (AttentionMask layer : layers) {
        progress.update(costs.size(), layers.size(), "");
        try {
          costs.add(MaskCost.of(layer, compiler, headDimension));
        } catch (IllegalArgumentException e) {
          throw new CommandFailedException(
              "%s: layer %d: %s".formatted(file, costs.size(), e.getMessage()), e);
        }
      }
    }
    return costs;
  }

  private void draw(List<AttentionMask> layers) {
    try {
      MaskPicture.write(layers, picture);
    } catch (IOException e) {
      throw new CommandFailedException("cannot write %s (%s)".formatted(picture, e), e);
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException("cannot draw %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private void print(AttentionMask first, List<MaskCost> costs, MaskCost total) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "layers %d, heads %d, queries %d, keys %d; lanes %d, banks %d%n",
        costs.size(),
        first.heads(),
        first.queries(),
        first.keysPerHead(),
        lanes,
        banks);
    out.printf(
        HEADER,
        "layer",
        "non-zeros",
        "sparsity",
        "longest",
        "steps",
        "bound",
        "utilisation",
        "bytes/nz",
        "memory");
    for (int layer = 0; layer < costs.size(); layer++) {
      printRow(out, Integer.toString(layer), costs.get(layer));
    }
    printRow(out, "total", total);
    long memory = total.memoryBound(bytesPerCycle);
    long bound = Math.max(total.stepBound(), memory);
    long predicted = Math.max(total.steps(), memory);
    out.printf(
        Locale.ROOT,
        "bound      max(lanes %,d, memory %,d) = %,d cycles%n",
        total.stepBound(),
        memory,
        bound);
    out.printf(
        Locale.ROOT,
        "predicted  max(steps %,d, memory %,d) = %,d cycles, %.4f of the bound%n",
        total.steps(),
        memory,
        predicted,
        (double) predicted / bound);
    if (total.emptyRows() > 0) {
      out.printf(
          Locale.ROOT,
          "%,d rows keep no key: they are in no schedule, and their output is zero%n",
          total.emptyRows());
    }
    if (picture != null) {
      out.println("picture    " + picture);
    }
    out.flush();
  }

  private void printRow(PrintWriter out, String name, MaskCost cost) {
    out.printf(
        Locale.ROOT,
        ROW,
        name,
        cost.nonZeros(),
        100 * cost.sparsity(),
        cost.longestRow(),
        cost.steps(),
        cost.stepBound(),
        100 * cost.utilisation(),
        cost.scheduleBytesPerNonZero(),
        cost.memoryBound(bytesPerCycle));
  }
}
