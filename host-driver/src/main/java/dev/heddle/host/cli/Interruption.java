package dev.heddle.host.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns Ctrl-C into an interrupt of the thread that made this object, and holds the end of the
 * program back until {@link #close}, so that the thread can report and free what it holds.
 */
final class Interruption implements AutoCloseable {
  /** Exit code of a program that Ctrl-C ended. */
  static final int EXIT_CODE = 130;

  /** What such a program says last. */
  static final String MESSAGE = "Interrupted.";

  private static final long PATIENCE_SECONDS = 20;

  private volatile int exitCode = EXIT_CODE;

  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread worker = Thread.currentThread();
  private final Thread hook = new Thread(this::interrupt, "interruption");

  /** Listens from now on. */
  Interruption() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Whether the thread has been interrupted and has not dealt with it. */
  boolean happened() {
    return worker.isInterrupted();
  }

  /** Lets the program end with a code of its own if it was interrupted. */
  void exitWith(int code) {
    exitCode = code;
  }

  private void interrupt() {
    worker.interrupt();
    try {
      closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (exitCode != EXIT_CODE) {
        // The virtual machine would end with the code of the signal.
        Runtime.getRuntime().halt(exitCode);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Says that the thread is done. */
  @Override
  public void close() {
    closed.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The program is ending already: the hook runs and has just been released.
      assert closed.getCount() == 0;
    }
  }
}
