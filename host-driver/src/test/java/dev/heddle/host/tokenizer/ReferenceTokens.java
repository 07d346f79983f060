package dev.heddle.host.tokenizer;

import static org.junit.jupiter.api.Assumptions.abort;

import de.kherud.llama.LlamaModel;
import de.kherud.llama.ModelParameters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The token ids that llama.cpp gives for a text, control tokens recognised, no bos in front. */
final class ReferenceTokens implements AutoCloseable {
  private final LlamaModel model;

  /** Loads a model; the calling test is skipped where llama.cpp's library cannot be loaded. */
  ReferenceTokens(Path gguf) {
    LlamaModel loaded = null;
    try {
      // Away from the default folder, where several test runs would overwrite each other's copy.
      System.setProperty("de.kherud.llama.tmpdir", Files.createTempDirectory("llama").toString());
      loaded =
          new LlamaModel(
              new ModelParameters()
                  .setModel(gguf.toString())
                  .setCtxSize(64)
                  .setThreads(1)
                  .disableLog()
                  .skipWarmup());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
      abort("llama.cpp's native library cannot be loaded here: " + e.getMessage());
    }
    model = loaded;
  }

  int[] encode(String text) {
    return model.encode(text);
  }

  @Override
  public void close() {
    model.close();
  }
}
