package dev.heddle.accel.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ScheduleImageTest {
  private static final ScheduleFormat FORMAT = new ScheduleFormat(4, 12);

  // Rows 0 (keys 0 and 2) and 1 (key 1) on four lanes.
  private static final AttentionMask SMALL =
      AttentionMask.of(new boolean[][][] {{{true, false, true}, {false, true, false}}});

  private static ScheduleImage smallImage() {
    return ScheduleImage.pack(new ScheduleCompiler(4, 8).compile(SMALL), FORMAT);
  }

  private static ScheduleImage changed(int stepByte, int value) {
    ScheduleImage image = smallImage();
    image.steps().put(stepByte, (byte) value);
    return image;
  }

  @Property(tries = 400)
  void unpackingGivesThePackedSchedule(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 16) int lanes,
      @ForAll @IntRange(min = 9, max = 16) int entryBits) {
    AttentionMask mask = RandomMasks.mask(new Random(seed));
    Schedule schedule = new ScheduleCompiler(lanes, 8).compile(mask);
    ScheduleFormat format = new ScheduleFormat(lanes, entryBits);
    ScheduleImage image = ScheduleImage.pack(schedule, format);
    assertThat(image.unpack()).isEqualTo(schedule);
    assertThat(image.steps().limit()).isEqualTo(64 * format.stepLines(schedule.steps()));
    assertThat(image.rows().limit()).isEqualTo(64 * format.rowLines(schedule.rowCount()));
  }

  @Property(tries = 200)
  void everyEntryLiesAtItsDocumentedBit(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 16) int lanes,
      @ForAll @IntRange(min = 9, max = 16) int entryBits) {
    AttentionMask mask = RandomMasks.mask(new Random(seed));
    Schedule schedule = new ScheduleCompiler(lanes, 8).compile(mask);
    ScheduleFormat format = new ScheduleFormat(lanes, entryBits);
    ScheduleImage image = ScheduleImage.pack(schedule, format);
    int perLine = 512 / (lanes * entryBits);
    int[] nextRow = {0};
    boolean[] open = new boolean[lanes];
    for (int step = 0; step < schedule.steps(); step++) {
      for (int lane = 0; lane < lanes; lane++) {
        int bit = step / perLine * 512 + step % perLine * lanes * entryBits + lane * entryBits;
        int key = bits(image.steps(), bit, entryBits - 1);
        boolean last = bits(image.steps(), bit + entryBits - 1, 1) == 1;
        assertThat(last).isEqualTo(schedule.last(step, lane));
        if (schedule.key(step, lane) == Schedule.IDLE) {
          assertThat(key).isEqualTo((1 << entryBits - 1) - 1);
          continue;
        }
        assertThat(key).isEqualTo(schedule.key(step, lane));
        if (!open[lane]) {
          assertThat(bits(image.rows(), 16 * nextRow[0], 12)).isEqualTo(schedule.row(step, lane));
          assertThat(bits(image.rows(), 16 * nextRow[0]++ + 12, 4)).isEqualTo(lane);
        }
        open[lane] = !last;
      }
    }
    for (int bit = 16 * nextRow[0]; bit < 8 * image.rows().limit(); bit++) {
      assertThat(bits(image.rows(), bit, 1)).isOne();
    }
  }

  private static int bits(ByteBuffer bytes, int from, int count) {
    int value = 0;
    for (int i = 0; i < count; i++) {
      value |= (bytes.get((from + i) / 8) >> (from + i) % 8 & 1) << i;
    }
    return value;
  }

  @Test
  void aLineOfFourLanesHoldsTenSteps() {
    assertThat(FORMAT.stepsPerLine()).isEqualTo(10);
    assertThat(FORMAT.maxKeys()).isEqualTo(2047);
    assertThat(FORMAT.stepLines(11)).isEqualTo(2);
    assertThat(FORMAT.rowLines(591)).isEqualTo(19);
  }

  @Test
  void entriesGrowWithTheNumberOfKeys() {
    assertThat(ScheduleFormat.of(4, 2047).entryBits()).isEqualTo(12);
    assertThat(ScheduleFormat.of(4, 2048).entryBits()).isEqualTo(13);
    assertThatThrownBy(() -> ScheduleFormat.of(4, 32768))
        .hasMessage(
            "entries of 16 bits number 32767 keys but there are 32768; split the set by heads");
    assertThat(ScheduleFormat.of(4, fullColumn(4096, 1)).entryBits()).isEqualTo(12);
    assertThatThrownBy(() -> ScheduleFormat.of(4, fullColumn(4097, 1)))
        .hasMessage("a set has at most 4096 rows but there are 4097; split it by heads or queries");
  }

  @Test
  void theLastRowOnTheLastLaneIsNoFill() {
    boolean[][][] kept = new boolean[1][4096][1];
    kept[0][4095][0] = true;
    for (int row = 0; row < 15; row++) {
      kept[0][row][0] = true;
    }
    Schedule schedule = new ScheduleCompiler(16, 1).compile(AttentionMask.of(kept));
    ScheduleImage image = ScheduleImage.pack(schedule, new ScheduleFormat(16, 12));
    assertThat(image.rows().getShort(30)).isEqualTo((short) 0xFFFF);
    assertThat(image.unpack()).isEqualTo(schedule);
  }

  @Test
  void moreRowsOrKeysThanFitAreRefused() {
    Schedule manyRows = new ScheduleCompiler(4, 8).compile(fullColumn(4097, 1));
    assertThatThrownBy(() -> ScheduleImage.pack(manyRows, FORMAT))
        .hasMessageContaining("a set has at most 4096 rows but there is a row 4096");
    Schedule manyKeys = new ScheduleCompiler(4, 8).compile(fullColumn(1, 2048));
    assertThatThrownBy(() -> ScheduleImage.pack(manyKeys, FORMAT))
        .hasMessageContaining("key 2047 does not fit entries of 12 bits");
    assertThatThrownBy(() -> ScheduleImage.pack(manyKeys, new ScheduleFormat(3, 12)))
        .hasMessageContaining("does not fit a format of 3 lanes");
  }

  private static AttentionMask fullColumn(int rows, int keys) {
    boolean[][][] kept = new boolean[1][rows][keys];
    for (boolean[] row : kept[0]) {
      row[keys - 1] = true;
    }
    return AttentionMask.of(kept);
  }

  @Test
  void aSmallImageHasTheseBytes() {
    ScheduleImage image = smallImage();
    // Step 0: lane 0 begins row 0 with key 0, lane 1 ends row 1 with key 1; step 1: key 2 ends row
    // 0.
    assertThat(image.steps().getLong(0) & 0xffff_ffff_ffffL).isEqualTo(0x7ff_7ff_801_000L);
    assertThat(image.steps().getLong(6) & 0xffff_ffff_ffffL).isEqualTo(0x7ff_7ff_7ff_802L);
    assertThat(image.steps().getLong(54) & 0xffff_ffff_ffffL).isEqualTo(0x7ff_7ff_7ff_7ffL);
    assertThat(image.steps().getInt(60)).isZero();
    assertThat(bits(image.rows(), 0, 32)).isEqualTo(0x1001_0000);
  }

  @Test
  void aListThatIsCutOffIsRefused() {
    ScheduleImage image = smallImage();
    assertThatThrownBy(
            () ->
                new ScheduleImage(
                    FORMAT, ByteBuffer.wrap(image.steps().array(), 0, 63), image.rows()))
        .hasMessage(
            "the list of steps has 63 bytes, no multiple of a line of 64; it is damaged or cut"
                + " off");
    assertThatThrownBy(
            () -> new ScheduleImage(FORMAT, image.steps(), ByteBuffer.allocate(0)).unpack())
        .hasMessageContaining("row 0 begins but the list of rows has ended");
    assertThatThrownBy(
            () -> new ScheduleImage(FORMAT, ByteBuffer.allocate(0), image.rows()).unpack())
        .hasMessageContaining("the steps begin 0 rows, but the list of rows has 1 lines");
  }

  @Test
  void bitsThatBelongToNoStepAreRefused() {
    assertThatThrownBy(() -> changed(63, 0x40).unpack())
        .hasMessage("bit 510 of the line at byte 0 of the steps is set but belongs to no step");
  }

  @Test
  void anIdleEntryThatEndsARowIsRefused() {
    assertThatThrownBy(() -> changed(59, 0xFF).unpack())
        .hasMessageContaining("step 9, lane 3: an idle entry is marked as the last of a row");
  }

  @Test
  void aRowThatDoesNotEndIsRefused() {
    // The last mark of step 1, lane 0.
    assertThatThrownBy(() -> changed(7, smallImage().steps().get(7) & 0xF7).unpack())
        .hasMessageContaining("row 0 has no last key");
  }

  @Test
  void aWrongRowWordIsRefused() {
    ScheduleImage wrongLane = smallImage();
    wrongLane.rows().putShort(2, (short) 0x2001);
    assertThatThrownBy(wrongLane::unpack)
        .hasMessageContaining("row word 1 is 0x2001, which names lane 2");
    ScheduleImage twice = smallImage();
    twice.rows().putShort(2, (short) 0x1000);
    assertThatThrownBy(twice::unpack).hasMessageContaining("row 0 begins a second time");
    ScheduleImage tooMany = smallImage();
    tooMany.rows().putShort(4, (short) 0x1002);
    assertThatThrownBy(tooMany::unpack)
        .hasMessageContaining("row word 2 is 0x1002 but the steps begin only 2 rows");
  }

  @Property(tries = 500)
  void aDamagedImageIsRefusedOrNoLongerFitsItsMask(@ForAll long seed) {
    Random random = new Random(seed);
    AttentionMask mask = RandomMasks.mask(random);
    Schedule schedule = new ScheduleCompiler(4, 8).compile(mask);
    ScheduleImage image = ScheduleImage.pack(schedule, FORMAT);
    if (image.bytes() == 0) {
      return;
    }
    int bit = random.nextInt(8 * image.bytes());
    boolean inSteps = bit < 8 * image.steps().limit();
    ByteBuffer list = inSteps ? image.steps() : image.rows();
    int at = inSteps ? bit / 8 : bit / 8 - image.steps().limit();
    list.put(at, (byte) (list.get(at) ^ 1 << bit % 8));
    assertThatThrownBy(() -> image.unpack().verify(mask, 8))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
