package dev.heddle.host.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The models that are part of Heddle. */
public final class ShippedModel {
  /** The name of the story model. */
  public static final String TALE = "tale";

  private static final String TALE_RESOURCE = "tale-800k.gguf";

  private ShippedModel() {}

  /**
   * Opens {@code tale}: 803,968 parameters in Q8_0, 4 layers of width 128, 512 tokens, context 256.
   *
   * <p>The resource is copied to a temporary file, which is mapped and deleted when the program
   * ends.
   */
  public static ModelFile tale() {
    Path copy = Path.of(TALE_RESOURCE);
    try (InputStream resource = ShippedModel.class.getResourceAsStream(TALE_RESOURCE)) {
      if (resource == null) {
        throw new ModelFileException(
            copy, "is not part of this build of Heddle", "build the project anew");
      }
      copy = Files.createTempFile("heddle-", "-" + TALE_RESOURCE);
      copy.toFile().deleteOnExit();
      Files.copy(resource, copy, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new ModelFileException(
          copy, "cannot be written: " + e, "make room in the folder for temporary files", e);
    }
    return GgufFile.open(copy);
  }
}
