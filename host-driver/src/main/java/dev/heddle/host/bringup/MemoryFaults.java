package dev.heddle.host.bringup;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** The beats of card memory that came back wrong: the first of them, and how often each bit. */
final class MemoryFaults {
  private static final int MOST_ADDRESSES = 16;

  private final int beatBytes;
  private final long[] wrongOfBit;
  private final List<String> first = new ArrayList<>();
  private long beats;
  private long wrongBeats;

  /** No faults yet, in a memory with beats of {@code beatBytes}. */
  MemoryFaults(int beatBytes) {
    this.beatBytes = beatBytes;
    this.wrongOfBit = new long[beatBytes * Byte.SIZE];
  }

  /**
   * Compares whole beats.
   *
   * @param pass what was done, for the addresses
   */
  void compare(String pass, long address, byte[] expected, byte[] read) {
    for (int at = 0; at < expected.length; at += beatBytes) {
      beats++;
      if (!Arrays.equals(expected, at, at + beatBytes, read, at, at + beatBytes)) {
        add(pass, address + at, expected, read, at);
      }
    }
  }

  private void add(String pass, long address, byte[] expected, byte[] read, int at) {
    wrongBeats++;
    for (int bit = 0; bit < wrongOfBit.length; bit++) {
      int place = at + bit / Byte.SIZE;
      wrongOfBit[bit] += (expected[place] ^ read[place]) >> bit % Byte.SIZE & 1;
    }
    if (first.size() < MOST_ADDRESSES) {
      first.add(
          "0x%08x %s: expected %s, read %s"
              .formatted(address, pass, hex(expected, at), hex(read, at)));
    }
  }

  private String hex(byte[] bytes, int at) {
    return HexFormat.of().formatHex(bytes, at, at + beatBytes);
  }

  /** What was found. */
  StepResult result() {
    if (wrongBeats == 0) {
      return StepResult.passed("%,d beats of %d bytes came back".formatted(beats, beatBytes));
    }
    List<String> details = new ArrayList<>();
    int worst = 0;
    for (int bit = 0; bit < wrongOfBit.length; bit++) {
      worst = wrongOfBit[bit] > wrongOfBit[worst] ? bit : worst;
      if (wrongOfBit[bit] > 0) {
        details.add("data bit %d wrong in %,d beats".formatted(bit, wrongOfBit[bit]));
      }
    }
    int bits = details.size();
    details.addAll(first);
    String what = bits == 1 ? "always data bit " + worst : bits + " different data bits";
    return StepResult.failed(
        "%,d of %,d beats are wrong, %s; bytes in the order of their addresses"
            .formatted(wrongBeats, beats, what),
        details);
  }
}
