package dev.heddle.host.tokenizer;

import static org.junit.jupiter.api.Assumptions.abort;

import de.kherud.llama.LlamaModel;
import de.kherud.llama.ModelParameters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The token ids that llama.cpp gives for a text, control tokens recognised, no bos in front. */
public final class ReferenceTokens implements AutoCloseable {
  private final LlamaModel model;

  /** Loads a model; the calling test is skipped where llama.cpp's library cannot be loaded. */
  public ReferenceTokens(Path gguf) {
    model = load(gguf);
  }

  /** A model in llama.cpp; the calling test is skipped where its library cannot be loaded. */
  public static LlamaModel load(Path gguf) {
    try {
      // Not into the common temporary folder, where test runs would overwrite each other's copy.
      Path extracted = Files.createDirectories(Path.of("target", "llama").toAbsolutePath());
      System.setProperty("de.kherud.llama.tmpdir", extracted.toString());
      return new LlamaModel(
          new ModelParameters()
              .setModel(gguf.toString())
              .setCtxSize(256)
              .setThreads(1)
              .disableLog()
              .skipWarmup());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
      return abort("llama.cpp's native library cannot be loaded here: " + e.getMessage());
    }
  }

  int[] encode(String text) {
    return model.encode(text);
  }

  @Override
  public void close() {
    model.close();
  }
}
