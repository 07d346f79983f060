package dev.heddle;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.CardMemory;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.RouterShape;

/** Dependencies run one way: hdl, lib, accel, and inside hdl from the writer and checks to ir. */
@AnalyzeClasses(packages = "dev.heddle", importOptions = ImportOption.DoNotIncludeTests.class)
class LayoutTest {
  private static final DescribedPredicate<JavaClass> PARAMETERS =
      assignableTo(Configuration.class)
          .or(assignableTo(CardMemory.class))
          .or(assignableTo(AttentionShape.class))
          .or(assignableTo(RouterShape.class));

  @ArchTest
  static final ArchRule nothingKnowsTheSimulatorOrTheHost =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.heddle.testbench..", "dev.heddle.host..", "dev.heddle.fpga..");

  @ArchTest
  static final ArchRule theLanguageKnowsNoHardware =
      noClasses()
          .that()
          .resideInAPackage("dev.heddle.hdl..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.heddle.lib..", "dev.heddle.accel..");

  @ArchTest
  static final ArchRule theLibraryKnowsNoAccelerator =
      noClasses()
          .that()
          .resideInAPackage("dev.heddle.lib..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.heddle.accel..");

  @ArchTest
  static final ArchRule theDescriptionOfADesignStandsAlone =
      noClasses()
          .that()
          .resideInAPackage("dev.heddle.hdl.ir..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("dev.heddle..")
                  .and(DescribedPredicate.not(resideInAPackage("dev.heddle.hdl.ir.."))));

  @ArchTest
  static final ArchRule checksKnowNeitherTheWriterNorTheLanguage =
      noClasses()
          .that()
          .resideInAPackage("dev.heddle.hdl.check..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.heddle.hdl", "dev.heddle.hdl.verilog..");

  @ArchTest
  static final ArchRule theLanguageDoesNotKnowTheWriter =
      noClasses()
          .that()
          .resideInAPackage("dev.heddle.hdl")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.heddle.hdl.verilog..");

  @ArchTest
  static final ArchRule languageAndLibraryAreFreeOfCycles =
      slices().matching("dev.heddle.(hdl..|lib..)").should().beFreeOfCycles();

  // The parameters of a machine stand beside its top, and every part of it reads them.
  @ArchTest
  static final ArchRule theAcceleratorIsFreeOfCyclesButForItsParameters =
      slices()
          .matching("dev.heddle.(accel..)")
          .should()
          .beFreeOfCycles()
          .ignoreDependency(DescribedPredicate.alwaysTrue(), PARAMETERS);

  @ArchTest
  static final ArchRule formatsKnowNoHardware =
      noClasses()
          .that()
          .resideInAPackage("dev.heddle.accel.format..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("dev.heddle..")
                  .and(DescribedPredicate.not(resideInAPackage("dev.heddle.accel.format..")))
                  .and(DescribedPredicate.not(PARAMETERS)));

  @ArchTest
  static final ArchRule noNameSaysNothing =
      noClasses().should().haveNameMatching(".*(Util|Utils|Manager|Helper|Misc)(\\$.*)?");
}
