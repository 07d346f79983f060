package dev.heddle.host.cli;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.isa.AttentionCounter;
import dev.heddle.host.device.Counters;
import dev.heddle.host.device.WeightPlacement;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * The table at the end of a run.
 *
 * @param configuration what the model ran on
 * @param device kind of device, for instance {@code golden}
 * @param simulated whether the device is a model, whose cycles nobody has seen in its clock
 * @param attendsOnDevice whether the device computed attention, but for what {@code hostAttention}
 *     says
 * @param hostAttention why attention was computed on the host; empty when it was not
 * @param routing who chooses the blocks that tokens see; empty when they are not chosen
 * @param placement which weights stay in card memory
 * @param promptTokens tokens of the prompt
 * @param tokens tokens generated
 * @param decode what the device did after the prompt, one token at a time
 * @param decodedTokens tokens that {@code decode} counts
 * @param wall time from the begin of the prompt to the end
 */
record RunReport(
    Configuration configuration,
    String device,
    boolean simulated,
    boolean attendsOnDevice,
    Optional<String> hostAttention,
    Optional<String> routing,
    WeightPlacement placement,
    int promptTokens,
    int tokens,
    Counters decode,
    int decodedTokens,
    Duration wall) {
  private static final String UNMEASURED = "-";

  /** Prints the table. */
  void print(PrintWriter out) {
    row(out, "device", "%s, configuration %s".formatted(device, configuration.name()));
    row(out, "tokens", "%d after a prompt of %d".formatted(tokens, promptTokens));
    if (!placement.isAllResident()) {
      row(out, "weights in card memory", "%,d bytes".formatted(placement.residentBytes()));
      row(
          out,
          "weights sent",
          decodedTokens == 0
              ? UNMEASURED
              : "%,d bytes per token".formatted(decode.streamedBytes() / decodedTokens));
    }
    boolean clocked = decode.cycles() > 0 && decodedTokens > 0;
    double cycles = clocked ? (double) decode.cycles() / decodedTokens : 0;
    row(out, "cycles per token", clocked ? "%,.0f".formatted(cycles) : UNMEASURED);
    row(
        out,
        "memory bandwidth used",
        clocked
            ? "%.1f %% of %,.0f MB/s"
                .formatted(
                    100 * decode.payloadShare(configuration),
                    (double) configuration.ports()
                        * configuration.beatBytes()
                        * configuration.clockHz()
                        / 1e6)
            : UNMEASURED);
    row(
        out,
        "multipliers used",
        clocked
            ? "%.1f %% of %,d"
                .formatted(100 * decode.multiplierShare(configuration), configuration.multipliers())
            : UNMEASURED);
    if (attendsOnDevice) {
      row(out, "attention", clocked ? attention() : "on the device");
      if (clocked) {
        printAttention(out, configuration, decode, decodedTokens, " per token");
      }
    }
    if (attendsOnDevice && configuration.append()) {
      row(
          out,
          "keys appended",
          clocked
              ? "on the device, %,.0f cycles per token"
                  .formatted((double) decode.appendCycles() / decodedTokens)
              : "on the device");
    }
    hostAttention.ifPresent(
        reason -> row(out, "attention", "%son the host: %s".formatted(partly(), reason)));
    routing.ifPresent(by -> row(out, "blocks chosen", by));
    row(
        out,
        simulated ? "simulated tokens/s" : "tokens/s in its cycles",
        clocked
            ? "%,.1f at %,.0f MHz"
                .formatted(configuration.clockHz() / cycles, configuration.clockHz() / 1e6)
            : UNMEASURED);
    double seconds = wall.toNanos() / 1e9;
    row(out, "wall time", "%.1f s, %.1f tokens/s".formatted(seconds, tokens / seconds));
    out.flush();
  }

  private String attention() {
    return "on the device, %,.0f cycles per token, %.1f %% of %,d multipliers used"
        .formatted(
            (double) decode.attentionCycles() / decodedTokens,
            100 * configuration.attention().map(decode::attentionShare).orElse(0.0),
            configuration.attention().map(AttentionShape::multipliers).orElse(0));
  }

  /**
   * Prints what the attention engine counted.
   *
   * @param times what the counts are divided by
   * @param each what to say behind them
   */
  static void printAttention(
      PrintWriter out, Configuration configuration, Counters done, int times, String each) {
    double kilobytes = (double) configuration.beatBytes() / 1024 / times;
    row(
        out,
        "attention memory",
        "keys %,.1f KB, values %,.1f KB, tables and lists %,.1f KB%s"
            .formatted(
                kilobytes * done.attention(AttentionCounter.KEY_BEATS),
                kilobytes * done.attention(AttentionCounter.VALUE_BEATS),
                kilobytes * done.attention(AttentionCounter.INDEX_BEATS),
                each));
    row(
        out,
        "attention waits",
        "for banks %,.0f cycles, for scores %,.0f cycles%s"
            .formatted(
                (double) done.attention(AttentionCounter.CONFLICTS) / times,
                (double) done.attention(AttentionCounter.SCORE_STALLS) / times,
                each));
  }

  private String partly() {
    return attendsOnDevice ? "partly " : "";
  }

  /** Prints a row of the table. */
  static void row(PrintWriter out, String name, String value) {
    out.println(String.format(Locale.ROOT, "  %-24s%s", name, value));
  }
}
