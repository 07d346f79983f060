package dev.heddle.host.cli;

import java.io.PrintWriter;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows how far long work has come: a bar where the error output is a terminal, else a line for
 * each step that has a name.
 *
 * <p>The launcher says whether it is a terminal, by the property {@value #TERMINAL}.
 */
final class ProgressLine implements AutoCloseable {
  /** Property that is {@code true} on a terminal. */
  static final String TERMINAL = "heddle.terminal";

  private final PrintWriter lines;
  private final String task;
  private ProgressBar bar;
  private String last = "";

  /**
   * A line that appears with the first step.
   *
   * @param lines where steps go when there is no terminal
   */
  ProgressLine(String task, PrintWriter lines) {
    this.task = task;
    this.lines = lines;
  }

  /** Shows that {@code done} of {@code total} is done; {@code step} comes next. */
  void update(long done, long total, String step) {
    if (Boolean.getBoolean(TERMINAL)) {
      updateBar(done, total, step);
    } else if (!step.isEmpty() && !step.equals(last)) {
      lines.println(task + ": " + step);
      lines.flush();
      last = step;
    }
  }

  /** The same with a note that changes all the time, so that it is shown on a terminal alone. */
  void updateBar(long done, long total, String note) {
    if (Boolean.getBoolean(TERMINAL)) {
      if (bar == null) {
        bar =
            new ProgressBarBuilder()
                .setTaskName(task)
                .setStyle(ProgressBarStyle.ASCII)
                .setConsumer(new ConsoleProgressBarConsumer(System.err))
                .clearDisplayOnFinish()
                .build();
      }
      bar.maxHint(total).stepTo(done).setExtraMessage(note);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
