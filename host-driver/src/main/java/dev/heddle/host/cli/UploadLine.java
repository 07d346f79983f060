package dev.heddle.host.cli;

import dev.heddle.host.device.UploadProgress;
import java.io.PrintWriter;
import java.util.Locale;

/** Shows how far an upload has come and at which rate, and says at its end what was written. */
final class UploadLine implements UploadProgress, AutoCloseable {
  private final ProgressLine line;
  private final PrintWriter out;
  private final String task;
  private final long began = System.nanoTime();
  private long done;
  private long skipped;

  /**
   * A line that appears with the first piece.
   *
   * @param out where {@link #summarise} prints
   */
  UploadLine(String task, PrintWriter out) {
    this.task = task;
    this.out = out;
    line = new ProgressLine(task, out);
  }

  @Override
  public void update(long done, long skipped, long total) {
    this.done = done;
    this.skipped = skipped;
    line.updateBar(done, total, rate());
  }

  /** Prints what was written, and what was there before. */
  void summarise() {
    line.close();
    long written = done - skipped;
    String there =
        skipped == 0
            ? ""
            : written == 0
                ? ", all on the card already"
                : String.format(Locale.ROOT, ", %,d of them on the card already", skipped);
    String how =
        written == 0
            ? ""
            : String.format(Locale.ROOT, "; %,d written in %.1f s, %s", written, seconds(), rate());
    out.println(String.format(Locale.ROOT, "%s: %,d bytes%s%s", task, done, there, how));
    out.flush();
  }

  private String rate() {
    return String.format(Locale.ROOT, "%,.0f kB/s", (done - skipped) / seconds() / 1e3);
  }

  private double seconds() {
    return (System.nanoTime() - began) / 1e9;
  }

  @Override
  public void close() {
    line.close();
  }
}
