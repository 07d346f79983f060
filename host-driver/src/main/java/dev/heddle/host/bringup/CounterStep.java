package dev.heddle.host.bringup;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.ActivationImage;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.format.WeightLayout;
import dev.heddle.host.device.Device;
import dev.heddle.host.device.DeviceMatrix;
import dev.heddle.lib.Registers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the counters: without work they stand still, and a product counts exactly the beats, the
 * multiplications and the busy cycles that follow from its shape.
 */
final class CounterStep implements BringUpStep {
  private static final List<String> COUNTERS =
      List.of("CYCLES", "BUSY", "STALLED_MEMORY", "STALLED_TOKENS", "BEATS", "MULTIPLICATIONS");

  @Override
  public String name() {
    return "counters";
  }

  @Override
  public String purpose() {
    return "Counters stand still without work and count a known product exactly.";
  }

  @Override
  public StepResult run(TestedBoard board) {
    if (board.clock().kind() == BoardClock.Kind.NONE) {
      return StepResult.skipped("the golden model counts nothing");
    }
    Configuration configuration = board.configuration();
    SelfTestProduct product = SelfTestProduct.of(configuration, WeightFormat.Q8_0);
    try (Device device = Device.open(new BorrowedTransport(board.transport()), configuration)) {
      Registers registers = board.registers();
      DeviceMatrix matrix = device.upload(product.weights());
      Map<String, Long> before = read(registers);
      if (!read(registers).equals(before)) {
        return StepResult.failed(
            "counters change without work: %s, then %s".formatted(before, read(registers)));
      }
      device.multiply(matrix, product.vectors());
      Map<String, Long> after = read(registers);
      List<String> wrong = new ArrayList<>();
      Map<String, Long> expected = expected(matrix.layout(), product.vectors().size());
      for (String counter : COUNTERS) {
        long is = after.get(counter) - before.get(counter);
        long should = expected.getOrDefault(counter, is);
        if (is != should) {
          wrong.add("%s counted %,d instead of %,d".formatted(counter, is, should));
        }
      }
      long cycles = after.get("CYCLES") - before.get("CYCLES");
      if (cycles < after.get("BUSY") - before.get("BUSY")) {
        wrong.add("CYCLES counted %,d, less than BUSY".formatted(cycles));
      }
      if (!wrong.isEmpty()) {
        return StepResult.failed(wrong.get(0), wrong.subList(1, wrong.size()));
      }
      return StepResult.passed(
          "none moved without work; a product counted exactly, in %,d cycles".formatted(cycles),
          new Figure("product", cycles, "cycles", Figure.Better.LOWER));
    }
  }

  private static Map<String, Long> read(Registers registers) {
    Map<String, Long> counts = new LinkedHashMap<>();
    COUNTERS.forEach(counter -> counts.put(counter, registers.read(counter)));
    return counts;
  }

  private static Map<String, Long> expected(WeightLayout layout, int vectors) {
    Configuration configuration = layout.configuration();
    long busy = (long) layout.tiles() * layout.blocks() * configuration.steps() * vectors;
    long loaded =
        (long) vectors * new ActivationImage(layout.blocks()).size() / configuration.beatBytes();
    return Map.of(
        "BEATS",
        layout.beatsRead(vectors) + loaded,
        "BUSY",
        busy,
        "MULTIPLICATIONS",
        busy * configuration.multipliers());
  }
}
