package dev.heddle.fpga;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Boards know hardware, not what simulates or drives it. */
@AnalyzeClasses(packages = "dev.heddle.fpga", importOptions = ImportOption.DoNotIncludeTests.class)
class LayoutTest {
  @ArchTest
  static final ArchRule boardsKnowNeitherSimulatorNorHost =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.heddle.host..", "dev.heddle.testbench..");

  @ArchTest
  static final ArchRule noNameSaysNothing =
      noClasses().should().haveNameMatching(".*(Util|Utils|Manager|Helper|Misc)(\\$.*)?");
}
