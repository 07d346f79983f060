package dev.heddle.accel.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.isa.AppendEntry;
import dev.heddle.accel.isa.CopyEntry;
import dev.heddle.accel.isa.MemoryField;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CacheCheckTest {
  private static final Configuration MACHINE =
      Configuration.NANO
          .withAttention(new AttentionShape(1, 64, 128, 2, 64, 64, 4, 64))
          .withAppend();

  private static AppendEntry append() {
    return new AppendEntry()
        .with(AppendEntry.KEY_LINES, 1)
        .with(AppendEntry.VALUE_LINES, 2)
        .with(AppendEntry.ROWS, 3)
        .with(AppendEntry.KEY_ROWS, 0x1000)
        .with(AppendEntry.VALUE_ROWS, 0x2000)
        .with(AppendEntry.KEY_EXPONENTS, 0x3002)
        .with(AppendEntry.KEY_NUMBERS, 0x4000)
        .with(AppendEntry.VALUE_NUMBERS, 0x5000);
  }

  private static CopyEntry copy() {
    return new CopyEntry()
        .with(CopyEntry.KEY_LINES, 1)
        .with(CopyEntry.VALUE_LINES, 2)
        .with(CopyEntry.ROWS, 3)
        .with(CopyEntry.KEY_ROWS, 0x1000)
        .with(CopyEntry.VALUE_ROWS, 0x2000)
        .with(CopyEntry.KEY_EXPONENTS, 0x3002)
        .with(CopyEntry.KEY_SOURCE, 0x1040)
        .with(CopyEntry.VALUE_SOURCE, 0x5000)
        .with(CopyEntry.EXPONENT_SOURCE, 0x3004);
  }

  private static MemoryField field(List<MemoryField> fields, String name) {
    return fields.stream().filter(field -> field.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void entriesThatFitAreTaken() {
    assertThatCode(() -> CacheCheck.require(MACHINE, append())).doesNotThrowAnyException();
    assertThatCode(() -> CacheCheck.require(MACHINE, copy())).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "key_lines; 2; key_lines is 2 but must be 1 to 1",
        "value_lines; 0; value_lines is 0 but must be 1 to 2",
        "value_lines; 3; value_lines is 3 but must be 1 to 2",
        "rows; 0; rows is 0 but must be 1 to 65535",
        "rows; 65536; rows is 65536 but must be 1 to 65535",
        "key_rows; 4128; key_rows is 0x1020 but must be a multiple of 64",
        "value_rows; 1; value_rows is 0x1 but must be a multiple of 64",
        "key_exponents; 12291; key_exponents is 0x3003 but must be a multiple of 2",
        "key_numbers; 4; key_numbers is 0x4 but must be a multiple of 64",
        "value_numbers; 32; value_numbers is 0x20 but must be a multiple of 64",
        "key_numbers; 4096; key_numbers from 0x1000 on are read while key_rows from 0x1000 on are written over them",
        "value_numbers; 10816; value_numbers from 0x2a40 on are read while key_exponents from 0x3002 on are written over them"
      })
  void anAppendEntryThatDoesNotFitIsExplained(String name, long value, String message) {
    AppendEntry entry = append().with(field(AppendEntry.FIELDS, name), value);
    assertThatThrownBy(() -> CacheCheck.require(MACHINE, entry))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "rows; 0; rows is 0 but must be 1 to 65535",
        "key_source; 63; key_source is 0x3f but must be a multiple of 64",
        "value_source; 2; value_source is 0x2 but must be a multiple of 64",
        "exponent_source; 5; exponent_source is 0x5 but must be a multiple of 2",
        "key_source; 4096; key_source from 0x1000 on are read while key_rows from 0x1000 on are written over them",
        "key_source; 3968; key_source from 0xf80 on are read while key_rows from 0x1000 on are written over them",
        "value_source; 4096; value_source from 0x1000 on are read while key_rows from 0x1000 on are written over them",
        "exponent_source; 12288; exponent_source from 0x3000 on are read while key_exponents from 0x3002 on are written over them"
      })
  void aCopyEntryThatDoesNotFitIsExplained(String name, long value, String message) {
    CopyEntry entry = copy().with(field(CopyEntry.FIELDS, name), value);
    assertThatThrownBy(() -> CacheCheck.require(MACHINE, entry))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void aMachineThatDoesNotAppendTakesNone() {
    assertThatThrownBy(() -> CacheCheck.require(Configuration.DEFAULT, append()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the machine appends no keys and values; use append=true");
  }

  @Test
  void numbersBecomeTheCodesAndExponentsOfTheirVectors() {
    ByteBuffer memory = ByteBuffer.allocate(0x8000).order(ByteOrder.LITTLE_ENDIAN);
    float[] key = new float[64];
    float[] value = new float[128];
    for (int i = 0; i < 40; i++) {
      key[i] = i - 20.5f;
      value[i] = 1f / (i + 1);
      memory.putFloat(0x4100 + i * Float.BYTES, key[i]);
      memory.putFloat(0x5200 + i * Float.BYTES, value[i]);
    }
    assertThat(new GoldenAppend(append(), memory).run()).isFalse();
    KvVector wantedKey = KvVector.quantise(key, 0, key.length);
    KvVector wantedValue = KvVector.quantise(value, 0, value.length);
    byte[] keyCodes = new byte[64];
    byte[] valueCodes = new byte[128];
    memory.get(0x1040, keyCodes).get(0x2080, valueCodes);
    assertThat(KvVector.of(keyCodes, memory.get(0x3004))).isEqualTo(wantedKey);
    assertThat(KvVector.of(valueCodes, memory.get(0x3005))).isEqualTo(wantedValue);
  }

  @Test
  void infiniteNumbersCountAsTheLargestOfTheirSign() {
    ByteBuffer memory = ByteBuffer.allocate(0x8000).order(ByteOrder.LITTLE_ENDIAN);
    memory.putFloat(0x4000, Float.NEGATIVE_INFINITY).putFloat(0x4004, Float.MAX_VALUE);
    memory.putInt(0x4008, 0x7fc00000).putInt(0x400c, 0xffc00000);
    assertThat(new GoldenAppend(append().with(AppendEntry.ROWS, 1), memory).run()).isTrue();
    byte[] codes = new byte[5];
    memory.get(0x1000, codes);
    assertThat(codes).containsExactly(-127, 127, 127, -127, 0);
    assertThat(memory.get(0x3002)).isEqualTo((byte) 121);
  }
}
