package dev.heddle.host.transport;

import dev.heddle.accel.Configuration;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** The registers of the machine at the byte offsets of its register window. */
public enum Register {
  /** {@link #MAGIC_VALUE}: tells a machine from anything else. */
  MAGIC(0x00),
  /** Version of the interface between host and machine. */
  VERSION(0x04),
  /** Hash of the configuration. */
  CONFIG_HASH(0x0c),
  /** Holds what was written. */
  SCRATCH(0x10),
  /** Address of the first descriptor, low half. */
  LIST_LOW(0x40),
  /** Address of the first descriptor, high half. */
  LIST_HIGH(0x44),
  /** Address of the completion records, low half. */
  RECORDS_LOW(0x48),
  /** Address of the completion records, high half. */
  RECORDS_HIGH(0x4c),
  /** Writing 1 starts the list. */
  DOORBELL(0x50),
  /** Bits {@link #BUSY}, {@link #DONE}, {@link #ERROR}, {@link #SATURATED}. */
  STATUS(0x54),
  /** Bit 0 lets a finished list raise the interrupt. */
  INTERRUPT_ENABLE(0x58),
  /** Writing 1 takes the interrupt down. */
  INTERRUPT_ACKNOWLEDGE(0x5c);

  /** The machine's magic number. */
  public static final int MAGIC_VALUE = 0x48454444;

  /** The interface version that this host speaks. */
  public static final int INTERFACE_VERSION = 1;

  /** STATUS: a list runs. */
  public static final int BUSY = 1;

  /** STATUS: the last list ended. */
  public static final int DONE = 2;

  /** STATUS: the last list ended with an error. */
  public static final int ERROR = 4;

  /** STATUS: a result was beyond fp32 and became the largest finite value. */
  public static final int SATURATED = 8;

  private final int offset;

  Register(int offset) {
    this.offset = offset;
  }

  /** The contents of {@link #CONFIG_HASH} in a machine of a configuration. */
  public static int hash(Configuration configuration) {
    CRC32C crc = new CRC32C();
    crc.update(configuration.toString().getBytes(StandardCharsets.UTF_8));
    return (int) crc.getValue();
  }

  /** Byte offset in the register window. */
  public int offset() {
    return offset;
  }
}
