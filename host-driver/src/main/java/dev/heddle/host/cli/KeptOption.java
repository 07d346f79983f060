package dev.heddle.host.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The option that says which elements of a mask file are the kept pairs. */
final class KeptOption {
  @Option(
      names = "--kept",
      paramLabel = "0|1",
      defaultValue = "0",
      description = {
        "Which elements are kept pairs: 0 the zeros, as in",
        "the masks of ViTCoD; 1 the others.",
        "Default: ${DEFAULT-VALUE}."
      })
  private int kept;

  /**
   * Whether the elements that are not zero are the kept pairs.
   *
   * @param command the command that the option was given to
   * @throws ParameterException when the option is neither 0 nor 1
   */
  boolean nonZero(CommandSpec command) {
    if (kept != 0 && kept != 1) {
      throw new ParameterException(
          command.commandLine(), "--kept is %d but must be 0 to 1".formatted(kept));
    }
    return kept == 1;
  }
}
