package dev.heddle.host.bringup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.isa.MachineRegisters;
import dev.heddle.host.transport.GoldenTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every fault of a board is found by the step that is there for it, and named. */
class PlantedFaultTest {
  private static final Configuration CONFIGURATION = Configuration.NANO;
  private static final int MEMORY_BYTES = 1 << 20;

  /** The steps that ran on a board with a fault; the last one is the one that found it. */
  private static BringUpReport run(
      Optional<Configuration> expected, UnaryOperator<FaultyTransport> fault) {
    FaultyTransport transport =
        fault.apply(new FaultyTransport(new GoldenTransport(CONFIGURATION, MEMORY_BYTES)));
    try (TestedBoard board =
        new TestedBoard(transport, expected, BoardClock.none(), Optional.empty())) {
      return new BringUp(BringUp.standardSteps(), false, "a test").run(board, step -> {});
    }
  }

  private static StepResult found(String step, UnaryOperator<FaultyTransport> fault) {
    return found(step, Optional.empty(), fault);
  }

  private static StepResult found(
      String step, Optional<Configuration> expected, UnaryOperator<FaultyTransport> fault) {
    List<BringUpReport.Step> steps = run(expected, fault).steps();
    BringUpReport.Step last = steps.get(steps.size() - 1);
    assertThat(last.name()).as(last.result().toString()).isEqualTo(step);
    assertThat(last.result().status()).isIn(StepStatus.FAILED, StepStatus.UNSUPPORTED);
    return last.result();
  }

  private static int offset(String register) {
    return MachineRegisters.of(CONFIGURATION).register(register).offset();
  }

  private static UnaryOperator<FaultyTransport> reads(
      String register, FaultyTransport.RegisterFault fault) {
    return transport ->
        transport.registers(
            (offset, value) -> offset == offset(register) ? fault.read(offset, value) : value);
  }

  private static UnaryOperator<FaultyTransport> dataBit(int bit, boolean one) {
    return transport -> transport.data((address, content) -> stuck(bit, one, address, content));
  }

  /** What is read when a data bit of a memory of 32 bits is stuck. */
  private static byte[] stuck(int bit, boolean one, long address, byte[] content) {
    for (int i = 0; i < content.length; i++) {
      if ((address + i) % 4 == bit / 8) {
        int mask = 1 << bit % 8;
        content[i] = (byte) (one ? content[i] | mask : content[i] & ~mask);
      }
    }
    return content;
  }

