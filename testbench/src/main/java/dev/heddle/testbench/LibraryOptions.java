package dev.heddle.testbench;

import java.util.List;

/**
 * How a design is turned into a simulator library; equal options give the same cached library.
 *
 * <p>The compiler level of {@link #FAST} was chosen by measurement on 1,024 signed 8x8 multipliers,
 * 32 instances of a dot product of 32 (program {@code DotProductSpeed} of the tests): level 1 is
 * the fastest, 2 and 3 lose 10 to 20 %, and {@code -march=native} gains nothing at any of them. On
 * the whole machine of configuration {@code large} levels 1 and 2 are equally fast: 150,600 and
 * 149,200 cycles a second of processor time, medians of 8 turns that differ by up to 20 %.
 *
 * @param trace whether trace windows can be written; somewhat slower even while none is open
 * @param assertions whether assertions of the design are checked
 * @param randomise whether registers without reset and unknown values start random, by the seed of
 *     the instance, instead of zero
 * @param compilerLevel optimisation level of the C++ compiler for the model, 0 to 3
 */
public record LibraryOptions(
    boolean trace, boolean assertions, boolean randomise, int compilerLevel) {

  /** For running: no assertions, unknown values are zero. */
  public static final LibraryOptions FAST = new LibraryOptions(false, false, false, 1);

  /** For regressions: assertions on, unknown values random by seed. */
  public static final LibraryOptions CHECKED = new LibraryOptions(false, true, true, 1);

  public LibraryOptions {
    if (compilerLevel < 0 || compilerLevel > 3) {
      throw new IllegalArgumentException(
          "compilerLevel is " + compilerLevel + " but must be 0 to 3");
    }
  }

  /** These options, with trace windows. */
  public LibraryOptions withTrace() {
    return new LibraryOptions(true, assertions, randomise, compilerLevel);
  }

  /** These options with another optimisation level of the C++ compiler. */
  public LibraryOptions withCompilerLevel(int level) {
    return new LibraryOptions(trace, assertions, randomise, level);
  }

  List<String> verilatorFlags() {
    String unknown = randomise ? "unique" : "fast";
    List<String> flags =
        List.of(
            "--cc",
            "--threads",
            "1",
            "--savable",
            "-O3",
            // It folds a signed <= of equal constants to 0 (Verilator's issue 6000); the pass for
            // constants folds the same and is right.
            "-fno-dfg-peephole-fold-binary",
            // It takes a constant 0 in a word of more than 32 bits for 1 where bits are combined.
            "-fno-const-bit-op-tree",
            "-Wno-fatal",
            "-Wno-lint",
            "-Wno-style",
            "--output-split",
            "20000",
            "--x-assign",
            unknown,
            "--x-initial",
            unknown,
            assertions ? "--assert" : "--noassert");
    // The checks of a Component are written under this macro.
    List<String> checked = assertions ? concat(flags, List.of("+define+SIMULATION")) : flags;
    return trace
        ? concat(checked, List.of("--trace-fst", "--trace-structs", "--trace-underscore"))
        : checked;
  }

  List<String> compilerDefines() {
    return trace
        ? List.of("-DVM_TRACE=1", "-DVM_TRACE_FST=1", "-DVM_TRACE_VCD=0")
        : List.of("-DVM_TRACE=0", "-DVM_TRACE_FST=0", "-DVM_TRACE_VCD=0");
  }

  private static List<String> concat(List<String> a, List<String> b) {
    return java.util.stream.Stream.concat(a.stream(), b.stream()).toList();
  }
}
