package dev.heddle.host.bringup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

/** The forms of a report say the same. */
class ReportTest {
  private static BringUpReport report(StepResult... results) {
    List<BringUpReport.Step> steps =
        List.of(
            new BringUpReport.Step("alpha", "It is <there> & well.", 0.25, results[0]),
            new BringUpReport.Step("beta", "It is fast.", 0.5, results[1]));
    return report(BringUpReport.SCHEMA, steps, true);
  }

  private static BringUpReport report(int schema, List<BringUpReport.Step> steps, boolean ended) {
    return new BringUpReport(
        schema, "a <program>", "2026-11-22T10:20:30Z", "a \"board\" <1>", steps, ended);
  }

  private static StepResult rate(double rate, double roundTrip) {
    return StepResult.passed(
        "fast",
        new Figure("write", rate, "MB/s", Figure.Better.HIGHER),
        new Figure("round trip", roundTrip, "ms", Figure.Better.LOWER),
        new Figure("clock", rate, "MHz", Figure.Better.NEITHER));
  }

  private static final StepResult FAILED =
      StepResult.failed("a < b", List.of("data bit 3 & others", "0x10"));

  @Test
  void jsonIsReadBackAsItWasWritten() {
    BringUpReport report = report(FAILED, rate(1.25, 3));
    assertThat(JsonReport.read(JsonReport.write(report))).isEqualTo(report);
  }

  @Test
  void whatIsNoReportIsRefused() {
    assertThatThrownBy(() -> JsonReport.read("{\"schema\": \"x\"}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("this is no report of a bring-up");
    BringUpReport later = report(7, List.of(), true);
    assertThatThrownBy(() -> JsonReport.read(JsonReport.write(later)))
        .hasMessage("a report of form 7, but this program reads form 1");
  }

  private static Document parse(String xml) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(xml)));
  }

  @Test
  void junitHasACaseForEachStep() throws Exception {
    Element suite =
        parse(JunitReport.write(report(FAILED, StepResult.skipped("no clock"))))
            .getDocumentElement();
    assertThat(suite.getAttribute("timestamp")).isEqualTo("2026-11-22T10:20:30Z");
    assertThat(suite.getAttribute("tests")).isEqualTo("2");
    assertThat(suite.getAttribute("failures")).isEqualTo("1");
    assertThat(suite.getAttribute("skipped")).isEqualTo("1");
    assertThat(suite.getAttribute("name")).endsWith("a \"board\" <1>");
    Element failure = (Element) suite.getElementsByTagName("failure").item(0);
    assertThat(failure.getAttribute("message")).isEqualTo("a < b");
    assertThat(failure.getTextContent()).isEqualTo("data bit 3 & others\n0x10");
    assertThat(((Element) failure.getParentNode()).getAttribute("time")).isEqualTo("0.250");
  }

  @Test
  void theStandaloneHtmlPageHasBarsOfTheFigures() {
    String page = HtmlReport.write(report(FAILED, rate(2, 1)));
    assertThat(page)
        .contains("2026-11-22T10:20:30Z, a &lt;program&gt;")
        .contains("a &quot;board&quot; &lt;1&gt;", "data bit 3 &amp; others", "1 passed, 1 failed")
        .contains("width=\"360\" height=\"16\"/>", "width=\"180\" height=\"16\"/>", "2.000 MB/s")
        .doesNotContain("<script", "http", "src=");
  }

  @Test
  void whatBecameWorseIsNamed() {
    BringUpReport before = report(StepResult.passed("well"), rate(10, 1));
    assertThat(BringUpComparison.regressions(before, before)).isEmpty();
    assertThat(
            BringUpComparison.regressions(
                before, report(StepResult.passed("well"), rate(9.1, 1.09))))
        .isEmpty();
    assertThat(BringUpComparison.regressions(before, report(FAILED, rate(8.9, 1.2))))
        .containsExactly(
            "alpha passed before and is failed now: a < b",
            "beta: write was 10.000 MB/s and is 8.900 MB/s now",
            "beta: round trip was 1.000 ms and is 1.200 ms now");
    assertThat(BringUpComparison.regressions(report(FAILED, rate(1, 1)), before)).isEmpty();
    assertThat(
            BringUpComparison.regressions(before, report(1, before.steps().subList(0, 1), false)))
        .containsExactly("beta passed before and has not run now");
  }
}
