package dev.heddle.host.runtime;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.host.device.Device;
import dev.heddle.host.device.UploadProgress;
import dev.heddle.host.model.ModelFile;
import dev.heddle.host.transport.GoldenTransport;

/** A model loaded on a golden device that has exactly the memory the runtime asks for. */
record GoldenModel(LlamaRuntime runtime) implements AutoCloseable {
  static GoldenModel load(ModelFile model, Configuration configuration) {
    return load(model, configuration, WeightFormat.Q8_0);
  }

  static GoldenModel load(ModelFile model, Configuration configuration, WeightFormat format) {
    return load(model, configuration, format, AttentionPattern.DENSE);
  }

  static GoldenModel load(
      ModelFile model, Configuration configuration, WeightFormat format, AttentionPattern pattern) {
    long bytes = LlamaRuntime.memoryBytes(model, format, pattern, configuration);
    Device device = Device.open(new GoldenTransport(configuration, bytes), configuration);
    return new GoldenModel(LlamaRuntime.load(model, device, format, pattern, UploadProgress.NONE));
  }

  @Override
  public void close() {
    runtime.device().close();
  }
}
