package dev.heddle.host;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Above a transport nothing knows which machine it talks to; the command line is on top. */
@AnalyzeClasses(packages = "dev.heddle.host", importOptions = ImportOption.DoNotIncludeTests.class)
class LayoutTest {
  @ArchTest
  static final ArchRule theHostIsFreeOfCycles =
      slices().matching("dev.heddle.host.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule nothingKnowsTheCommandLine =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.heddle.host.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.heddle.host.cli..");

  @ArchTest
  static final ArchRule onlyTransportsVirtualBoardsBenchmarksAndTheCommandLineKnowTheSimulator =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "dev.heddle.host.transport..",
              "dev.heddle.host.board..",
              "dev.heddle.host.bench..",
              "dev.heddle.host.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.heddle.testbench..");

  @ArchTest
  static final ArchRule noNameSaysNothing =
      noClasses().should().haveNameMatching(".*(Util|Utils|Manager|Helper|Misc)(\\$.*)?");
}
