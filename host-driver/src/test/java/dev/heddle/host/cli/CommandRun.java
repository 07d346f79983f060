package dev.heddle.host.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/**
 * What a command line did.
 *
 * @param exitCode its exit code
 * @param out what it printed
 * @param err what it printed as errors
 */
record CommandRun(int exitCode, String out, String err) {
  /** Executes a command line as the program does. */
  static CommandRun of(String... arguments) {
    return of(text -> {}, arguments);
  }

  /**
   * Executes a command line.
   *
   * @param listener hears all that was printed so far, at each flush
   */
  static CommandRun of(Consumer<String> listener, String... arguments) {
    return of(listener, CommandLine.defaultFactory(), arguments);
  }

  /**
   * Executes a command line.
   *
   * @param factory makes what its commands consist of
   */
  static CommandRun of(Consumer<String> listener, IFactory factory, String... arguments) {
    StringWriter out =
        new StringWriter() {
          @Override
          public void flush() {
            listener.accept(toString());
          }
        };
    StringWriter err = new StringWriter();
    CommandLine commandLine = Main.commandLine(factory);
    commandLine.setOut(new PrintWriter(out));
    commandLine.setErr(new PrintWriter(err));
    commandLine.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
    int exitCode = commandLine.execute(arguments);
    return new CommandRun(exitCode, out.toString(), err.toString());
  }
}
