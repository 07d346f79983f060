package dev.heddle.host.bringup;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The form of a {@link BringUpReport} for people: one page without anything outside it. */
public final class HtmlReport {
  private static final int BAR_WIDTH = 360;
  private static final int ROW_HEIGHT = 20;
  private static final int LABEL_WIDTH = 120;
  private static final int BASELINE = 14;

  private static final String STYLE =
      """
      body { font: 15px sans-serif; margin: 2em; max-width: 70em }
      table { border-collapse: collapse }
      td, th { text-align: left; vertical-align: top; padding: 4px 12px; border-bottom: 1px solid #ddd }
      .passed { color: #080 } .failed, .unsupported { color: #b00 } .skipped { color: #777 }
      pre { margin: 4px 0; font-size: 12px } small { color: #777 } rect { fill: #47a }
      """;

  private HtmlReport() {}

  /** The report as a page. */
  public static String write(BringUpReport report) {
    return """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>Heddle bring-up</title>
        <style>
        %s</style></head><body>
        <h1>Heddle bring-up</h1>
        <p>%s</p>
        <p><small>%s, %s</small></p>
        <p>%d passed, %d failed, %d skipped%s</p>
        <table>
        <tr><th>step</th><th>result</th><th></th></tr>
        %s
        </table>
        </body></html>
        """
        .formatted(
            STYLE,
            escape(report.device()),
            escape(report.began()),
            escape(report.program()),
            report.count(StepStatus.PASSED),
            report.count(StepStatus.FAILED) + report.count(StepStatus.UNSUPPORTED),
            report.count(StepStatus.SKIPPED),
            report.ended() ? "" : "; ended before the last step",
            report.steps().stream().map(HtmlReport::row).collect(Collectors.joining("\n")));
  }

  private static String row(BringUpReport.Step step) {
    StepResult result = step.result();
    String details =
        result.details().isEmpty()
            ? ""
            : "<pre>%s</pre>".formatted(escape(String.join("\n", result.details())));
    return "<tr><td>%s</td><td class=\"%s\">%s</td><td>%s<br><small>%s</small>%s%s</td></tr>"
        .formatted(
            escape(step.name()),
            result.status(),
            result.status(),
            escape(result.summary()),
            escape(step.purpose()),
            details,
            bars(result.figures()));
  }

  private static String bars(List<Figure> figures) {
    if (figures.isEmpty()) {
      return "";
    }
    double most = figures.stream().mapToDouble(Figure::value).max().orElse(1);
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<br><svg width=\"%d\" height=\"%d\" font-size=\"12\">"
            .formatted(2 * LABEL_WIDTH + BAR_WIDTH, figures.size() * ROW_HEIGHT));
    for (int i = 0; i < figures.size(); i++) {
      Figure figure = figures.get(i);
      int y = i * ROW_HEIGHT;
      int width = most > 0 ? (int) Math.round(BAR_WIDTH * Math.max(0, figure.value()) / most) : 0;
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x=\"0\" y=\"%d\">%s</text><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/><text x=\"%d\" y=\"%d\">%,.3f %s</text>",
              y + BASELINE,
              escape(figure.name()),
              LABEL_WIDTH,
              y + 2,
              width,
              ROW_HEIGHT - 4,
              LABEL_WIDTH + width + 6,
              y + BASELINE,
              figure.value(),
              escape(figure.unit())));
    }
    return svg.append("</svg>").toString();
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
