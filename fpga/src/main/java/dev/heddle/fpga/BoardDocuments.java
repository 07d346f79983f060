package dev.heddle.fpga;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The documents of boards in a folder: {@code boards/NAME.md}, a page of each; {@code
 * boards/NAME.json}, the figures of its bitstream, if it was built; and in {@code boards.md} the
 * table of those figures.
 */
public final class BoardDocuments {
  private static final String PAGES = "boards";
  private static final String OVERVIEW = "boards.md";
  private static final String TABLE_BEGINS = "<!-- written by ./heddle fpga document -->\n";
  private static final String TABLE_ENDS = "<!-- end -->\n";

  private final Path folder;

  /** The documents in a folder. */
  public BoardDocuments(Path folder) {
    this.folder = folder;
  }

  /**
   * The pages, and the overview with the table of the figures that are there, by their names.
   *
   * @throws IOException when the overview cannot be read, or has no place for the table
   */
  public Map<String, String> texts() throws IOException {
    Map<String, MeasuredBuild> builds = builds();
    Map<String, String> texts = new LinkedHashMap<>();
    for (Board board : Boards.all()) {
      texts.put(
          PAGES + "/" + board.name() + ".md",
          BoardMarkdown.page(board, Optional.ofNullable(builds.get(board.name()))));
    }
    texts.put(OVERVIEW, overview(BoardMarkdown.table(builds)));
    return texts;
  }

  /** Writes them. */
  public void write() throws IOException {
    Map<String, String> texts = texts();
    Files.createDirectories(folder.resolve(PAGES));
    for (Map.Entry<String, String> text : texts.entrySet()) {
      Files.writeString(folder.resolve(text.getKey()), text.getValue());
    }
  }

  /** Keeps the figures of a bitstream. */
  public void keep(Board board, MeasuredBuild build) throws IOException {
    Files.createDirectories(folder.resolve(PAGES));
    Files.writeString(figures(board), build.json());
  }

  /**
   * The figures that are there, by the names of boards; those of a board that has had another
   * machine or another clock since are left out.
   */
  public Map<String, MeasuredBuild> builds() throws IOException {
    Map<String, MeasuredBuild> builds = new TreeMap<>();
    for (Board board : Boards.all()) {
      if (Files.exists(figures(board))) {
        MeasuredBuild build = MeasuredBuild.parse(Files.readString(figures(board)));
        if (build.isOf(board)) {
          builds.put(board.name(), build);
        }
      }
    }
    return builds;
  }

  private Path figures(Board board) {
    return folder.resolve(PAGES).resolve(MeasuredBuild.file(board));
  }

  private String overview(String table) throws IOException {
    String text = Files.readString(folder.resolve(OVERVIEW));
    int begin = text.indexOf(TABLE_BEGINS);
    int end = text.indexOf(TABLE_ENDS);
    if (begin < 0 || end < begin) {
      throw new IOException(
          "%s has no place for the table: put it between %s and %s"
              .formatted(folder.resolve(OVERVIEW), TABLE_BEGINS.strip(), TABLE_ENDS.strip()));
    }
    return text.substring(0, begin + TABLE_BEGINS.length()) + table + text.substring(end);
  }
}
