package dev.heddle.host.cli;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.export.MachineExport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code heddle emit}: writes a machine as Verilog with its register map and descriptions. */
@Command(
    name = "emit",
    description = {
      "Writes a machine as Verilog, with file list, register map (Markdown, CMSIS-SVD, C header),",
      "descriptor layouts, clock constraints, packages for FuseSoC, Vivado (script and IP-XACT) and",
      "LiteX, a JSON description, and a page with parameters, ports, latencies and a timing diagram."
    },
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    sortOptions = false)
final class EmitCommand implements Callable<Integer>, Configurable {
  @Spec private CommandSpec spec;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = {
        "Folder to write to; it is made when it is missing.",
        "An earlier output for the same configuration is replaced, other files are never touched."
      })
  private Path folder;

  @Option(
      names = "--shell",
      paramLabel = "BYTES",
      description = {
        "With a shell, for PCIe cards and logic beside a processor (docs/boards.md), which tells so",
        "many bytes of card memory; 0: it is memory of the host. Default: the machine alone."
      })
  private Long shellBytes;

  @Mixin private ConfigurationOptions configuration;

  @Override
  public ConfigurationOptions configurationOptions() {
    return configuration;
  }

  @Override
  public Integer call() {
    Configuration hardware = configuration.configuration(spec);
    if (shellBytes != null && shellBytes < 0) {
      throw new ParameterException(
          spec.commandLine(), "--shell is %d but must be 0 or more".formatted(shellBytes));
    }
    MachineExport export =
        shellBytes == null
            ? new MachineExport(hardware)
            : MachineExport.shelled(hardware, shellBytes);
    try {
      export.write(folder);
    } catch (FileAlreadyExistsException e) {
      throw new CommandFailedException(e.getMessage(), e);
    } catch (NotDirectoryException e) {
      throw new CommandFailedException(
          "cannot write %s: it is a file; choose a folder".formatted(folder), e);
    } catch (FileSystemException e) {
      throw new CommandFailedException("cannot write %s (%s)".formatted(folder, reason(e)), e);
    } catch (IOException e) {
      throw new CommandFailedException("cannot write %s: %s".formatted(folder, e.getMessage()), e);
    }
    PrintWriter out = spec.commandLine().getOut();
    export.files().forEach((name, text) -> out.println(folder.resolve(name)));
    out.println();
    out.printf(
        "%s: %d multipliers, %d memory port%s of %d bits, %d files%n",
        export.name(),
        hardware.multipliers(),
        hardware.ports(),
        hardware.ports() == 1 ? "" : "s",
        hardware.portBits(),
        export.files().size());
    out.flush();
    return 0;
  }

  private static String reason(FileSystemException failure) {
    return failure.getReason() == null ? failure.getClass().getSimpleName() : failure.getReason();
  }
}
