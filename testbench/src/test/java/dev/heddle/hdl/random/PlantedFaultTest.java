package dev.heddle.hdl.random;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.hdl.verilog.VerilogDesign;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A fault in the Verilog is found by the comparison and reported with a small circuit. */
class PlantedFaultTest {
  private static final int BATCH = 40;
  private static final int MOST_BATCHES = 10;

  /** Icarus with one operator of the Verilog mistaken for another. */
  private static Comparison mistaking(String right, String wrong) {
    return new Comparison(
        (batch, design) ->
            Simulators.icarus(
                batch,
                new VerilogDesign(
                    design.top(), design.text().replace(right, wrong), design.ports())));
  }

  @ParameterizedTest
  @CsvSource({
    "' >>> ', ' >> ', SHIFT_RIGHT_BY_SIGNAL",
    "' * ', ' + ', MULTIPLY",
    "'] <= ', '] <= 1 + ', MEMORY"
  })
  void aWrongOperatorIsReportedWithASmallCircuit(String right, String wrong, String step) {
    Comparison comparison = mistaking(right, wrong);
    List<Plan> guilty =
        LongStream.range(0, MOST_BATCHES)
            .mapToObj(i -> plans(i * BATCH))
            .filter(plans -> comparison.difference(new CircuitBatch(plans)).isPresent())
            .findFirst()
            .orElseThrow();
    String whole = comparison.difference(new CircuitBatch(guilty)).orElseThrow();
    String report = comparison.report(guilty, whole);
    assertThat(report).containsPattern("Circuit of seed \\d+L differs").contains(step);
    String steps = report.replaceAll("(?s).*smallest made of it has (\\d+) of.*", "$1");
    assertThat(Integer.parseInt(steps)).as(report).isBetween(1, 3);
    assertThat(report).contains("module Smallest").contains("the interpreter says");
    assertThat(report.lines()).as(report).hasSizeLessThan(60);
  }

  @Test
  void theSmallCircuitFailsAgainAndTheWholeOneAgreesWithoutTheFault() {
    Comparison faulty = mistaking(" * ", " + ");
    Plan whole =
        LongStream.range(0, MOST_BATCHES * BATCH)
            .mapToObj(Plan::of)
            .filter(plan -> plan.steps().get(2).kind() == Step.Kind.MULTIPLY)
            .filter(plan -> faulty.difference(new CircuitBatch(List.of(plan))).isPresent())
            .findFirst()
            .orElseThrow();
    Plan small = faulty.smallest(whole);
    assertThat(small.steps()).hasSizeLessThan(whole.steps().size());
    Optional<String> again = faulty.difference(new CircuitBatch(List.of(small)));
    assertThat(again).isPresent();
    Comparison correct = new Comparison(Simulators::icarus);
    assertThat(correct.difference(new CircuitBatch(List.of(whole, small)))).isEmpty();
  }

  @Test
  void aSeedMakesTheSameCircuitAndTheSameInputsAgain() {
    CircuitBatch first = new CircuitBatch(plans(7));
    CircuitBatch second = new CircuitBatch(plans(7));
    assertThat(second.design).isEqualTo(first.design);
    assertThat(second.stimuli).isEqualTo(first.stimuli);
    assertThat(second.expected).isEqualTo(first.expected);
  }

  @Test
  void theSecondClockRisesBeforeAtAndAfterTheFirst() {
    List<CircuitBatch.Edge> edges =
        IntStream.range(0, CircuitBatch.CYCLES).mapToObj(CircuitBatch::edge).toList();
    assertThat(edges).contains(CircuitBatch.Edge.values());
  }

  private static List<Plan> plans(long first) {
    return LongStream.range(first, first + BATCH).mapToObj(Plan::of).toList();
  }
}
