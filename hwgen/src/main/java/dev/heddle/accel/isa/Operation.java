package dev.heddle.accel.isa;

import dev.heddle.accel.format.WeightFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a descriptor asks for, and the fields that say with what.
 *
 * <p>A descriptor is 64 bytes in card memory, little-endian, at a multiple of 64. All begin with
 * the {@link #HEADER}. Descriptors of one engine run in order; different engines run at the same
 * time, ordered only by tokens: a descriptor that waits for engine e takes a token which an earlier
 * descriptor of e released to it.
 */
public enum Operation {
  /** Copies {@code tokens} activation vectors into half {@code buffer} of the activation buffer. */
  LOAD(
      1,
      Engine.LOADER,
      "Copies activation vectors from card memory into half of the activation buffer.",
      new MemoryField("source", 8, 8, false, "address of the first vector image, a multiple of 64"),
      new MemoryField("stride", 16, 4, false, "bytes from one vector image to the next"),
      new MemoryField("blocks", 20, 2, false, "length of a vector in blocks of 32"),
      new MemoryField("tokens", 22, 1, false, "number of vectors"),
      new MemoryField("buffer", 23, 1, false, "half of the activation buffer, 0 or 1")),

  /**
   * Multiplies a matrix with the vectors in half {@code buffer}; results are fp32 in card memory.
   */
  MATMUL(
      2,
      Engine.MATMUL,
      "Multiplies a matrix with the vectors in half of the activation buffer; results are fp32.",
      new MemoryField("weights", 8, 8, false, "address of the weight image, a multiple of 64"),
      new MemoryField("port_stride", 16, 8, false, "bytes from one port's stream to the next"),
      new MemoryField("output", 24, 8, false, "address of the results, a multiple of 64"),
      new MemoryField(
          "output_stride",
          32,
          4,
          false,
          "bytes from one token's results to the next, a multiple of 64"),
      new MemoryField("row_tiles", 36, 4, false, "row tiles of the matrix"),
      new MemoryField("blocks", 40, 2, false, "length of a row in blocks of 32"),
      new MemoryField("tokens", 42, 1, false, "number of vectors"),
      new MemoryField("buffer", 43, 1, false, "half of the activation buffer, 0 or 1"),
      new MemoryField("format", 44, 1, false, "weight format: " + formats()),
      new MemoryField(
          "l0", 46, 2, true, "exponent of the accumulator's unit less that of the vector"),
      new MemoryField("port_beats", 48, 4, false, "beats of one port's stream")),

  /** Lets the query rows of the entries of a head table attend to their keys. */
  ATTEND(
      5,
      Engine.ATTENTION,
      "Lets the query rows of the entries of a head table attend to their keys.",
      new MemoryField("table", 8, 8, false, "address of the head table, a multiple of 64"),
      new MemoryField("entries", 16, 2, false, "entries of the table")),

  /** Lets the queries of the entries of a route table choose the blocks of keys that they see. */
  ROUTE(
      6,
      Engine.ROUTER,
      "Lets the queries of the entries of a route table choose the blocks of keys that they see.",
      new MemoryField("table", 8, 8, false, "address of the route table, a multiple of 64"),
      new MemoryField("entries", 16, 2, false, "entries of the table")),

  /** Summarises the blocks of keys of the entries of a summary table. */
  SUMMARISE(
      7,
      Engine.ROUTER,
      "Summarises the blocks of keys of the entries of a summary table.",
      new MemoryField("table", 8, 8, false, "address of the summary table, a multiple of 64"),
      new MemoryField("entries", 16, 2, false, "entries of the table")),

  /** Quantises the keys and values of the entries of an append table and writes them to caches. */
  APPEND(
      8,
      Engine.CACHE,
      "Quantises the keys and values of the entries of an append table and writes them to caches.",
      new MemoryField("table", 8, 8, false, "address of the append table, a multiple of 64"),
      new MemoryField("entries", 16, 2, false, "entries of the table")),

  /** Copies the keys and values of the entries of a copy table. */
  COPY(
      9,
      Engine.CACHE,
      "Copies the keys and values of the entries of a copy table.",
      new MemoryField("table", 8, 8, false, "address of the copy table, a multiple of 64"),
      new MemoryField("entries", 16, 2, false, "entries of the table")),

  /** Goes on with the list at {@code next}. */
  LINK(
      3,
      null,
      "Goes on with the list at another address.",
      new MemoryField("next", 8, 8, false, "address of the next descriptor")),

  /** Ends the list; when all engines are idle the machine is done and raises its interrupt. */
  END(
      4,
      null,
      "Ends the list; when all engines are idle the machine is done and raises its interrupt.");

  /** Bytes of a descriptor, and what addresses of descriptors are multiples of. */
  public static final int BYTES = 64;

  /** The operation's code. */
  public static final MemoryField CODE =
      new MemoryField(
          "operation",
          0,
          1,
          false,
          "what to do: 1 LOAD, 2 MATMUL, 3 LINK, 4 END, 5 ATTEND, 6 ROUTE, 7 SUMMARISE, 8 APPEND, 9 COPY");

  /** Engines whose token is taken before the start. */
  public static final MemoryField WAIT =
      new MemoryField(
          "wait", 1, 1, false, "mask of engines; a token of each is taken before the start");

  /** Engines that get a token at the end. */
  public static final MemoryField RELEASE =
      new MemoryField("release", 2, 1, false, "mask of engines; each is given a token at the end");

  /** The host's number for the descriptor. */
  public static final MemoryField TAG =
      new MemoryField("tag", 4, 4, false, "any number; it comes back in the completion record");

  /** Fields that every descriptor has. */
  public static final List<MemoryField> HEADER = List.of(CODE, WAIT, RELEASE, TAG);

  private final int code;
  private final Engine engine;
  private final String purpose;
  private final List<MemoryField> operands;

  Operation(int code, Engine engine, String purpose, MemoryField... operands) {
    this.code = code;
    this.engine = engine;
    this.purpose = purpose;
    this.operands = List.of(operands);
  }

  /** Number in the field {@link #CODE}. */
  public int code() {
    return code;
  }

  /** The engine that runs it; null for what the command fetch does itself. */
  public Engine engine() {
    return engine;
  }

  private static String formats() {
    return Arrays.stream(WeightFormat.values())
        .map(format -> format.ordinal() + " " + format)
        .collect(Collectors.joining(", "));
  }

  /** What it does, in one sentence for documentation. */
  public String purpose() {
    return purpose;
  }

  /** Fields of this operation, without the header. */
  public List<MemoryField> operands() {
    return operands;
  }

  /** Header and operands. */
  public List<MemoryField> fields() {
    List<MemoryField> fields = new ArrayList<>(HEADER);
    fields.addAll(operands);
    return fields;
  }

  /**
   * The operand called {@code name}.
   *
   * @throws IllegalArgumentException when the operation has none
   */
  public MemoryField operand(String name) {
    for (MemoryField field : operands) {
      if (field.name().equals(name)) {
        return field;
      }
    }
    throw new IllegalArgumentException("%s has no field %s".formatted(this, name));
  }

  /**
   * The operation with {@code code}.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static Operation of(long code) {
    for (Operation operation : values()) {
      if (operation.code == code) {
        return operation;
      }
    }
    throw new IllegalArgumentException("%d is not the code of an operation".formatted(code));
  }
}
