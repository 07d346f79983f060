package dev.heddle.host.bringup;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;

/** The form of a {@link BringUpReport} that another bring-up can be compared with. */
public final class JsonReport {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private JsonReport() {}

  /** The report as JSON. */
  public static String write(BringUpReport report) {
    try {
      return JSON.writeValueAsString(report) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The report that {@link #write} has made JSON.
   *
   * @throws IllegalArgumentException when it is none, or of another version
   */
  public static BringUpReport read(String json) {
    BringUpReport report;
    try {
      report = JSON.readValue(json, BringUpReport.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "this is no report of a bring-up: " + e.getOriginalMessage(), e);
    }
    if (report.schema() != BringUpReport.SCHEMA) {
      throw new IllegalArgumentException(
          "a report of form %d, but this program reads form %d"
              .formatted(report.schema(), BringUpReport.SCHEMA));
    }
    return report;
  }
}
