package dev.heddle.host.model;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Models for tests that are not part of the project: {@code models} of the folder named by {@code
 * HEDDLE_SHARED} (property or environment), else of a folder {@code shared} beside the project.
 */
public final class SharedModels {
  private SharedModels() {}

  /** A file; the calling test is skipped where the folder is absent. */
  public static Path path(String name) {
    Optional<Path> folder = folder();
    assumeTrue(
        folder.isPresent(),
        "the folder with the test models (HEDDLE_SHARED or ../shared) is absent");
    return folder.get().resolve(name);
  }

  private static Optional<Path> folder() {
    String named = System.getProperty("HEDDLE_SHARED", System.getenv("HEDDLE_SHARED"));
    if (named != null) {
      return Optional.of(Path.of(named, "models")).filter(Files::isDirectory);
    }
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path models = at.resolve("shared").resolve("models");
      if (Files.isDirectory(models)) {
        return Optional.of(models);
      }
    }
    return Optional.empty();
  }
}
