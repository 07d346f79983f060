package dev.heddle.host.transport;

import static dev.heddle.accel.format.WeightFormat.BLOCK;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.ActivationImage;
import dev.heddle.accel.format.Fp32;
import dev.heddle.accel.format.GoldenMatmul;
import dev.heddle.accel.format.QuantisedMatrix;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.format.WeightImage;
import dev.heddle.accel.format.WeightLayout;
import dev.heddle.accel.format.X8Vector;
import dev.heddle.accel.golden.CacheCheck;
import dev.heddle.accel.golden.GoldenAppend;
import dev.heddle.accel.golden.GoldenCopy;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.golden.GoldenRoute;
import dev.heddle.accel.golden.GoldenSummary;
import dev.heddle.accel.golden.HeadCheck;
import dev.heddle.accel.golden.RouteCheck;
import dev.heddle.accel.golden.SummaryImage;
import dev.heddle.accel.isa.AppendEntry;
import dev.heddle.accel.isa.CompletionRecord;
import dev.heddle.accel.isa.CopyEntry;
import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.Engine;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.MemoryEntry;
import dev.heddle.accel.isa.Operation;
import dev.heddle.accel.isa.RouteEntry;
import dev.heddle.accel.isa.SummaryEntry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Executes descriptor lists in Java with the golden arithmetic, engine by engine in token order.
 *
 * <p>It has no clock: the cycle counts of its completion records are zero, the beats and
 * multiplications those that the operands imply. What hardware would answer with garbage or by
 * hanging (a malformed descriptor, a list without end, tokens that never come) is a {@link
 * TransportException}.
 */
final class GoldenMachine {
  private static final int LONGEST_LIST = 1 << 20;

  private record MatrixKey(long address, WeightLayout layout) {
    boolean overlaps(long from, long to) {
      return from < address + layout.size() && address < to;
    }
  }

  private record Placed(Descriptor descriptor, long address) {
    @Override
    public String toString() {
      return "%s at 0x%x".formatted(descriptor, address);
    }
  }

  private final Configuration configuration;
  private final ByteBuffer memory;
  private final Map<MatrixKey, QuantisedMatrix> matrices = new HashMap<>();
  private final List<X8Vector[]> buffers = new ArrayList<>();
  private final TokenQueues tokens = new TokenQueues();
  private volatile boolean saturated;
  private long nextRecord;

  /** A machine of a configuration over its card memory. */
  GoldenMachine(Configuration configuration, ByteBuffer memory) {
    this.configuration = configuration;
    this.memory = memory.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    reset();
  }

  /** Forgets the activation buffer and all tokens. */
  void reset() {
    buffers.clear();
    buffers.add(new X8Vector[0]);
    buffers.add(new X8Vector[0]);
    tokens.clear();
    saturated = false;
  }

  /** Whether a result saturated since the reset. */
  boolean saturated() {
    return saturated;
  }

  /** Says that {@code memory[from .. to)} was written from outside. */
  void written(long from, long to) {
    matrices.keySet().removeIf(key -> key.overlaps(from, to));
  }

  /**
   * Runs a list to its end.
   *
   * @param list address of the first descriptor
   * @param records where completion records go, 0 for nowhere
   */
  void run(long list, long records) {
    nextRecord = records;
    tokens.clear();
    List<Placed> waiting = fetch(list);
    while (!waiting.isEmpty()) {
      boolean progress = false;
      for (Engine engine : Engine.values()) {
        int head = headOf(engine, waiting);
        if (head >= 0 && tokens.take(engine, waiting.get(head).descriptor())) {
          execute(waiting.remove(head), engine);
          progress = true;
        }
      }
      if (!progress) {
        throw new TransportException(deadlock(waiting));
      }
    }
  }

  private static int headOf(Engine engine, List<Placed> waiting) {
    for (int i = 0; i < waiting.size(); i++) {
      if (waiting.get(i).descriptor().operation().engine() == engine) {
        return i;
      }
    }
    return -1;
  }

