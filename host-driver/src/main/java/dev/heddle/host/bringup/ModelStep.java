package dev.heddle.host.bringup;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.host.device.Device;
import dev.heddle.host.device.UploadProgress;
import dev.heddle.host.model.ModelFile;
import dev.heddle.host.runtime.LlamaRuntime;
import dev.heddle.host.runtime.Sequence;
import dev.heddle.host.sampler.Sampler;
import dev.heddle.host.transport.GoldenTransport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Lets a small model choose tokens, on the board and on the golden machine: uploads, lists, caches,
 * engines and host together, as {@code run} uses them. Every logit must be the golden one.
 */
final class ModelStep implements BringUpStep {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final WeightFormat FORMAT = WeightFormat.Q4_0;
  private static final long GOLDEN_BYTES = 1 << 20;
  private static final int[] PROMPT = {1, 5, 9, 13, 17};
  private static final int TOKENS = 8;
  private static final double NANOS_OF_A_MILLISECOND = 1e6;

  @Override
  public String name() {
    return "model";
  }

  @Override
  public String purpose() {
    return "A small model chooses the tokens that it chooses on the golden machine.";
  }

  @Override
  public StepResult run(TestedBoard board) {
    Configuration configuration = board.configuration();
    try (ModelFile model = SelfTestModel.open();
        Device golden =
            Device.open(new GoldenTransport(configuration, GOLDEN_BYTES), configuration);
        Device device =
            Device.open(new BorrowedTransport(board.transport()), configuration, TIMEOUT)) {
      List<float[]> expected = logits(load(model, golden));
      LlamaRuntime runtime = load(model, device);
      long start = board.clock().nanoTime().getAsLong();
      List<float[]> found = logits(runtime);
      long nanos = board.clock().nanoTime().getAsLong() - start;
      return compare(board.clock(), expected, found, nanos);
    } catch (ArithmeticException e) {
      return StepResult.failed("results of the board are beyond all numbers: " + e.getMessage());
    } catch (IOException e) {
      return StepResult.failed(
          "the model cannot be written (%s); make room for temporary files".formatted(e));
    }
  }

  private static LlamaRuntime load(ModelFile model, Device device) {
    return LlamaRuntime.load(model, device, FORMAT, UploadProgress.NONE);
  }

  /** The logits that each token is taken from. */
  private static List<float[]> logits(LlamaRuntime runtime) {
    List<float[]> logits = new ArrayList<>();
    try (Sequence sequence = runtime.newSequence()) {
      int[] next = PROMPT;
      while (logits.size() < TOKENS) {
        logits.add(runtime.read(sequence, next).clone());
        next = new int[] {Sampler.greedy().sample(logits.get(logits.size() - 1))};
      }
    }
    return logits;
  }

  private static StepResult compare(
      BoardClock clock, List<float[]> expected, List<float[]> found, long nanos) {
    for (int token = 0; token < TOKENS; token++) {
      for (int i = 0; i < expected.get(token).length; i++) {
        int should = Float.floatToRawIntBits(expected.get(token)[i]);
        int is = Float.floatToRawIntBits(found.get(token)[i]);
        if (is != should) {
          return StepResult.failed(
              "logit %d behind token %d: expected 0x%08x, got 0x%08x"
                  .formatted(i, PROMPT.length + token, should, is));
        }
      }
    }
    String proved =
        "%d tokens behind a prompt of %d, all logits bit for bit".formatted(TOKENS, PROMPT.length);
    if (!clock.measures()) {
      return StepResult.passed(proved);
    }
    double millis = nanos / NANOS_OF_A_MILLISECOND / (PROMPT.length - 1 + TOKENS);
    return StepResult.passed(
        "%s; %.2f ms a token".formatted(proved, millis),
        new Figure("token", millis, "ms", Figure.Better.LOWER));
  }
}
