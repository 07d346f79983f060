package dev.heddle.host.device;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.CardMemory;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.QuantisedMatrix;
import dev.heddle.accel.format.WeightImage;
import dev.heddle.accel.format.WeightLayout;
import dev.heddle.accel.format.X8Vector;
import dev.heddle.accel.golden.CacheCheck;
import dev.heddle.accel.golden.HeadCheck;
import dev.heddle.accel.golden.RouteCheck;
import dev.heddle.accel.isa.AttentionCounter;
import dev.heddle.accel.isa.CompletionRecord;
import dev.heddle.accel.isa.CopyEntry;
import dev.heddle.accel.isa.Engine;
import dev.heddle.accel.isa.MachineRegisters;
import dev.heddle.accel.isa.SummaryEntry;
import dev.heddle.host.transport.Transport;
import dev.heddle.lib.Registers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A machine that is open for work. Weights are uploaded once and stay, or stay here and are written
 * whenever they are needed; a product writes its vectors, rings the doorbell of a descriptor list
 * and reads the results. Keys and values lie where their owner has put them; {@link #attend} brings
 * the queries.
 *
 * <pre>{@code
 * try (Device device = Device.open(new GoldenTransport(configuration, bytes), configuration)) {
 *   DeviceMatrix weights = device.upload(matrix);
 *   float[][] y = device.multiply(weights, List.of(X8Vector.quantise(x)));
 * }
 * }</pre>
 *
 * <p>The results are those of {@link dev.heddle.accel.format.GoldenMatmul} and {@link
 * dev.heddle.accel.format.GoldenAttention}, bit for bit, on every device and configuration. A
 * device belongs to one thread at a time. What the transport cannot do is its {@code
 * TransportException}.
 */
public final class Device implements AutoCloseable {
  /** How long a list may take unless said otherwise. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(10);

  private final Transport transport;
  private final Configuration configuration;
  private final Registers registers;
  private final MemoryAllocator memory;
  private final ListRunner runner;
  private final ProductCounts productCounts = new ProductCounts();
  private final ResidentProducts residentProducts;
  private MatrixProducts products;
  private MemoryRegion attendWork;
  private long attentionCycles;
  private long attentionProducts;
  private long appendCycles;

  private Device(Transport transport, Configuration configuration, Duration timeout) {
    this.transport = transport;
    this.configuration = configuration;
    this.registers = new Registers(MachineRegisters.of(configuration), transport.registerBus(), 0);
    this.memory =
        new MemoryAllocator(
            Math.min(
                transport.describe().memoryBytes(), 1L << CardMemory.addressBits(configuration)));
    this.runner = new ListRunner(transport, registers, timeout);
    this.residentProducts = new ResidentProducts(transport, memory, runner, productCounts);
    this.products = residentProducts;
  }

  /** Opens a device with {@link #DEFAULT_TIMEOUT}. */
  public static Device open(Transport transport, Configuration configuration) {
    return open(transport, configuration, DEFAULT_TIMEOUT);
  }

  /**
   * Resets the machine and checks that it is what the host expects. The device owns the transport
   * from then on; when opening fails, the transport is closed.
   *
   * @param timeout how long a descriptor list may take
   * @throws DeviceException when it is no such machine
   */
  public static Device open(Transport transport, Configuration configuration, Duration timeout) {
    try {
      transport.reset();
      Identity.check(transport, configuration);
      Device device = new Device(transport, configuration, timeout);
      device.registers.write("INTERRUPT_ENABLE", "done", 1);
      return device;
    } catch (RuntimeException e) {
      transport.close();
      throw e;
    }
  }

  /** The machine's configuration. */
  public Configuration configuration() {
    return configuration;
  }

  /** What the device is, for messages. */
  public String description() {
    return transport.describe().toString();
  }

  /** What was done since the device was opened. */
  public Counters counters() {
    return new Counters(
        runner.count(),
        registers.read("CYCLES"),
        productCounts.payloadBytes(),
        productCounts.products(),
        productCounts.streamedBytes(),
        registers.read("STALLED_MEMORY"),
        registers.read("STALLED_TOKENS"),
        attentionCycles,
        attentionProducts,
        appendCycles,
        attentionCounts());
  }

  private Map<AttentionCounter, Long> attentionCounts() {
    Map<AttentionCounter, Long> counts = new EnumMap<>(AttentionCounter.class);
    if (configuration.attention().isPresent()) {
      for (AttentionCounter counter : AttentionCounter.values()) {
        counts.put(counter, registers.read(counter.register()));
      }
    }
    return counts;
  }

  /** Bytes of card memory that nothing lies in. */
  public long freeBytes() {
    return memory.freeBytes();
  }

  /**
   * Takes a region of card memory.
   *
   * @param what what it is for, for the message
   * @throws DeviceException when no free piece is large enough
   */
  public MemoryRegion allocate(long bytes, String what) {
    return memory.allocate(bytes, what);
  }

  /** Gives a region of {@link #allocate} back. */
  public void free(MemoryRegion region) {
    memory.free(region);
  }

  /** Writes what remains of {@code source} into a region from {@code offset} on. */
  public void write(MemoryRegion region, long offset, ByteBuffer source) {
    if (offset < 0 || offset > region.bytes() - source.remaining()) {
      throw new IllegalArgumentException(
          "%d bytes at offset %d of a region of %s".formatted(source.remaining(), offset, region));
    }
    transport.writeBlock(region.address() + offset, source);
  }

  /** Whether a result exceeded fp32 since the device was opened and was saturated. */
  public boolean saturated() {
    return registers.read("STATUS", "saturated") != 0;
  }

  /** Uploads a matrix without telling of the progress. */
  public DeviceMatrix upload(QuantisedMatrix matrix) {
    return upload(matrix, UploadProgress.NONE);
  }

  /**
   * Packs a matrix for this machine and writes it to card memory, where it stays. What is there
   * already is not written again where the transport can tell.
   *
   * @throws DeviceException when its rows are too long for the configuration or memory is full
   */
  public DeviceMatrix upload(QuantisedMatrix matrix, UploadProgress progress) {
    requireRowLength(matrix);
    WeightImage image = WeightImage.pack(matrix, configuration);
    WeightLayout layout = image.layout();
    MemoryRegion region = memory.allocate(layout.size(), matrix.toString());
    Upload.run(transport, region.address(), image.bytes(), progress);
    return new ResidentMatrix(layout, image.accumulatorUnit(), region.address());
  }

  /**
   * Packs a matrix for this machine and keeps it here: each product writes it to card memory, some
   * row tiles at a time. That needs a window ({@link #openWindow}).
   *
   * @throws DeviceException when its rows are too long for the configuration
   */
  public DeviceMatrix stream(QuantisedMatrix matrix) {
    requireRowLength(matrix);
    return new StreamedMatrix(WeightImage.pack(matrix, configuration));
  }

  /**
   * Takes the card memory through which streamed matrices pass, with the vectors, results and lists
   * of all products from now on.
   *
   * @throws DeviceException when no free piece is as large
   */
  public void openWindow(long bytes) {
    MemoryRegion window = memory.allocate(bytes, "a window for weights");
    products = new StreamedProducts(transport, window, runner, productCounts);
  }

  /** Takes the card memory that products of resident matrices will need. */
  public void reserve(ProductMemory bytes) {
    residentProducts.reserve(bytes);
  }

  private void requireRowLength(QuantisedMatrix matrix) {
    if (matrix.blocks() <= configuration.maxBlocks()) {
      return;
    }
    String remedy =
        Configuration.shipped().stream()
            .filter(shipped -> shipped.maxBlocks() >= matrix.blocks())
            .findFirst()
            .map(shipped -> "use configuration " + shipped.name())
            .orElse("no shipped configuration takes it");
    throw new DeviceException(
        "a %s has rows of %d blocks, but configuration %s takes at most %d; %s, or maxBlocks=%d"
            .formatted(
                matrix,
                matrix.blocks(),
                configuration.name(),
                configuration.maxBlocks(),
                remedy,
                matrix.blocks()));
  }

  /** {@code y = W x} for each of the vectors: {@code [vector][row]}. */
  public float[][] multiply(DeviceMatrix matrix, List<X8Vector> vectors) {
    return multiply(List.of(matrix), vectors).get(0);
  }

  /**
   * Multiplies several matrices with the same vectors, which are written once.
   *
   * @param matrices matrices of this device with equal row length
   * @param vectors any number of vectors; more than {@code maxTokens} are taken in turns
   * @return for each matrix {@code [vector][row]}
   */
  public List<float[][]> multiply(List<DeviceMatrix> matrices, List<X8Vector> vectors) {
    requireShapes(matrices, vectors);
    return products.multiply(List.copyOf(matrices), vectors);
  }

  /** {@link #attend(List, List, List)} with nothing to summarise or to append. */
  public List<HeadOutputs> attend(List<HeadQueries> heads) {
    return attend(heads, List.of(), List.of());
  }

  /**
   * Lets query rows attend to keys and values that lie in card memory.
   *
   * @param heads the entries of the head table, of which all or none let the machine choose pages
   * @param summaries blocks of keys that are summarised first
   * @param rows keys and values that are appended before that
   * @return what each entry gave
   * @throws IllegalArgumentException when an engine cannot take an entry
   * @throws DeviceException when there is no attention engine
   */
  public List<HeadOutputs> attend(
      List<HeadQueries> heads, List<SummaryEntry> summaries, List<NewRows> rows) {
    AttentionShape shape =
        configuration
            .attention()
            .orElseThrow(
                () ->
                    new DeviceException(
                        "configuration %s has no attention engine"
                            .formatted(configuration.name())));
    AttendList list = new AttendList(heads, summaries, rows);
    int written = list.writtenBytes();
    attendWork =
        memory.atLeast(attendWork, (long) written + list.readBytes(), "queries and outputs");
    ByteBuffer source = list.encode(attendWork.address());
    for (HeadQueries head : heads) {
      HeadCheck.require(shape, head.entry(), head.lists());
      head.route().ifPresent(route -> RouteCheck.require(configuration, route));
    }
    summaries.forEach(summary -> RouteCheck.require(configuration, summary));
    rows.forEach(row -> CacheCheck.require(configuration, row.entry()));
    transport.writeBlock(attendWork.address(), source);
    long results = attendWork.address() + written;
    runner.run(attendWork.address(), results + list.recordOffset());
    ByteBuffer bytes = ByteBuffer.allocateDirect(list.readBytes()).order(ByteOrder.LITTLE_ENDIAN);
    transport.readBlock(results, bytes);
    bytes.flip();
    attentionCycles += list.cycles(Engine.ATTENTION, bytes);
    appendCycles += list.cycles(Engine.CACHE, bytes);
    attentionProducts += list.products();
    return list.decode(bytes);
  }

  /**
   * Copies keys and values in card memory, an entry after the other.
   *
   * @throws IllegalArgumentException when the machine cannot take an entry
   */
  public void copy(List<CopyEntry> entries) {
    entries.forEach(entry -> CacheCheck.require(configuration, entry));
    CopyList list = new CopyList(entries);
    long records = (long) list.engineDescriptors() * CompletionRecord.BYTES;
    attendWork = memory.atLeast(attendWork, list.bytes() + records, "a table of rows to copy");
    transport.writeBlock(attendWork.address(), list.encode(attendWork.address()));
    runner.run(attendWork.address(), attendWork.address() + list.bytes());
  }

  private void requireShapes(List<DeviceMatrix> matrices, List<X8Vector> vectors) {
    if (matrices.isEmpty() || vectors.isEmpty()) {
      throw new IllegalArgumentException("a product needs at least one matrix and one vector");
    }
    int blocks = matrices.get(0).layout().blocks();
    for (DeviceMatrix matrix : matrices) {
      if (!matrix.layout().configuration().equals(configuration)) {
        throw new IllegalArgumentException(
            "a matrix packed for configuration %s on a device of configuration %s"
                .formatted(matrix.layout().configuration().name(), configuration.name()));
      }
      if (matrix.layout().blocks() != blocks) {
        throw new IllegalArgumentException(
            "matrices with rows of %d and of %d blocks cannot share their vectors"
                .formatted(blocks, matrix.layout().blocks()));
      }
    }
    for (X8Vector vector : vectors) {
      if (vector.blocks() != blocks) {
        throw new IllegalArgumentException(
            "a vector of %d blocks for matrices with rows of %d"
                .formatted(vector.blocks(), blocks));
      }
    }
  }

  /** Closes the transport. */
  @Override
  public void close() {
    transport.close();
  }
}
