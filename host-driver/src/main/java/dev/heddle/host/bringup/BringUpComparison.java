package dev.heddle.host.bringup;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What has become worse from one bring-up to a later one: steps that passed and no longer do, and
 * figures that are worse by more than 10 %.
 */
public final class BringUpComparison {
  private static final double TOLERANCE = 0.1;

  private BringUpComparison() {}

  /** The regressions, a line each. */
  public static List<String> regressions(BringUpReport before, BringUpReport after) {
    Map<String, StepResult> results =
        after.steps().stream()
            .collect(Collectors.toMap(BringUpReport.Step::name, BringUpReport.Step::result));
    List<String> lines = new ArrayList<>();
    for (BringUpReport.Step step : before.steps()) {
      StepResult now = results.get(step.name());
      if (step.result().status() != StepStatus.PASSED) {
        continue;
      }
      if (now == null) {
        lines.add("%s passed before and has not run now".formatted(step.name()));
      } else if (now.status() != StepStatus.PASSED) {
        lines.add(
            "%s passed before and is %s now: %s"
                .formatted(step.name(), now.status(), now.summary()));
      } else {
        lines.addAll(worse(step.name(), step.result(), now));
      }
    }
    return lines;
  }

  private static List<String> worse(String step, StepResult before, StepResult after) {
    Map<String, Figure> figures =
        after.figures().stream().collect(Collectors.toMap(Figure::name, Function.identity()));
    List<String> lines = new ArrayList<>();
    for (Figure old : before.figures()) {
      Figure now = figures.get(old.name());
      if (now != null && worse(old, now.value())) {
        lines.add(
            String.format(
                Locale.ROOT,
                "%s: %s was %,.3f %s and is %,.3f %s now",
                step,
                old.name(),
                old.value(),
                old.unit(),
                now.value(),
                now.unit()));
      }
    }
    return lines;
  }

  private static boolean worse(Figure before, double now) {
    return switch (before.better()) {
      case HIGHER -> now < before.value() * (1 - TOLERANCE);
      case LOWER -> now > before.value() * (1 + TOLERANCE);
      case NEITHER -> false;
    };
  }
}
