package dev.heddle.lib;

/** What software and hardware do with a field of a register. */
public enum FieldAccess {
  /** Software writes and reads back; hardware reads. */
  READ_WRITE("RW", true, true),
  /** Hardware drives; software reads. */
  READ_ONLY("RO", true, false),
  /** A number that never changes. */
  CONSTANT("const", true, false),
  /** Hardware sets bits and they stay; software reads, and clears those that it writes as one. */
  EVENT("W1C", true, true),
  /** Bits that software writes as one are one for a cycle in hardware; reads as zero. */
  PULSE("pulse", false, true);

  private final String mark;
  private final boolean readable;
  private final boolean writable;

  FieldAccess(String mark, boolean readable, boolean writable) {
    this.mark = mark;
    this.readable = readable;
    this.writable = writable;
  }

  /** Short form for tables. */
  public String mark() {
    return mark;
  }

  /** Whether reading says something. */
  public boolean isReadable() {
    return readable;
  }

  /** Whether writing does something. */
  public boolean isWritable() {
    return writable;
  }

  /** What software may do, as CMSIS-SVD and IP-XACT call it. */
  public String standardName() {
    return standardName(readable, writable);
  }

  /** As {@link #standardName()}, of several fields together. */
  static String standardName(boolean readable, boolean writable) {
    return readable && writable ? "read-write" : readable ? "read-only" : "write-only";
  }
}
