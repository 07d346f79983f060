package dev.heddle.fpga;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;

/**
 * The figures of a bitstream that was built, as they are kept beside the page of its board.
 *
 * @param board name of the board
 * @param machine name of its configuration
 * @param clockHz clock that it has
 * @param figures what it takes of the FPGA
 */
public record MeasuredBuild(String board, String machine, long clockHz, BuildReport figures) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** The figures of a bitstream of {@code board}. */
  public static MeasuredBuild of(Board board, BuildReport figures) {
    return new MeasuredBuild(board.name(), board.configuration().name(), board.clockHz(), figures);
  }

  /** Name of the file of a board. */
  public static String file(Board board) {
    return board.name() + ".json";
  }

  /**
   * Reads what {@link #json} has written.
   *
   * @throws IllegalArgumentException when it is something else
   */
  public static MeasuredBuild parse(String text) {
    try {
      return JSON.readValue(text, MeasuredBuild.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "not the figures of a bitstream; build it again: " + e.getOriginalMessage(), e);
    }
  }

  /** The figures as JSON. */
  public String json() {
    try {
      return JSON.writeValueAsString(this) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether the board is still what was built: has the same machine and the same clock. */
  public boolean isOf(Board other) {
    return board.equals(other.name())
        && machine.equals(other.configuration().name())
        && clockHz == other.clockHz();
  }

  /** Whether the clock is met. */
  public boolean meetsClock() {
    return figures.achievedHz() >= clockHz;
  }
}
