package dev.heddle.host.bringup;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.host.device.Device;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Multiplies known matrices in every weight format; results must be the golden ones, bit for bit.
 */
final class MatmulStep implements BringUpStep {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @Override
  public String name() {
    return "matmul";
  }

  @Override
  public String purpose() {
    return "The matmul engine gives the golden results in every weight format, bit for bit.";
  }

  @Override
  public StepResult run(TestedBoard board) {
    Configuration configuration = board.configuration();
    long compared = 0;
    try (Device device =
        Device.open(new BorrowedTransport(board.transport()), configuration, TIMEOUT)) {
      for (WeightFormat format : WeightFormat.values()) {
        SelfTestProduct product = SelfTestProduct.of(configuration, format);
        float[][] expected = product.expected();
        float[][] found = device.multiply(device.upload(product.weights()), product.vectors());
        List<String> wrong = new ArrayList<>();
        Set<Integer> tileRows = new TreeSet<>();
        for (int vector = 0; vector < expected.length; vector++) {
          for (int row = 0; row < expected[vector].length; row++) {
            int should = Float.floatToRawIntBits(expected[vector][row]);
            int is = Float.floatToRawIntBits(found[vector][row]);
            compared++;
            if (is != should) {
              tileRows.add(row % configuration.rows());
              wrong.add(
                  "%s: row %d of vector %d: expected 0x%08x, got 0x%08x"
                      .formatted(format, row, vector, should, is));
            }
          }
        }
        if (!wrong.isEmpty()) {
          return failed(device, configuration, wrong, tileRows);
        }
      }
    }
    return StepResult.passed(
        "%,d results in %d formats, bit for bit".formatted(compared, WeightFormat.values().length));
  }

  private static StepResult failed(
      Device device, Configuration configuration, List<String> wrong, Set<Integer> tileRows) {
    List<String> details = new ArrayList<>();
    details.add("%,d results of this product are wrong".formatted(wrong.size()));
    for (int row : tileRows) {
      details.add("wrong: " + MultiplierSearch.lane(configuration, row));
    }
    details.addAll(MultiplierSearch.wrong(device, configuration));
    return StepResult.failed(wrong.get(0), details);
  }
}
