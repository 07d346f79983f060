package dev.heddle.host.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The program {@code heddle}.
 *
 * <p>Exit codes: 0 success, 1 failure, 2 wrong usage, 130 ended by Ctrl-C; those of {@code bringup}
 * are its own.
 */
@Command(
    name = "heddle",
    description = "Generates accelerators for language models, simulates and drives them.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    subcommands = {
      RunCommand.class,
      EmitCommand.class,
      BenchCommand.class,
      DevicesCommand.class,
      BringUpCommand.class,
      MaskCommand.class,
      VitCommand.class,
      FpgaCommand.class,
      BoardCommand.class,
      HelpCommand.class
    },
    footer = {
      "",
      "heddle test sets up what the tests need and runs all of them.",
      "heddle help COMMAND explains a command."
    })
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  /** Runs a command and ends with its exit code. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** The command line, ready to execute. */
  static CommandLine commandLine() {
    return commandLine(CommandLine.defaultFactory());
  }

  /**
   * The command line, ready to execute.
   *
   * @param factory makes what its commands consist of
   */
  static CommandLine commandLine(IFactory factory) {
    CommandLine commandLine = new CommandLine(new Main(), factory);
    for (CommandLine command : commandLine.getSubcommands().values()) {
      if (command.getCommand() instanceof Configurable configurable) {
        configurable.configurationOptions().addParametersTo(command.getCommandSpec());
      }
    }
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setExecutionStrategy(Main::execute);
    commandLine.setParameterExceptionHandler(Main::wrongUsage);
    commandLine.setExecutionExceptionHandler(Main::failed);
    return commandLine;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "there is no command");
  }

  /** Executes a command so that Ctrl-C ends it, whatever it does, after it has cleaned up. */
  private static int execute(CommandLine.ParseResult parsed) {
    try (Interruption interruption = new Interruption()) {
      try {
        int exitCode = new CommandLine.RunLast().execute(parsed);
        if (exitCode == BringUpCommand.ENDED) {
          interruption.exitWith(exitCode);
        }
        return exitCode;
      } catch (CommandLine.ExecutionException e) {
        if (!interruption.happened()) {
          throw e;
        }
        PrintWriter err = e.getCommandLine().getErr();
        err.println(Interruption.MESSAGE);
        err.flush();
        return Interruption.EXIT_CODE;
      }
    }
  }

  private static int wrongUsage(ParameterException mistake, String[] arguments) {
    CommandLine command = mistake.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("heddle: " + mistake.getMessage());
    if (!CommandLine.UnmatchedArgumentException.printSuggestions(mistake, err)) {
      err.println("See: " + command.getCommandSpec().qualifiedName() + " --help");
    }
    err.flush();
    return CommandLine.ExitCode.USAGE;
  }

  private static int failed(
      Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
    PrintWriter err = command.getErr();
    if (Failures.explained(failure)) {
      err.println("heddle: " + failure.getMessage());
    } else {
      err.println("heddle: an error inside Heddle; please report it with what follows");
      failure.printStackTrace(err);
    }
    err.flush();
    return CommandLine.ExitCode.SOFTWARE;
  }
}
