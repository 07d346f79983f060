package dev.heddle.testbench;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The simulator knows hardware, not the host that drives it. */
@AnalyzeClasses(
    packages = "dev.heddle.testbench",
    importOptions = ImportOption.DoNotIncludeTests.class)
class LayoutTest {
  @ArchTest
  static final ArchRule theSimulatorDoesNotKnowTheHost =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.heddle.host..", "dev.heddle.fpga..");

  @ArchTest
  static final ArchRule noNameSaysNothing =
      noClasses().should().haveNameMatching(".*(Util|Utils|Manager|Helper|Misc)(\\$.*)?");
}
