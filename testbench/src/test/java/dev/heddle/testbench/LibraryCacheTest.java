package dev.heddle.testbench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryCacheTest {
  private static final int THREADS = 4;
  private static final long BUILD_MILLISECONDS = 50;

  @Test
  void threadsThatEachOpenTheSameFolderBuildAnEntryOnce(@TempDir Path folder) throws Exception {
    AtomicInteger builds = new AtomicInteger();
    CyclicBarrier start = new CyclicBarrier(THREADS);
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<Path>> files = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        files.add(
            pool.submit(
                () -> {
                  LibraryCache cache = new LibraryCache(folder);
                  start.await();
                  return cache.obtain(
                      "key",
                      "name",
                      file -> {
                        builds.incrementAndGet();
                        Thread.sleep(BUILD_MILLISECONDS);
                        Files.writeString(file, "built");
                      });
                }));
      }
      for (Future<Path> file : files) {
        assertThat(file.get()).hasContent("built");
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(builds).hasValue(1);
  }
}