  private String deadlock(List<Placed> waiting) {
    StringBuilder text =
        new StringBuilder("the descriptor list is deadlocked: no engine can start its next one");
    for (Engine engine : Engine.values()) {
      int head = headOf(engine, waiting);
      if (head >= 0) {
        Placed next = waiting.get(head);
        text.append("; ").append(engine).append(" lacks tokens of ");
        text.append(tokens.missing(engine, next.descriptor())).append(" for ").append(next);
      }
    }
    return text.toString();
  }

  private List<Placed> fetch(long list) {
    List<Placed> fetched = new ArrayList<>();
    long at = list;
    for (int count = 0; count < LONGEST_LIST; count++) {
      if (at < 0 || at % Operation.BYTES != 0 || at > memory.capacity() - Operation.BYTES) {
        throw new TransportException(
            "a descriptor at 0x%x: it must lie in card memory at a multiple of %d"
                .formatted(at, Operation.BYTES));
      }
      Placed placed = new Placed(decode(at), at);
      switch (placed.descriptor().operation()) {
        case END -> {
          return fetched;
        }
        case LINK -> at = placed.descriptor().value("next");
        default -> {
          fetched.add(placed);
          at += Operation.BYTES;
        }
      }
    }
    throw new TransportException(
        "the list at 0x%x has no END within %d descriptors".formatted(list, LONGEST_LIST));
  }

  private Descriptor decode(long at) {
    try {
      return Descriptor.decode(memory, (int) at);
    } catch (IllegalArgumentException e) {
      throw new TransportException("the descriptor at 0x%x: %s".formatted(at, e.getMessage()), e);
    }
  }

  private void execute(Placed placed, Engine engine) {
    Descriptor descriptor = placed.descriptor();
    try {
      CompletionRecord done =
          switch (engine) {
            case LOADER -> load(descriptor);
            case MATMUL -> multiply(descriptor);
            case ATTENTION -> attend(descriptor);
            case ROUTER -> route(descriptor);
            case CACHE -> cache(descriptor);
          };
      if (nextRecord != 0) {
        done.encode(memory, range(nextRecord, CompletionRecord.BYTES, "completion record"));
        nextRecord += CompletionRecord.BYTES;
      }
    } catch (IllegalArgumentException e) {
      throw new TransportException("%s: %s".formatted(placed, e.getMessage()), e);
    }
    tokens.give(engine, descriptor);
  }

  private CompletionRecord load(Descriptor load) {
    int blocks = between(load, "blocks", 1, configuration.maxBlocks());
    int vectors = between(load, "tokens", 1, configuration.maxTokens());
    int half = between(load, "buffer", 0, buffers.size() - 1);
    ActivationImage image = new ActivationImage(blocks);
    X8Vector[] loaded = new X8Vector[vectors];
    for (int i = 0; i < vectors; i++) {
      long source = load.value("source") + i * load.value("stride");
      loaded[i] = image.read(memory, range(source, image.size(), "activation vector"));
    }
    buffers.set(half, loaded);
    long beats = (long) vectors * image.size() / configuration.beatBytes();
    return new CompletionRecord(load.value(Operation.TAG), Engine.LOADER, 0, 0, 0, 0, beats, 0);
  }

  private CompletionRecord multiply(Descriptor matmul) {
    int blocks = between(matmul, "blocks", 1, configuration.maxBlocks());
    int vectors = between(matmul, "tokens", 1, configuration.maxTokens());
    int half = between(matmul, "buffer", 0, buffers.size() - 1);
    int format = between(matmul, "format", 0, WeightFormat.values().length - 1);
    int tiles = between(matmul, "row_tiles", 1, Integer.MAX_VALUE / configuration.rows() - 1);
    X8Vector[] activations = activations(half, vectors, blocks);
    int rows = tiles * configuration.rows();
    WeightLayout layout =
        new WeightLayout(WeightFormat.values()[format], rows, blocks * BLOCK, configuration);
    requireValue(matmul, "port_stride", layout.portStride());
    requireValue(matmul, "port_beats", layout.portBeats());
    QuantisedMatrix weights = weights(matmul.value("weights"), layout);
    int unit = (int) matmul.value("l0");
    long output = matmul.value("output");
    long stride = matmul.value("output_stride");
    long bytes = (long) rows * Float.BYTES;
    range(output, (vectors - 1) * stride + bytes, "result");
    IntStream.range(0, vectors)
        .parallel()
        .forEach(i -> row(weights, unit, activations[i], (int) (output + i * stride)));
    written(output, output + (vectors - 1) * stride + bytes);
    long products = (long) rows * blocks * BLOCK * vectors;
    return new CompletionRecord(
        matmul.value(Operation.TAG),
        Engine.MATMUL,
        0,
        0,
        0,
        0,
        layout.beatsRead(vectors),
        products);
  }

