package dev.heddle.host.cli;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.host.device.Counters;
import dev.heddle.host.device.Device;
import dev.heddle.host.device.WeightPlacement;
import dev.heddle.host.model.ModelFile;
import dev.heddle.host.model.ShippedModel;
import dev.heddle.host.runtime.AttentionPattern;
import dev.heddle.host.runtime.Generation;
import dev.heddle.host.runtime.LlamaRuntime;
import dev.heddle.host.sampler.Sampler;
import dev.heddle.host.tokenizer.TextStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code heddle run}: lets a model continue a prompt and prints the text as it comes. */
@Command(
    name = "run",
    description = "Lets a language model continue a prompt.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    sortOptions = false)
final class RunCommand implements Callable<Integer>, Configurable {
  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      defaultValue = ShippedModel.TALE,
      description = {
        "GGUF file of a Llama model or llama2.c checkpoint.",
        "Default: ${DEFAULT-VALUE}, the shipped one."
      })
  private String model;

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      defaultValue = "Once upon a time",
      description = "Text to continue. Default: \"${DEFAULT-VALUE}\".")
  private String prompt;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      defaultValue = "200",
      description = "Most tokens to generate. Default: ${DEFAULT-VALUE}.")
  private int tokens;

  @Option(names = "--endless", description = "Goes on where the model ends the text.")
  private boolean endless;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      defaultValue = "0.8",
      description = "0 takes the likeliest token each time. Default: ${DEFAULT-VALUE}.")
  private float temperature;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      defaultValue = "0.9",
      description = "Share of the probability to draw from. Default: ${DEFAULT-VALUE}.")
  private float topP;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Seed of the draws; equal seeds give equal text. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--weights",
      paramLabel = "FORMAT",
      defaultValue = "q8_0",
      description = {
        "Format that F32 and F16 matrices are quantised to: q8_0, q4_0 or q4_1.",
        "Quantised ones stay as they are. Default: ${DEFAULT-VALUE}."
      })
  private WeightFormat weights;

  /** Reads a pattern. */
  private static final class PatternConverter implements ITypeConverter<AttentionPattern> {
    @Override
    public AttentionPattern convert(String text) {
      try {
        return AttentionPattern.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  @Option(
      names = "--attention",
      paramLabel = "PATTERN",
      defaultValue = "dense",
      converter = PatternConverter.class,
      description = {
        "Tokens that a token sees: dense, window=N (the",
        "last N), lambda=G+L (the first G and the last L),",
        "moba=B,K or quest=B,K (its block of B and K-1",
        "others that its queries choose; with B,K,T the",
        "first of T tokens chooses for all of them).",
        "Default: ${DEFAULT-VALUE}."
      })
  private AttentionPattern attention;

  @Mixin private MachineOptions machine;

  @Mixin private ConfigurationOptions configuration;

  private PrintWriter out;
  private PrintWriter err;

  @Override
  public ConfigurationOptions configurationOptions() {
    return configuration;
  }

  @Override
  public Integer call() {
    out = spec.commandLine().getOut();
    err = spec.commandLine().getErr();
    Sampler sampler = sampler();
    try (MachineOptions.Chosen chosen = machine.choose(spec, configuration);
        ModelFile file = open()) {
      int[] read = promptTokens(file);
      Configuration hardware = chosen.configuration();
      try (Device device =
          chosen.open(LlamaRuntime.memoryBytes(file, weights, attention, hardware))) {
        return generate(file, device, sampler, read);
      }
    }
  }

  private Sampler sampler() {
    if (tokens < 1) {
      throw new ParameterException(
          spec.commandLine(), "--tokens is %d but must be at least 1".formatted(tokens));
    }
    try {
      return new Sampler(temperature, topP, seed);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private ModelFile open() {
    return model.equals(ShippedModel.TALE) ? ShippedModel.tale() : ModelFile.open(Path.of(model));
  }

  private int[] promptTokens(ModelFile file) {
    try {
      return Generation.promptTokens(file.tokenizer(), prompt);
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException(e.getMessage(), e);
    }
  }

  private int generate(ModelFile file, Device device, Sampler sampler, int[] read) {
    LlamaRuntime runtime;
    try (UploadLine progress = new UploadLine("loading " + file.name(), err)) {
      runtime = LlamaRuntime.load(file, device, weights, attention, progress);
      if (machine.isBoard()) {
        progress.summarise();
      }
    }
    printPlacement(file, runtime.placement());
    TextStream text = file.tokenizer().stream();
    out.print(prompt);
    out.flush();
    for (int token : read) {
      text.append(token);
    }
    Counters[] afterPrompt = {Counters.ZERO};
    int[] count = {0};
    long start = System.nanoTime();
    Generation generation = new Generation(runtime, file.tokenizer(), sampler, endless);
    Generation.Result result;
    try {
      result =
          generation.run(
              read,
              tokens,
              token -> {
                if (count[0]++ == 0) {
                  afterPrompt[0] = device.counters();
                }
                out.print(text.append(token));
                out.flush();
              });
    } catch (RuntimeException e) {
      // What went wrong is said on a line of its own.
      out.println();
      out.flush();
      throw e;
    }
    Duration wall = Duration.ofNanos(System.nanoTime() - start);
    out.println(text.finish());
    printReason(result.stop(), runtime);
    Counters decode = count[0] == 0 ? Counters.ZERO : device.counters().minus(afterPrompt[0]);
    out.println();
    new RunReport(
            device.configuration(),
            machine.label(),
            machine.isSimulated(),
            runtime.attendsOnDevice(),
            runtime.hostAttention(),
            routing(runtime),
            runtime.placement(),
            read.length,
            count[0],
            decode,
            result.decodedTokens(),
            wall)
        .print(out);
    return result.stop() == Generation.Stop.INTERRUPTED ? Interruption.EXIT_CODE : 0;
  }

  private void printPlacement(ModelFile file, WeightPlacement placement) {
    if (!placement.isAllResident()) {
      err.printf(
          Locale.ROOT,
          "streaming %s: %,d bytes of weights for each token, %,d stay in card memory%n",
          file.name(),
          placement.streamedBytes(),
          placement.residentBytes());
      err.flush();
    }
  }

  /** Who chooses the blocks that tokens see where the device computes their attention. */
  private static Optional<String> routing(LlamaRuntime runtime) {
    return runtime.routes() && runtime.attendsOnDevice()
        ? Optional.of(
            runtime.hostRouting().map(reason -> "on the host: " + reason).orElse("on the device"))
        : Optional.empty();
  }

  private void printReason(Generation.Stop stop, LlamaRuntime runtime) {
    switch (stop) {
      case CONTEXT_FULL ->
          err.println(
              "The model's context of %d tokens is full.".formatted(runtime.contextLength()));
      case INTERRUPTED -> err.println(Interruption.MESSAGE);
      case LENGTH, END_OF_TEXT -> {}
    }
    err.flush();
  }
}
