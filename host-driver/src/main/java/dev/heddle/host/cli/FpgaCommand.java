package dev.heddle.host.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code heddle fpga}: bitstreams of boards. */
@Command(
    name = "fpga",
    description = "Builds bitstreams of boards with open tools, and loads them.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    subcommands = {FpgaBuildCommand.class, FpgaProgramCommand.class, FpgaDocumentCommand.class})
final class FpgaCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what to do: build, program or document");
  }
}
