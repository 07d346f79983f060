package dev.heddle.host.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a size of memory: bytes, or with K, M or G behind it units of 2^10, 2^20 or 2^30. */
final class MemorySizeConverter implements ITypeConverter<Long> {
  private static final String UNITS = "KMG";
  private static final int BITS_OF_UNIT = 10;
  private static final Pattern SIZE = Pattern.compile("([1-9][0-9]{0,8})([" + UNITS + "]?)");

  @Override
  public Long convert(String text) {
    Matcher size = SIZE.matcher(text.toUpperCase(Locale.ROOT));
    if (!size.matches()) {
      throw new TypeConversionException(
          "'%s' is no size; write for instance 131072, 128K, 32M or 1G".formatted(text));
    }
    int unit = size.group(2).isEmpty() ? 0 : UNITS.indexOf(size.group(2)) + 1;
    return Long.parseLong(size.group(1)) << unit * BITS_OF_UNIT;
  }
}
