package dev.heddle.testbench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * A folder of built files, named by what they were built from.
 *
 * <pre>
 *   FOLDER/KEY/NAME     the file
 *   FOLDER/KEY/record   its size and SHA-256
 *   FOLDER/KEY.lock     held while it is built
 * </pre>
 *
 * An entry appears complete, by a rename, and is never written again: a loaded library must not
 * change under its users. A damaged entry is moved away and built again. Safe for many threads and
 * processes.
 */
public final class LibraryCache {
  private static final String RECORD = "record";
  private static final String LOG = ".log";

  /** By lock file, for all caches: a process that asks for a lock it holds is refused at once. */
  private static final ConcurrentHashMap<Path, Object> LOCKS = new ConcurrentHashMap<>();

  private final Path folder;

  public LibraryCache(Path folder) {
    this.folder = folder;
  }

  /** The user's cache, in the folder {@code verilated} of {@link #userFolder}. */
  public static LibraryCache ofUser() {
    return new LibraryCache(userFolder().resolve("verilated"));
  }

  /**
   * Where what can be made again is kept: system property {@code HEDDLE_CACHE}, else the
   * environment variable of that name, else {@code ~/.cache/heddle}.
   */
  public static Path userFolder() {
    String chosen = System.getProperty("HEDDLE_CACHE", System.getenv("HEDDLE_CACHE"));
    return chosen != null && !chosen.isBlank()
        ? Path.of(chosen)
        : Path.of(System.getProperty("user.home"), ".cache", "heddle");
  }

  /** The folder of the entries. */
  public Path folder() {
    return folder;
  }

  /** Builds the file of an entry in an empty folder. */
  @FunctionalInterface
  interface Producer {
    void produce(Path file) throws IOException, InterruptedException;
  }

  /** Where the build of an entry logs what its programs print; stays after a failure alone. */
  Path log(String key, String step) {
    return folder.resolve(key + "." + step + LOG);
  }

  /** Deletes the logs of an entry. */
  void deleteLogs(String key) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.startsWith(key + ".") && name.endsWith(LOG)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  /** The file of an entry, built if it is not there or damaged. */
  Path obtain(String key, String name, Producer producer) {
    try {
      Files.createDirectories(folder);
      Path lockFile = folder.toRealPath().resolve(key + ".lock");
      synchronized (LOCKS.computeIfAbsent(lockFile, file -> new Object())) {
        try (FileChannel channel =
                FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.lock()) {
          return obtainLocked(key, name, producer, lock);
        }
      }
    } catch (IOException e) {
      throw new BuildException(
          "the cache folder %s cannot be used: %s; set HEDDLE_CACHE to a folder that can be written"
              .formatted(folder, e),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BuildException("interrupted while building " + name, e);
    }
  }

  private Path obtainLocked(String key, String name, Producer producer, FileLock lock)
      throws IOException, InterruptedException {
    if (!lock.isValid()) {
      throw new IOException("lost the lock of " + key);
    }
    Path entry = folder.resolve(key);
    Path file = entry.resolve(name);
    if (intact(entry, file)) {
      return file;
    }
    if (Files.exists(entry)) {
      Path damaged = Files.createTempDirectory(folder, "damaged-");
      Files.move(
          entry, damaged, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      delete(damaged);
    }
    Path work = Files.createTempDirectory(folder, "building-");
    boolean complete = false;
    try {
      producer.produce(work.resolve(name));
      Files.writeString(work.resolve(RECORD), record(work.resolve(name)), StandardCharsets.UTF_8);
      Files.move(work, entry, StandardCopyOption.ATOMIC_MOVE);
      complete = true;
      return file;
    } finally {
      if (!complete && Files.exists(work)) {
        delete(work);
      }
    }
  }

  private static boolean intact(Path entry, Path file) throws IOException {
    Path record = entry.resolve(RECORD);
    return Files.isRegularFile(record)
        && Files.isRegularFile(file)
        && Files.readString(record, StandardCharsets.UTF_8).equals(record(file));
  }

  private static String record(Path file) throws IOException {
    MessageDigest digest = sha256();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] block = new byte[1 << 16];
      for (int n; (n = in.read(block)) > 0; ) {
        digest.update(block, 0, n);
      }
    }
    return Files.size(file) + " " + HexFormat.of().formatHex(digest.digest()) + "\n";
  }

  /** SHA-256 in hexadecimal over texts, each with its length, so that no two lists collide. */
  static String key(Iterable<String> parts) {
    MessageDigest digest = sha256();
    for (String part : parts) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
      digest.update(bytes);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  static void delete(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(tree)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
