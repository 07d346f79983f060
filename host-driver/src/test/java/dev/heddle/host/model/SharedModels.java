package dev.heddle.host.model;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Files for tests that are not part of the project: {@code models} and {@code data} of the folder
 * named by {@code HEDDLE_SHARED} (property or environment), else of a folder {@code shared} beside
 * the project.
 */
public final class SharedModels {
  private SharedModels() {}

  /** A file of {@code models}; the calling test is skipped where the folder is absent. */
  public static Path path(String name) {
    return file("models", name);
  }

  /** A file of {@code data}; the calling test is skipped where the folder is absent. */
  public static Path data(String name) {
    return file("data", name);
  }

  private static Path file(String folder, String name) {
    Optional<Path> found = folder(folder);
    assumeTrue(
        found.isPresent(),
        "the folder " + folder + " with test files (HEDDLE_SHARED or ../shared) is absent");
    return found.get().resolve(name);
  }

  private static Optional<Path> folder(String folder) {
    String named = System.getProperty("HEDDLE_SHARED", System.getenv("HEDDLE_SHARED"));
    if (named != null) {
      return Optional.of(Path.of(named, folder)).filter(Files::isDirectory);
    }
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path shared = at.resolve("shared").resolve(folder);
      if (Files.isDirectory(shared)) {
        return Optional.of(shared);
      }
    }
    return Optional.empty();
  }
}
