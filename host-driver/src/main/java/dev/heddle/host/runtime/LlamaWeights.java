package dev.heddle.host.runtime;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.format.WeightLayout;
import dev.heddle.host.device.Device;
import dev.heddle.host.device.DeviceException;
import dev.heddle.host.device.DeviceMatrix;
import dev.heddle.host.device.UploadProgress;
import dev.heddle.host.model.LlamaShape;
import dev.heddle.host.model.LlamaTensors;
import dev.heddle.host.model.ModelFile;
import dev.heddle.host.model.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The weights of a Llama model: matrices in card memory, vectors on the host.
 *
 * @param layers transformer blocks
 * @param outputNorm weights of the norm in front of the output matrix
 * @param output the output matrix
 */
record LlamaWeights(List<Layer> layers, float[] outputNorm, DeviceMatrix output) {
  /** The matrices of a layer, in the order of their use. */
  private static final List<String> MATRICES =
      List.of("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down");

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

  /** The tensors that become matrices of the device. */
  static List<Tensor> matrices(ModelFile model) {
    List<Tensor> tensors = new ArrayList<>();
    for (int layer = 0; layer < model.shape().layers(); layer++) {
      for (String part : MATRICES) {
        tensors.add(model.tensor(layer, part));
      }
    }
    tensors.add(model.output());
    return tensors;
  }

  /** Bytes that a matrix takes in card memory. */
  static long imageBytes(Tensor tensor, WeightFormat otherwise, Configuration configuration) {
    WeightFormat format = tensor.type().weightFormat().orElse(otherwise);
    return new WeightLayout(format, tensor.rows(), tensor.columns(), configuration).size();
  }

  /** Uploads the matrices of a model. */
  static LlamaWeights upload(
      ModelFile model, Device device, WeightFormat otherwise, UploadProgress progress) {
    Configuration configuration = device.configuration();
    long total = 0;
    for (Tensor tensor : matrices(model)) {
      total += imageBytes(tensor, otherwise, configuration);
    }
    if (total > device.freeBytes()) {
      throw new DeviceException(
          "the weights of %s take %,d bytes of card memory, but %,d are free on %s; use a board with more memory, a smaller model, or weights of fewer bits"
              .formatted(model.name(), total, device.freeBytes(), device.description()));
    }
    Uploader uploader = new Uploader(device, otherwise, progress, total);
    LlamaShape shape = model.shape();
    List<Layer> layers = new ArrayList<>();
    for (int n = 0; n < shape.layers(); n++) {
      List<DeviceMatrix> matrices = new ArrayList<>();
      for (String part : MATRICES) {
        matrices.add(uploader.upload(model.tensor(n, part)));
      }
      layers.add(
          new Layer(
              model.tensor(n, "attn_norm").floats(),
              List.copyOf(matrices.subList(0, 3)),
              matrices.get(3),
              model.tensor(n, "ffn_norm").floats(),
              List.copyOf(matrices.subList(4, 6)),
              matrices.get(6)));
    }
    return new LlamaWeights(
        List.copyOf(layers),
        model.tensor(LlamaTensors.OUTPUT_NORM).floats(),
        uploader.upload(model.output()));
  }

  /** Uploads one matrix after the other and tells of the whole. */
  private static final class Uploader {
    private final Device device;
    private final WeightFormat otherwise;
    private final UploadProgress progress;
    private final long total;
    private long before;
    private long skippedBefore;

    Uploader(Device device, WeightFormat otherwise, UploadProgress progress, long total) {
      this.device = device;
      this.otherwise = otherwise;
      this.progress = progress;
      this.total = total;
    }

    DeviceMatrix upload(Tensor tensor) {
      long[] skipped = {0};
      DeviceMatrix matrix =
          device.upload(
              tensor.quantised(otherwise),
              (done, there, size) -> {
                skipped[0] = there;
                progress.update(before + done, skippedBefore + there, total);
              });
      before += matrix.layout().size();
      skippedBefore += skipped[0];
      return matrix;
    }
  }
}
