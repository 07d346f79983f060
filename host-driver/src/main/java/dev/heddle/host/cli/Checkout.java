package dev.heddle.host.cli;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The source tree that the program runs from. */
final class Checkout {
  /** What stands for the commit outside of a checkout. */
  static final String UNKNOWN = "unknown";

  private Checkout() {}

  /** The commit, with {@code -dirty} when files differ from it; or {@link #UNKNOWN}. */
  static String commit() {
    try {
      Path program =
          Path.of(Checkout.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      Path folder = Files.isDirectory(program) ? program : program.getParent();
      Process git =
          new ProcessBuilder(
                  "git",
                  "-C",
                  folder.toString(),
                  "describe",
                  "--always",
                  "--dirty",
                  "--exclude=*",
                  "--abbrev=12")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String commit =
          new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return git.waitFor() == 0 && !commit.isEmpty() ? commit : UNKNOWN;
    } catch (IOException | URISyntaxException e) {
      return UNKNOWN;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return UNKNOWN;
    }
  }
}