  private CompletionRecord attend(Descriptor attend) {
    AttentionShape shape =
        configuration
            .attention()
            .orElseThrow(() -> new IllegalArgumentException("the machine has no attention engine"));
    runTable(
        attend,
        "head table",
        HeadEntry.BYTES,
        HeadEntry::decode,
        entry -> {
          HeadCheck.require(shape, entry, memory);
          new GoldenHead(entry, memory, shape.lanes()).run();
          writtenBy(entry);
        });
    return new CompletionRecord(attend.value(Operation.TAG), Engine.ATTENTION, 0, 0, 0, 0, 0, 0);
  }

  /** Runs the entries of a table, one after the other. */
  private <E extends MemoryEntry<E>> void runTable(
      Descriptor descriptor,
      String name,
      int bytes,
      BiFunction<ByteBuffer, Integer, E> decode,
      Consumer<E> run) {
    int entries = between(descriptor, "entries", 1, 0xffff);
    int table = range(descriptor.value("table"), (long) entries * bytes, name);
    for (int i = 0; i < entries; i++) {
      E entry = decode.apply(memory, table + i * bytes);
      try {
        run.accept(entry);
      } catch (IndexOutOfBoundsException | ArithmeticException e) {
        throw new IllegalArgumentException(
            "entry %d of the %s reaches outside card memory: %s".formatted(i, name, entry), e);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "entry %d of the %s: %s".formatted(i, name, e.getMessage()), e);
      }
    }
  }

  private CompletionRecord route(Descriptor descriptor) {
    if (descriptor.operation() == Operation.SUMMARISE) {
      runTable(
          descriptor, "summary table", SummaryEntry.BYTES, SummaryEntry::decode, this::summarise);
    } else {
      runTable(descriptor, "route table", RouteEntry.BYTES, RouteEntry::decode, this::route);
    }
    return new CompletionRecord(descriptor.value(Operation.TAG), Engine.ROUTER, 0, 0, 0, 0, 0, 0);
  }

  private void route(RouteEntry entry) {
    RouteCheck.require(configuration, entry);
    new GoldenRoute(entry, memory).run();
    long output = entry.value(RouteEntry.OUTPUT);
    written(output, output + GoldenRoute.outputBytes(GoldenRoute.pages(entry)));
  }

  private void summarise(SummaryEntry entry) {
    RouteCheck.require(configuration, entry);
    new GoldenSummary(entry, memory).run();
    long summary = entry.value(SummaryEntry.SUMMARY);
    SummaryImage image = new SummaryImage((int) entry.value(SummaryEntry.KEY_LINES));
    written(summary, summary + image.bytes());
    long exponent = entry.value(SummaryEntry.SUMMARY_EXPONENT);
    written(exponent, exponent + 1);
  }

  private CompletionRecord cache(Descriptor descriptor) {
    if (descriptor.operation() == Operation.APPEND) {
      runTable(
          descriptor,
          "append table",
          AppendEntry.BYTES,
          AppendEntry::decode,
          entry -> {
            CacheCheck.require(configuration, entry);
            saturated |= new GoldenAppend(entry, memory).run();
            writtenTo(entry);
          });
    } else {
      runTable(
          descriptor,
          "copy table",
          CopyEntry.BYTES,
          CopyEntry::decode,
          entry -> {
            CacheCheck.require(configuration, entry);
            new GoldenCopy(entry, memory).run();
            writtenTo(entry);
          });
    }
    return new CompletionRecord(descriptor.value(Operation.TAG), Engine.CACHE, 0, 0, 0, 0, 0, 0);
  }

  /**
   * Tells of what an entry of an append or a copy table writes; both have it in the same fields.
   */
  private void writtenTo(MemoryEntry<?> entry) {
    long rows = entry.value(AppendEntry.ROWS);
    long keys = entry.value(AppendEntry.KEY_ROWS);
    long values = entry.value(AppendEntry.VALUE_ROWS);
    long exponents = entry.value(AppendEntry.KEY_EXPONENTS);
    written(keys, keys + rows * entry.value(AppendEntry.KEY_LINES) * GoldenHead.LINE);
    written(values, values + rows * entry.value(AppendEntry.VALUE_LINES) * GoldenHead.LINE);
    written(exponents, exponents + rows * AppendEntry.EXPONENT_BYTES);
  }

  private void writtenBy(HeadEntry entry) {
    long rows = entry.value(HeadEntry.ROWS);
    long output = entry.value(HeadEntry.OUTPUT);
    written(output, output + rows * entry.value(HeadEntry.OUTPUT_STRIDE));
    if (entry.value(HeadEntry.OUTPUT_FORMAT) == HeadEntry.Output.X8.ordinal()) {
      long blocks = entry.value(HeadEntry.VALUE_LINES) * GoldenHead.LINE / BLOCK;
      long exponents = entry.value(HeadEntry.OUTPUT_EXPONENTS);
      written(exponents, exponents + rows * blocks);
    }
  }

  private X8Vector[] activations(int half, int vectors, int blocks) {
    X8Vector[] loaded = buffers.get(half);
    if (loaded.length < vectors || loaded[0].blocks() != blocks) {
      throw new IllegalArgumentException(
          "half %d of the activation buffer holds %s, not %d vectors of %d blocks"
              .formatted(
                  half,
                  loaded.length == 0
                      ? "nothing"
                      : loaded.length + " vectors of " + loaded[0].blocks() + " blocks",
                  vectors,
                  blocks));
    }
    return loaded;
  }

  private QuantisedMatrix weights(long address, WeightLayout layout) {
    int start = range(address, layout.size(), "weight image");
    return matrices.computeIfAbsent(
        new MatrixKey(address, layout), key -> WeightImage.read(layout, memory, start));
  }

  private void row(QuantisedMatrix weights, int unit, X8Vector activations, int output) {
    float[] results = new float[weights.rows()];
    GoldenMatmul.multiply(weights, unit, activations, results, 0);
    ByteBuffer target = memory.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < results.length; i++) {
      target.putFloat(output + i * Float.BYTES, results[i]);
      if (Math.abs(results[i]) == Float.MAX_VALUE) {
        int exponent = activations.maxExponent() + unit;
        long accumulator = GoldenMatmul.accumulate(weights, i, activations, unit);
        if (Fp32.fromAccumulatorSaturates(accumulator, exponent)) {
          saturated = true;
        }
      }
    }
  }

  private static int between(Descriptor descriptor, String operand, int least, int most) {
    long value = descriptor.value(operand);
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s is %d, outside [%d, %d]".formatted(operand, value, least, most));
    }
    return (int) value;
  }

  private static void requireValue(Descriptor descriptor, String operand, long wanted) {
    if (descriptor.value(operand) != wanted) {
      throw new IllegalArgumentException(
          "%s must be %d for this matrix".formatted(operand, wanted));
    }
  }

  private int range(long address, long bytes, String what) {
    if (address < 0 || address % ActivationImage.ALIGNMENT != 0) {
      throw new IllegalArgumentException(
          "a %s at 0x%x, not at a multiple of %d"
              .formatted(what, address, ActivationImage.ALIGNMENT));
    }
    if (address > memory.capacity() - bytes) {
      throw new IllegalArgumentException(
          "a %s of %d bytes at 0x%x does not lie in card memory (%d bytes)"
              .formatted(what, bytes, address, memory.capacity()));
    }
    return (int) address;
  }
}
