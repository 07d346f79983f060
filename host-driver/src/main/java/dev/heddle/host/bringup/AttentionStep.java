package dev.heddle.host.bringup;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import dev.heddle.host.device.Device;
import java.time.Duration;

/** Lets known queries attend to known keys; results must be the golden ones, bit for bit. */
final class AttentionStep implements BringUpStep {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @Override
  public String name() {
    return "attention";
  }

  @Override
  public String purpose() {
    return "The attention engine gives the golden results, bit for bit.";
  }

  @Override
  public StepResult run(TestedBoard board) {
    Configuration configuration = board.configuration();
    if (configuration.attention().isEmpty()) {
      return StepResult.skipped(
          "configuration %s has no attention engine".formatted(configuration.name()));
    }
    AttentionShape shape = configuration.attention().get();
    SelfTestAttention attention = SelfTestAttention.of(shape);
    float[][] expected = attention.expected();
    float[][] found;
    try (Device device =
        Device.open(new BorrowedTransport(board.transport()), configuration, TIMEOUT)) {
      found = attention.found(device);
    }
    int wrong = 0;
    String first = "";
    for (int row = 0; row < expected.length; row++) {
      for (int element = 0; element < expected[row].length; element++) {
        int should = Float.floatToRawIntBits(expected[row][element]);
        int is = Float.floatToRawIntBits(found[row][element]);
        if (is != should && wrong++ == 0) {
          first =
              "element %d of row %d: expected 0x%08x, got 0x%08x"
                  .formatted(element, row, should, is);
        }
      }
    }
    int results = expected.length * expected[0].length;
    if (wrong > 0) {
      return StepResult.failed("%s; %,d of %,d are wrong".formatted(first, wrong, results));
    }
    return StepResult.passed(
        "%,d results of %d rows over %d keys, bit for bit"
            .formatted(results, expected.length, attention.keys().size()));
  }
}
