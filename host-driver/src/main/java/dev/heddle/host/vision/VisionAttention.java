package dev.heddle.host.vision;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.format.ScoreScale;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.HeadEntry.Output;
import dev.heddle.accel.mask.AttentionMask;
import dev.heddle.accel.mask.Schedule;
import dev.heddle.host.device.Device;
import dev.heddle.host.device.HeadOutputs;
import dev.heddle.host.device.HeadQueries;
import dev.heddle.host.device.KeyValueLayout;
import dev.heddle.host.device.MemoryRegion;
import dev.heddle.host.mask.MaskCost;
import dev.heddle.host.mask.MaskScheduler;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The attention of all layers of a vision transformer with fixed masks, as one ATTEND descriptor.
 *
 * <pre>
 *   masks --ScheduleCompiler--> steps ------------.
 *   queries, keys, values --quantised--> entries --+--> ATTEND --> outputs
 * </pre>
 *
 * <p>An entry of the head table takes as many heads of a layer as the engine has rows and keys for.
 * Rows that see no key have zeros as output. The schedules are compiled once; {@link #rows} may be
 * called with any number of images.
 */
public final class VisionAttention {
  /** Room for descriptors and the completion record. */
  private static final int WORK_BYTES = 1024;

  /** How fast keys are taken to come: a line a cycle, what a port of 512 bits delivers. */
  private static final double LINES_PER_CYCLE = 1;

  /** Some heads of a layer: what one entry of the head table computes. */
  private record Part(int layer, int firstHead, AttentionMask mask, Schedule schedule) {
    int firstRow() {
      return firstHead * mask.queries();
    }

    int firstKey() {
      return firstHead * mask.keysPerHead();
    }
  }

  private final List<AttentionMask> layers;
  private final int keyDimension;
  private final int valueDimension;
  private final AttentionShape engine;
  private final Output output;
  private final List<Part> parts = new ArrayList<>();
  private final MaskCost cost;

  /**
   * Compiles the schedules and proves that they compute the masks.
   *
   * @param layers the mask of each layer
   * @param keyDimension elements of a query and of a key
   * @param valueDimension elements of a value
   * @param output whether outputs are rounded to codes, as a matrix product that follows takes them
   * @throws IllegalArgumentException when the engine of {@code configuration} cannot take them
   */
  public VisionAttention(
      Configuration configuration,
      List<AttentionMask> layers,
      int keyDimension,
      int valueDimension,
      Output output) {
    this.layers = List.copyOf(layers);
    this.keyDimension = keyDimension;
    this.valueDimension = valueDimension;
    this.output = output;
    engine = engine(configuration);
    if (output == Output.X8 && !engine.blocks()) {
      throw new IllegalArgumentException(
          "configuration %s writes no X8 codes; use configuration %s"
              .formatted(configuration.name(), Configuration.VISION.name()));
    }
    if (keyDimension > engine.keyDimension() || valueDimension > engine.valueDimension()) {
      throw new IllegalArgumentException(
          "keys of %d and values of %d elements, configuration %s takes up to %d and %d"
              .formatted(
                  keyDimension,
                  valueDimension,
                  configuration.name(),
                  engine.keyDimension(),
                  engine.valueDimension()));
    }
    List<MaskCost> costs = new ArrayList<>();
    for (int layer = 0; layer < layers.size(); layer++) {
      compile(layer, costs);
    }
    cost = costs.stream().reduce(MaskCost::plus).orElseThrow();
  }

  private static AttentionShape engine(Configuration configuration) {
    return configuration
        .attention()
        .filter(AttentionShape::schedule)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "configuration %s takes no schedules; use configuration %s or attentionSchedule=true"
                        .formatted(configuration.name(), Configuration.VISION.name())));
  }

  private void compile(int layer, List<MaskCost> costs) {
    AttentionMask mask = layers.get(layer);
    int together = Math.min(engine.rows() / mask.queries(), engine.keys() / mask.keysPerHead());
    if (together == 0 || mask.longestRow() > engine.longestRow()) {
      throw new IllegalArgumentException(
          "layer %d has %d queries and %d keys a head, and a row of %d keys; the attention engine takes up to %d rows, %d keys and rows of %d"
              .formatted(
                  layer,
                  mask.queries(),
                  mask.keysPerHead(),
                  mask.longestRow(),
                  engine.rows(),
                  engine.keys(),
                  engine.longestRow()));
    }
    if (output == Output.X8 && mask.emptyRows().length > 0) {
      throw new IllegalArgumentException(
          "layer %d has %d rows without keys, which an engine that writes codes does not take; use fp32 outputs"
              .formatted(layer, mask.emptyRows().length));
    }
    MaskScheduler scheduler = new MaskScheduler(engine);
    for (int head = 0; head < mask.heads(); head += together) {
      AttentionMask heads = mask.part(head, Math.min(mask.heads(), head + together));
      // Keys of later parts are loaded while those before compute.
      Schedule schedule =
          parts.isEmpty()
              ? scheduler.whileLoading(heads, LINES_PER_CYCLE)
              : scheduler.onChip(heads);
      costs.add(MaskCost.of(heads, schedule, engine.banks(), keyDimension));
      parts.add(new Part(layer, head, heads, schedule));
    }
  }

  /** What the work costs by calculation. */
  public MaskCost cost() {
    return cost;
  }

  /** Bytes of card memory that {@link #rows} takes. */
  public long memoryBytes() {
    long rows = layers.stream().mapToLong(AttentionMask::rows).sum();
    long row = (long) keyLines() * GoldenHead.LINE + 1 + outputBytes();
    long entries = (long) parts.size() * (HeadEntry.BYTES + 3 * GoldenHead.LINE);
    return keyBytes() + rows * row + entries + cost.scheduleBytes() + WORK_BYTES;
  }

  private int keyLines() {
    return GoldenHead.lines(keyDimension);
  }

  private int valueLines() {
    return GoldenHead.lines(valueDimension);
  }

  private int outputBytes() {
    return valueLines() * GoldenHead.LINE * Float.BYTES;
  }

  private KeyValueLayout layout(Part part) {
    return new KeyValueLayout(part.mask.keys(), keyLines(), valueLines());
  }

  /** Bytes of the keys, values and exponents of all parts. */
  private long keyBytes() {
    return parts.stream().mapToLong(part -> layout(part).bytes()).sum();
  }

  /**
   * Computes the attention of all layers.
   *
   * @return the output rows of each layer: {@code [layer][row][element]}
   * @throws IllegalArgumentException when the vectors are not those of the masks
   */
  public float[][][] rows(
      Device device, LayerVectors queries, LayerVectors keys, LayerVectors values) {
    MemoryRegion region = device.allocate(keyBytes(), "keys and values of all layers");
    try {
      ByteBuffer image = ByteBuffer.allocateDirect(Math.toIntExact(keyBytes()));
      List<HeadQueries> heads = new ArrayList<>();
      int at = 0;
      for (Part part : parts) {
        HeadEntry entry = entry(region.address() + at, part);
        put(part, keys, values, image, at);
        at += (int) layout(part).bytes();
        int first = part.firstRow();
        List<KvVector> rows =
            queries.layers().get(part.layer).subList(first, first + part.mask.rows());
        if (part.mask.nonZeros() > 0) {
          heads.add(new HeadQueries(entry, rows, part.mask.nonZeros()).scheduled(part.schedule));
        }
      }
      device.write(region, 0, image);
      return gather(heads.isEmpty() ? List.of() : device.attend(heads));
    } finally {
      device.free(region);
    }
  }

  private HeadEntry entry(long keys, Part part) {
    ScoreScale scale = ScoreScale.ofHeadDimension(keyDimension);
    return layout(part)
        .entry(keys)
        .with(HeadEntry.OUTPUT_FORMAT, output.ordinal())
        .with(HeadEntry.KEYS, part.mask.keys())
        .with(HeadEntry.MULTIPLIER, scale.multiplier())
        .with(HeadEntry.EXPONENT, scale.exponent());
  }

  /** Lays the keys, values and exponents of a part out. */
  private void put(Part part, LayerVectors keys, LayerVectors values, ByteBuffer image, int start) {
    KeyValueLayout layout = layout(part);
    for (int i = 0; i < layout.tokens(); i++) {
      KvVector key = keys.layers().get(part.layer).get(part.firstKey() + i);
      KvVector value = values.layers().get(part.layer).get(part.firstKey() + i);
      int exponents = start + (int) layout.exponents(i);
      key.write(image, start + (int) layout.key(i));
      value.write(image, start + (int) layout.value(i));
      image.put(exponents, (byte) key.exponent()).put(exponents + 1, (byte) value.exponent());
    }
  }

  private float[][][] gather(List<HeadOutputs> outputs) {
    float[][][] rows = new float[layers.size()][][];
    for (int layer = 0; layer < rows.length; layer++) {
      rows[layer] = new float[layers.get(layer).rows()][valueDimension];
    }
    Iterator<HeadOutputs> next = outputs.iterator();
    for (Part part : parts) {
      if (part.mask.nonZeros() == 0) {
        continue;
      }
      float[][] computed = next.next().rows();
      for (int row = 0; row < part.mask.rows(); row++) {
        // No step names a row without keys, so nothing was written for it.
        if (part.mask.rowLength(row) > 0) {
          float[] target = rows[part.layer][part.firstRow() + row];
          System.arraycopy(computed[row], 0, target, 0, valueDimension);
        }
      }
    }
    return rows;
  }
}
