package dev.heddle.host.runtime;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.QuantisedMatrix;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.format.WeightLayout;
import dev.heddle.host.device.Device;
import dev.heddle.host.device.DeviceException;
import dev.heddle.host.device.DeviceMatrix;
import dev.heddle.host.device.ProductMemory;
import dev.heddle.host.device.UploadProgress;
import dev.heddle.host.device.WeightPlacement;
import dev.heddle.host.model.LlamaTensors;
import dev.heddle.host.model.ModelFile;
import dev.heddle.host.model.Tensor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The weights of a Llama model: matrices in card memory or on their way to it, vectors on the host.
 *
 * @param layers transformer blocks
 * @param outputNorm weights of the norm in front of the output matrix
 * @param output the output matrix
 * @param placement which matrices stay in card memory
 */
record LlamaWeights(
    List<Layer> layers, float[] outputNorm, DeviceMatrix output, WeightPlacement placement) {
  /** The matrices of a layer, in the order of their use; those of a product share vectors. */
  private static final List<List<String>> PRODUCTS =
      List.of(
          List.of("attn_q", "attn_k", "attn_v"),
          List.of("attn_output"),
          List.of("ffn_gate", "ffn_up"),
          List.of("ffn_down"));

  /**
   * A transformer block.
   *
   * @param attentionNorm weights of the norm in front of {@code projections}
   * @param projections query, key and value matrices
   * @param attentionOutput the matrix behind the attention
   * @param ffnNorm weights of the norm in front of {@code expansions}
   * @param expansions gate and up matrices
   * @param down the matrix back to the model's width
   */
  record Layer(
      float[] attentionNorm,
      List<DeviceMatrix> projections,
      DeviceMatrix attentionOutput,
      float[] ffnNorm,
      List<DeviceMatrix> expansions,
      DeviceMatrix down) {}

  /** The tensors that become matrices of the device, in the order of their use, by product. */
  static List<List<Tensor>> products(ModelFile model) {
    List<List<Tensor>> products = new ArrayList<>();
    for (int layer = 0; layer < model.shape().layers(); layer++) {
      for (List<String> product : PRODUCTS) {
        int n = layer;
        products.add(product.stream().map(part -> model.tensor(n, part)).toList());
      }
    }
    products.add(List.of(model.output()));
    return products;
  }

  /** How the matrices of the products of a model lie in card memory. */
  static List<List<WeightLayout>> layouts(
      ModelFile model, WeightFormat otherwise, Configuration configuration) {
    return products(model).stream()
        .map(product -> product.stream().map(t -> layout(t, otherwise, configuration)).toList())
        .toList();
  }

  private static WeightLayout layout(
      Tensor tensor, WeightFormat otherwise, Configuration configuration) {
    WeightFormat format = tensor.type().weightFormat().orElse(otherwise);
    return new WeightLayout(format, tensor.rows(), tensor.columns(), configuration);
  }

  /**
   * Uploads the matrices of a model, or those of them for which there is room.
   *
   * @param products its {@link #layouts}
   * @throws DeviceException when the others cannot be streamed either
   */
  static LlamaWeights upload(
      ModelFile model,
      List<List<WeightLayout>> products,
      Device device,
      WeightFormat otherwise,
      UploadProgress progress) {
    ProductMemory work = ProductMemory.of(products);
    List<WeightLayout> matrices = products.stream().flatMap(List::stream).toList();
    WeightPlacement placement = WeightPlacement.allResident(matrices);
    boolean fits = placement.residentBytes() + work.bytes() <= device.freeBytes();
    if (!fits) {
      requireWindow(model, device, placement.residentBytes(), matrices);
      placement = WeightPlacement.of(matrices, device.freeBytes());
    }
    LlamaWeights weights = new Uploader(device, otherwise, progress, placement).upload(model);
    if (fits) {
      device.reserve(work);
    } else {
      device.openWindow(device.freeBytes());
    }
    return weights;
  }

  private static void requireWindow(
      ModelFile model, Device device, long bytes, List<WeightLayout> matrices) {
    long least = WeightPlacement.leastBytes(matrices);
    if (least > device.freeBytes()) {
      throw new DeviceException(
          "the weights of %s take %,d bytes, and to stream them takes %,d bytes of card memory for some rows, but %,d are free on %s; use a board with more memory, a configuration of fewer lanes, or a model with shorter rows"
              .formatted(model.name(), bytes, least, device.freeBytes(), device.description()));
    }
  }

  /** Uploads one matrix after the other and tells of the whole. */
  private static final class Uploader {
    private final Device device;
    private final WeightFormat otherwise;
    private final UploadProgress progress;
    private final WeightPlacement placement;
    private int number;
    private long before;
    private long skippedBefore;

    Uploader(
        Device device, WeightFormat otherwise, UploadProgress progress, WeightPlacement placement) {
      this.device = device;
      this.otherwise = otherwise;
      this.progress = progress;
      this.placement = placement;
    }

    LlamaWeights upload(ModelFile model) {
      List<List<DeviceMatrix>> matrices = new ArrayList<>();
      for (List<Tensor> product : products(model)) {
        matrices.add(product.stream().map(this::place).toList());
      }
      Iterator<List<DeviceMatrix>> next = matrices.iterator();
      List<Layer> layers = new ArrayList<>();
      for (int n = 0; n < model.shape().layers(); n++) {
        layers.add(
            new Layer(
                model.tensor(n, "attn_norm").floats(),
                next.next(),
                next.next().get(0),
                model.tensor(n, "ffn_norm").floats(),
                next.next(),
                next.next().get(0)));
      }
      return new LlamaWeights(
          List.copyOf(layers),
          model.tensor(LlamaTensors.OUTPUT_NORM).floats(),
          next.next().get(0),
          placement);
    }

    private DeviceMatrix place(Tensor tensor) {
      QuantisedMatrix matrix = tensor.quantised(otherwise);
      if (!placement.isResident(number++)) {
        return device.stream(matrix);
      }
      long[] skipped = {0};
      DeviceMatrix uploaded =
          device.upload(
              matrix,
              (done, there, size) -> {
                skipped[0] = there;
                progress.update(before + done, skippedBefore + there, placement.residentBytes());
              });
      before += uploaded.layout().size();
      skippedBefore += skipped[0];
      return uploaded;
    }
  }
}
