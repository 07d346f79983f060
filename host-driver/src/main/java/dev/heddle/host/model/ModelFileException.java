package dev.heddle.host.model;

import java.nio.file.Path;

/** A model file cannot be used. The message says which file, what, where, and what to do. */
public final class ModelFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final String DAMAGED =
      "the file is damaged or incomplete: fetch or convert it anew";

  /**
   * An error.
   *
   * @param file the file
   * @param problem what is wrong and where: a byte offset, a key or the name of a tensor
   * @param advice what the user can do
   */
  public ModelFileException(Path file, String problem, String advice) {
    super(file + ": " + problem + "; " + advice);
  }

  /** An error with the exception that revealed it. */
  public ModelFileException(Path file, String problem, String advice, Throwable cause) {
    super(file + ": " + problem + "; " + advice, cause);
  }

  /** The content contradicts its own format. */
  static ModelFileException damaged(Path file, String problem) {
    return new ModelFileException(file, problem, DAMAGED);
  }

  /** The content contradicts its own format. */
  static ModelFileException damaged(Path file, String problem, Throwable cause) {
    return new ModelFileException(file, problem, DAMAGED, cause);
  }
}