  @Test
  void aBoardWithoutFaultsPasses() {
    BringUpReport report = run(Optional.of(CONFIGURATION), fault -> fault);
    assertThat(report.ended()).isTrue();
    assertThat(report.count(StepStatus.FAILED)).as(report.toString()).isZero();
    assertThat(report.count(StepStatus.PASSED)).isEqualTo(12);
    assertThat(report.count(StepStatus.SKIPPED)).isEqualTo(5);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1})
  void aBoardThatIsOffIsNamed(int word) {
    StepResult result = found("identity", fault -> fault.registers((offset, value) -> word));
    assertThat(result.status()).isEqualTo(StepStatus.UNSUPPORTED);
    assertThat(result.summary())
        .isEqualTo(
            "no Heddle machine answers: MAGIC reads 0x%08x; check that the board is on and programmed"
                .formatted(word));
  }

  @Test
  void aWrongBitOfTheMagicNumberIsNamed() {
    StepResult result = found("identity", reads("MAGIC", (offset, value) -> value ^ 1 << 3));
    assertThat(result.summary())
        .isEqualTo(
            "MAGIC reads 0x4845444c instead of 0x48454444: read data bit 3 is wrong; check the way of the registers");
  }

  @Test
  void anotherInterfaceVersionIsUnsupported() {
    StepResult result = found("identity", reads("VERSION", (offset, value) -> 1));
    assertThat(result.status()).isEqualTo(StepStatus.UNSUPPORTED);
    assertThat(result.summary()).startsWith("the board speaks interface version 1, this host");
  }

  @Test
  void aHashThatIsUnknownIsUnsupportedAndTheKnownOnesAreNamed() {
    StepResult result = found("identity", reads("CONFIG_HASH", (offset, value) -> 0x1234));
    assertThat(result.status()).isEqualTo(StepStatus.UNSUPPORTED);
    assertThat(result.summary())
        .contains("does not know (CONFIG_HASH 0x00001234)")
        .contains("default 0x%08x".formatted(MachineRegisters.hash(Configuration.DEFAULT)));
  }

  @Test
  void anotherConfigurationFailsWithItsDifferences() {
    StepResult result = found("identity", Optional.of(Configuration.SMALL), transport -> transport);
    assertThat(result.status()).isEqualTo(StepStatus.FAILED);
    assertThat(result.summary()).startsWith("the board has configuration nano, not small");
    assertThat(result.details())
        .contains("portBits is 32 instead of 64", "lanes is 2 instead of 4");
  }

  @Test
  void aRegisterThatContradictsTheHashIsNamed() {
    StepResult result = found("identity", reads("GEOMETRY", (offset, value) -> value ^ 1));
    assertThat(result.details()).containsExactly("GEOMETRY reads 0x04080200 instead of 0x04080201");
  }

  @ParameterizedTest
  @CsvSource({"0,true", "17,true", "31,false"})
  void aStuckBitOfARegisterIsNamed(int bit, boolean one) {
    StepResult result =
        found(
            "scratch",
            reads("SCRATCH", (offset, value) -> one ? value | 1 << bit : value & ~(1 << bit)));
    assertThat(result.summary())
        .isEqualTo("SCRATCH bit %d is stuck at %d".formatted(bit, one ? 1 : 0));
    assertThat(result.details()).isEmpty();
  }

  @Test
  void shortedBitsOfARegisterAreNamed() {
    StepResult result =
        found(
            "scratch",
            reads(
                "SCRATCH",
                (offset, value) -> {
                  int both = (value >> 4 | value >> 9) & 1;
                  return value & ~(1 << 4 | 1 << 9) | both << 4 | both << 9;
                }));
    assertThat(result.summary()).isEqualTo("SCRATCH bit 4 and bit 9 are shorted");
    assertThat(result.details()).isEmpty();
  }

  @Test
  void aBitOfARegisterThatIsWrongNowAndThenIsUnreliable() {
    int[] reads = {0};
    StepResult result =
        found(
            "scratch",
            reads("SCRATCH", (offset, value) -> ++reads[0] % 100 == 0 ? value ^ 1 << 7 : value));
    assertThat(result.summary())
        .isEqualTo("SCRATCH bit 7 is unreliable: wrong in 10 of 1070 words");
  }

  @ParameterizedTest
  @CsvSource({"0,false", "13,true", "31,false"})
  void aStuckDataBitOfTheMemoryIsNamed(int bit, boolean one) {
    StepResult result = found("data bus", dataBit(bit, one));
    assertThat(result.summary())
        .isEqualTo("data bit %d is stuck at %d".formatted(bit, one ? 1 : 0));
    assertThat(result.details()).isEmpty();
  }

  @Test
  void everyStuckDataBitIsNamed() {
    StepResult result =
        found(
            "data bus",
            transport ->
                transport.data(
                    (address, content) ->
                        stuck(2, true, address, stuck(9, true, address, content))));
    assertThat(result.summary()).isEqualTo("data bit 2 is stuck at 1");
    assertThat(result.details()).containsExactly("data bit 9 is stuck at 1");
  }

  @ParameterizedTest
  @CsvSource({"2,true", "12,false", "19,false", "19,true"})
  void aStuckAddressBitIsNamed(int bit, boolean one) {
    long mask = 1L << bit;
    StepResult result =
        found("address bus", transport -> transport.addresses(at -> one ? at | mask : at & ~mask));
    assertThat(result.summary())
        .isEqualTo("address bit %d is stuck: 0x0 and 0x%x are one place".formatted(bit, mask));
    assertThat(result.details()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"3,4,true", "3,4,false", "7,19,true", "10,18,false"})
  void shortedAddressBitsAreNamed(int first, int second, boolean up) {
    long both = 1L << first | 1L << second;
    StepResult result =
        found(
            "address bus",
            transport ->
                transport.addresses(
                    at -> {
                      long seen = at & both;
                      boolean high = up ? seen != 0 : seen == both;
                      return high ? at | both : at & ~both;
                    }));
    assertThat(result.summary())
        .startsWith("address bits %d and %d are shorted".formatted(first, second));
    assertThat(result.details()).isEmpty();
  }

  @Test
  void aCellThatIsStuckIsNamedWithItsAddress() {
    StepResult result =
        found(
            "memory patterns",
            transport ->
                transport.data(
                    (address, content) -> {
                      long at = 0x2346 - address;
                      if (at >= 0 && at < content.length) {
                        content[(int) at] |= 0x10;
                      }
                      return content;
                    }));
    assertThat(result.summary())
        .startsWith("2 of ")
        .contains("beats are wrong, always data bit 20;");
    assertThat(result.details())
        .contains(
            "data bit 20 wrong in 2 beats", "0x00002344 address: expected 44230000, read 44231000")
        .hasSize(3);
  }

  private static UnaryOperator<FaultyTransport> weakCell(long place) {
    return transport ->
        transport.data(
            (address, content) -> {
              long at = place - address;
              if (at >= 0 && at < content.length) {
                content[(int) at] |= 0x10;
              }
              return content;
            });
  }

  @Test
  void aCellInTheMiddleOfTheMemoryIsFoundByARandomSequence() {
    StepResult result = found("random memory", weakCell(0x80402));
    assertThat(result.summary()).startsWith("1 of ").contains("always data bit 20;");
    assertThat(result.details().get(1)).startsWith("0x00080400 sequence");
  }

  @Test
  void aSoakReachesEveryCellAndTellsItsRounds() {
    List<Integer> rounds = new ArrayList<>();
    SoakStep soak = new SoakStep(Duration.ofMillis(1), (passed, round) -> rounds.add(round));
    FaultyTransport sound = new FaultyTransport(new GoldenTransport(CONFIGURATION, MEMORY_BYTES));
    try (TestedBoard board =
        new TestedBoard(sound, Optional.empty(), BoardClock.none(), Optional.empty())) {
      StepResult right = soak.run(board);
      assertThat(right.status()).as(right.toString()).isEqualTo(StepStatus.PASSED);
      assertThat(right.summary())
          .matches("1 rounds in .* s: 2,097,152 bytes of memory, 100 interrupts and 3 products .*");
      assertThat(rounds).containsExactly(1);
      assertThat(weakCell(MEMORY_BYTES - 1).apply(sound)).isSameAs(sound);
      assertThat(soak.run(board).summary()).startsWith("round 1, random memory: 1 of ");
      sound.data((address, content) -> content).losesInterrupt(130);
      assertThat(soak.run(board).summary())
          .matches("round 1, interrupt: lost: list [0-9]+ ended, .*");
    }
  }

  @Test
  void aRandomSequenceHasEveryPatternOfTenBits() {
    byte[] bits = new byte[1 << 13];
    new Prbs31(1, false).fill(bits);
    BitSet patterns = new BitSet();
    int window = 0;
    for (int i = 0; i < bits.length * 8; i++) {
      window = (window << 1 | bits[i / 8] >> 7 - i % 8 & 1) & 0x7fffffff;
      int next = i + 1;
      if (i >= 31 && next < bits.length * 8) {
        int tapped = (window >> 30 ^ window >> 27) & 1;
        assertThat(bits[next / 8] >> 7 - next % 8 & 1).isEqualTo(tapped);
      }
      patterns.set(window & 0x3ff);
    }
    assertThat(patterns.cardinality()).isEqualTo(1 << 10);
    byte[] inverse = new byte[bits.length];
    new Prbs31(1, true).fill(inverse);
    for (int i = 0; i < bits.length; i++) {
      assertThat(inverse[i]).isEqualTo((byte) ~bits[i]);
    }
  }

  @Test
  void theLatencyOfInterruptsIsMeasuredWhereTimeIsReal() {
    try (TestedBoard board =
        new TestedBoard(
            new GoldenTransport(CONFIGURATION, MEMORY_BYTES),
            Optional.empty(),
            BoardClock.real(),
            Optional.empty())) {
      StepResult result = new InterruptStep(50).run(board);
      assertThat(result.summary())
          .matches("50 raised, 50 cleared, none lost; the host knows after [0-9.]+ us, 99 % .*");
      assertThat(result.figures().get(0).value()).isBetween(0.0, result.figures().get(1).value());
    }
  }

  @Test
  void anInterruptThatGetsLostIsNamed() {
    StepResult result = found("interrupt", transport -> transport.losesInterrupt(42));
    assertThat(result.summary())
        .isEqualTo("lost: list 43 ended, EVENTS.done is 1, but the interrupt did not come");
  }

  @Test
  void anInterruptThatIsAlwaysUpIsNamed() {
    StepResult result = found("interrupt", FaultyTransport::interruptStuck);
    assertThat(result.summary())
        .isEqualTo("the interrupt is up after reset, before any list has run");
  }

  @Test
  void aRegisterThatAResetLeavesIsNamed() {
    StepResult result = found("reset", reads("LIST", (offset, value) -> value | 1 << 6));
    assertThat(result.summary()).isEqualTo("after reset LIST.address is 0x40 instead of 0x0");
  }

  @Test
  void aLaneWithWrongResultsIsNamed() {
    int vectorBytes = 64;
    StepResult result =
        found(
            "matmul",
            transport ->
                transport.data(
                    (address, content) -> {
                      if (content.length == CONFIGURATION.maxTokens() * vectorBytes) {
                        for (int at = 0; at < content.length; at += vectorBytes) {
                          content[at + 4] ^= 1;
                          content[at + 12] ^= 1;
                        }
                      }
                      return content;
                    }));
    assertThat(result.summary()).matches("Q8_0: row 1 of vector 0: expected 0x\\w+, got 0x\\w+");
    assertThat(result.details())
        .containsExactly("8 results of this product are wrong", "wrong: port 0, lane 1");
  }

  @Test
  void aWrongResultOfAttentionIsNamed() {
    FaultyTransport transport =
        new FaultyTransport(new GoldenTransport(Configuration.DEFAULT, MEMORY_BYTES))
            .data(
                (address, content) -> {
                  content[4 * 70] ^= 1;
                  return content;
                });
    try (TestedBoard board =
        new TestedBoard(transport, Optional.empty(), BoardClock.none(), Optional.empty())) {
      assertThat(new AttentionStep().run(board).summary())
          .matches("element 6 of row 1: expected 0x\\w+, got 0x\\w+; 1 of 192 are wrong");
    }
  }

  @Test
  void aCounterThatDoesNotCountIsNamed() {
    try (TestedBoard board =
        new TestedBoard(
            new GoldenTransport(CONFIGURATION, MEMORY_BYTES),
            Optional.empty(),
            BoardClock.simulated(),
            Optional.empty())) {
      StepResult result = new CounterStep().run(board);
      assertThat(result.summary()).isEqualTo("BUSY counted 0 instead of 800");
      assertThat(result.details())
          .hasSize(2)
          .contains("MULTIPLICATIONS counted 0 instead of 12,800");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 'logit [0-9]+ behind token 5: expected 0x[0-9a-f]{8}, got 0x[0-9a-f]{8}'",
    "30, 'results of the board are beyond all numbers: NaN.*'"
  })
  void whatAModelGetsFromABrokenBoardIsNamed(int bit, String summary) {
    FaultyTransport transport =
        dataBit(bit, true)
            .apply(new FaultyTransport(new GoldenTransport(CONFIGURATION, MEMORY_BYTES)));
    try (TestedBoard board =
        new TestedBoard(transport, Optional.empty(), BoardClock.none(), Optional.empty())) {
      StepResult result = new ModelStep().run(board);
      assertThat(result.status()).isEqualTo(StepStatus.FAILED);
      assertThat(result.summary()).matches(summary);
    }
  }

  @Test
  void withKeepGoingAllStepsRunAfterAFailure() {
    FaultyTransport transport =
        dataBit(30, true)
            .apply(new FaultyTransport(new GoldenTransport(CONFIGURATION, MEMORY_BYTES)));
    try (TestedBoard board =
        new TestedBoard(transport, Optional.empty(), BoardClock.none(), Optional.empty())) {
      BringUpReport report =
          new BringUp(BringUp.standardSteps(), true, "a test").run(board, step -> {});
      assertThat(report.ended()).isTrue();
      assertThat(report.steps()).hasSameSizeAs(BringUp.standardSteps());
      assertThat(report.count(StepStatus.FAILED)).isGreaterThanOrEqualTo(3);
    }
  }
}
