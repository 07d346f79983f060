package dev.heddle.host.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heddle.accel.format.Fp16;
import dev.heddle.accel.format.QuantisedMatrix;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.host.tokenizer.ScoredPieces;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFileTest {
  @TempDir Path folder;

  @Test
  void theShippedModelIsWhatItsDescriptionSays() {
    try (ModelFile tale = ShippedModel.tale()) {
      assertThat(tale.name()).isEqualTo("tale-800k");
      assertThat(tale.shape())
          .isEqualTo(
              new LlamaShape(
                  4,
                  128,
                  4,
                  2,
                  32,
                  352,
                  512,
                  256,
                  1e-5f,
                  10_000,
                  1,
                  RopePairing.INTERLEAVED,
                  true));
      assertThat(tale.tensorNames()).hasSize(38).contains("blk.3.ffn_down.weight");
      long parameters =
          tale.tensorNames().stream()
              .map(tale::tensor)
              .mapToLong(t -> (long) t.rows() * t.columns())
              .sum();
      assertThat(parameters).isEqualTo(803_968);
      Tensor q = tale.tensor(0, "attn_k");
      assertThat(q.type()).isEqualTo(TensorType.Q8_0);
      assertThat(q.columns()).isEqualTo(128);
      assertThat(q.rows()).isEqualTo(64);
      assertThat(tale.output()).isSameAs(tale.tensor("token_embd.weight"));
      assertThat(tale.tokenizer().bos()).isEqualTo(511);
      assertThat(tale.tokenizer().prependsBos()).isTrue();
      assertThat(tale.tokenizer().endsGeneration(511)).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tale-800k.gguf", "tale-800k-q4_0.gguf"})
  void quantisedWeightsAreNearTheFloatsTheyCameFrom(String name) {
    try (ModelFile exact = ModelFile.open(SharedModels.path("tale-800k-f32.gguf"));
        ModelFile quantised = ModelFile.open(SharedModels.path(name))) {
      for (String tensor : exact.tensorNames()) {
        float[] expected = exact.tensor(tensor).floats();
        float[] actual = quantised.tensor(tensor).floats();
        float largest = 0;
        for (float value : expected) {
          largest = Math.max(largest, Math.abs(value));
        }
        float step = quantised.tensor(tensor).type() == TensorType.Q4_0 ? 1 / 8f : 1 / 127f;
        float furthest = 0;
        for (int i = 0; i < expected.length; i++) {
          furthest = Math.max(furthest, Math.abs(expected[i] - actual[i]));
        }
        assertThat(furthest).as(tensor).isLessThanOrEqualTo(largest * step);
      }
    }
  }

  @Test
  void aLlama2cCheckpointHasGgufNamesAndItsOwnNumbers() throws IOException {
    Path path = SharedModels.path("stories260K.bin");
    try (ModelFile model = ModelFile.open(path)) {
      assertThat(model.shape())
          .isEqualTo(
              new LlamaShape(
                  5, 64, 8, 4, 8, 172, 512, 512, 1e-5f, 10_000, 1, RopePairing.INTERLEAVED, true));
      ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
      int afterEmbedding = 28 + 4 * 64 * 512;
      int afterNorms = afterEmbedding + 4 * 5 * 64;
      assertThat(model.tensor(3, "attn_norm").floats()[5])
          .isEqualTo(file.getFloat(afterEmbedding + 4 * (3 * 64 + 5)));
      assertThat(model.tensor(2, "attn_q").row(7).getFloat(4 * 9))
          .isEqualTo(file.getFloat(afterNorms + 4 * (2 * 64 * 64 + 7 * 64 + 9)));
      Tensor down = model.tensor(0, "ffn_down");
      assertThat(down.columns()).isEqualTo(172);
      assertThat(down.rows()).isEqualTo(64);
      assertThat(model.tensor("output_norm.weight").fileOffset())
          .isEqualTo(file.capacity() - 4L * 512 * 8 - 4 * 64);
      assertThat(model.tokenizer()).isInstanceOf(ScoredPieces.class);
      assertThat(model.tokenizer().bos()).isEqualTo(1);
    }
  }

  @Test
  void anUntiedLlama2cCheckpointHasItsOutputMatrixAtTheEnd() throws IOException {
    byte[] tied = Files.readAllBytes(SharedModels.path("stories260K.bin"));
    byte[] untied = Arrays.copyOf(tied, tied.length + 4 * 64 * 512);
    ByteBuffer file = ByteBuffer.wrap(untied).order(ByteOrder.LITTLE_ENDIAN);
    file.putInt(20, -512).putFloat(untied.length - 4, 0.75f);
    Path path = Files.write(folder.resolve("untied.bin"), untied);
    Files.copy(SharedModels.path("tok512.bin"), folder.resolve("tokenizer.bin"));
    try (ModelFile model = ModelFile.open(path)) {
      assertThat(model.shape().tiedOutput()).isFalse();
      assertThat(model.output().name()).isEqualTo("output.weight");
      assertThat(model.output().row(511).getFloat(4 * 63)).isEqualTo(0.75f);
    }
  }

  @ParameterizedTest
  @EnumSource(TensorType.class)
  void everyTypeLoadsWithItsBytesUnchanged(TensorType type) {
    Path path = TestModel.of(type).write(folder.resolve("model.gguf"));
    try (ModelFile model = ModelFile.open(path)) {
      assertThat(model.shape()).isEqualTo(TestModel.SHAPE);
      assertThat(model.shape().tiedOutput()).isFalse();
      Tensor down = model.tensor(0, "ffn_down");
      assertThat(down.type()).isEqualTo(type);
      ByteBuffer all = down.bytes();
      assertThat((long) all.remaining())
          .isEqualTo(down.byteSize())
          .isEqualTo(64 * type.rowBytes(96));
      byte[] file = Files.readAllBytes(path);
      byte[] expected =
          Arrays.copyOfRange(
              file, (int) down.fileOffset(), (int) (down.fileOffset() + down.byteSize()));
      assertThat(all).isEqualTo(ByteBuffer.wrap(expected));
      assertThat(down.row(63))
          .isEqualTo(all.slice((int) (63 * down.rowBytes()), (int) down.rowBytes()));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void valuesFollowFromCodesScalesAndMinimums() {
    byte[] q41 = new byte[64 * 3 * 20];
    ByteBuffer block = ByteBuffer.wrap(q41).order(ByteOrder.LITTLE_ENDIAN);
    block.putShort(0, (short) Fp16.fromFloat(0.5f)).putShort(2, (short) Fp16.fromFloat(-3));
    block.put(4, (byte) 0xF1);
    byte[] f16 = new byte[64 * 96 * 2];
    ByteBuffer halves = ByteBuffer.wrap(f16).order(ByteOrder.LITTLE_ENDIAN);
    halves.putShort(0, (short) 0x3C00).putShort(2, (short) 0x8001).putShort(4, (short) 0xFBFF);
    GgufWriter writer = TestModel.of(TensorType.F32);
    writer.tensor("blk.0.ffn_down.weight", TensorType.Q4_1.ggufId(), q41, 96, 64);
    writer.tensor("blk.0.ffn_up.weight", TensorType.F16.ggufId(), f16, 64, 96);
    try (ModelFile model = ModelFile.open(writer.write(folder.resolve("values.gguf")))) {
      float[] down = model.tensor(0, "ffn_down").floats();
      assertThat(down[0]).isEqualTo(0.5f * 1 - 3);
      assertThat(down[16]).isEqualTo(0.5f * 15 - 3);
      assertThat(down[1]).isEqualTo(-3);
      assertThat(down[32]).isEqualTo(0);
      assertThat(model.tensor(0, "ffn_up").floats())
          .startsWith(1, (float) -Math.scalb(1.0, -24), -65504, 0);
    }
  }

  @Test
  void aQuantisedTensorKeepsItsCodesAndAFloatOneIsQuantised() {
    Path quantised = TestModel.of(TensorType.Q8_0).write(folder.resolve("q8.gguf"));
    try (ModelFile model = ModelFile.open(quantised)) {
      Tensor tensor = model.tensor(0, "attn_q");
      QuantisedMatrix matrix = tensor.quantised(WeightFormat.Q4_0);
      assertThat(matrix.format()).isEqualTo(WeightFormat.Q8_0);
      assertThat(matrix.code(3, 5)).isEqualTo(tensor.row(3).get(2 + 5));
    }
    Path floats = TestModel.of(TensorType.F16).write(folder.resolve("f16.gguf"));
    try (ModelFile model = ModelFile.open(floats)) {
      Tensor tensor = model.tensor(0, "attn_q");
      QuantisedMatrix matrix = tensor.quantised(WeightFormat.Q4_0);
      assertThat(matrix.format()).isEqualTo(WeightFormat.Q4_0);
      assertThat(matrix)
          .isEqualTo(QuantisedMatrix.quantise(WeightFormat.Q4_0, tensor.floats(), 64, 64));
    }
  }

  @Test
  void anInfiniteScaleIsReportedWithItsTensor() {
    GgufWriter writer = TestModel.of(TensorType.F32);
    byte[] blocks = new byte[64 * 2 * 34];
    blocks[1] = 0x7C;
    writer.tensor("blk.0.attn_q.weight", TensorType.Q8_0.ggufId(), blocks, 64, 64);
    try (ModelFile model = ModelFile.open(writer.write(folder.resolve("infinite.gguf")))) {
      Tensor tensor = model.tensor(0, "attn_q");
      assertThatThrownBy(tensor::floats)
          .isInstanceOf(ModelFileException.class)
          .hasMessageContaining("infinite.gguf")
          .hasMessageContaining("blk.0.attn_q.weight")
          .hasMessageContaining("scale of row 0, block 0");
      assertThatThrownBy(() -> tensor.quantised(WeightFormat.Q4_0))
          .isInstanceOf(ModelFileException.class);
    }
  }

  @Test
  void aWeightThatIsNoNumberIsReportedWithItsPlace() {
    GgufWriter writer = TestModel.of(TensorType.F32);
    float[] values = new float[64 * 64];
    values[3 * 64 + 5] = Float.NEGATIVE_INFINITY;
    GgufCopy.float32Tensor(writer, "blk.0.attn_q.weight", values, 64, 64);
    try (ModelFile model = ModelFile.open(writer.write(folder.resolve("infinite.gguf")))) {
      Tensor tensor = model.tensor(0, "attn_q");
      String message = "in tensor blk.0.attn_q.weight, element 5 of row 3 is -Infinity; ";
      assertThatThrownBy(tensor::floats)
          .isInstanceOf(ModelFileException.class)
          .hasMessageContaining(message);
      assertThatThrownBy(() -> tensor.quantised(WeightFormat.Q8_0))
          .isInstanceOf(ModelFileException.class)
          .hasMessageContaining(message);
    }
  }

  @Test
  void buffersAreReadOnlyAndIndependent() {
    try (ModelFile tale = ShippedModel.tale()) {
      Tensor tensor = tale.tensor(0, "attn_q");
      ByteBuffer first = tensor.bytes();
      first.getInt();
      assertThat(tensor.bytes().position()).isZero();
      assertThat(first.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
      assertThatThrownBy(() -> first.put(0, (byte) 1)).isInstanceOf(ReadOnlyBufferException.class);
      assertThatThrownBy(() -> tensor.row(128)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> tale.tensor("nope"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no tensor named nope");
    }
  }

  @Test
  void mappedBuffersOutliveTheFileButNothingIsMappedAfterwards() {
    ModelFile tale = ShippedModel.tale();
    Tensor used = tale.tensor(0, "attn_q");
    ByteBuffer before = used.bytes();
    tale.close();
    assertThat(used.bytes()).isEqualTo(before);
    assertThatThrownBy(() -> tale.tensor(0, "attn_k").bytes())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("after the file was closed");
  }

  @Test
  void versionTwoAndOtherAlignmentsAreRead() {
    for (int alignment : List.of(1, 8, 4096)) {
      GgufWriter writer = TestModel.of(TensorType.Q4_0).version(2).alignment(alignment);
      Path path = writer.write(folder.resolve("aligned-" + alignment + ".gguf"));
      try (ModelFile model = ModelFile.open(path)) {
        assertThat(model.tensor(0, "attn_q").fileOffset() % alignment).isZero();
        assertThat(model.output().floats()).hasSize(64 * 288);
      }
    }
  }

  @Test
  void ropeFrequenciesFollowBaseScaleAndFactors() {
    GgufWriter writer =
        TestModel.of(TensorType.F32)
            .float32("llama.rope.freq_base", 500_000)
            .string("llama.rope.scaling.type", "linear")
            .float32("llama.rope.scaling.factor", 4);
    GgufCopy.float32Tensor(writer, "rope_freqs.weight", new float[] {1, 1, 1, 1, 2, 2, 8, 8}, 8);
    try (ModelFile model = ModelFile.open(writer.write(folder.resolve("rope.gguf")))) {
      double[] frequencies = model.ropeFrequencies();
      assertThat(frequencies).hasSize(8);
      assertThat(frequencies[0]).isEqualTo(0.25);
      assertThat(frequencies[4]).isCloseTo(Math.pow(500_000, -0.5) / 8, within(1e-12));
      assertThat(frequencies[7]).isCloseTo(Math.pow(500_000, -7 / 8.0) / 32, within(1e-12));
    }
  }

  @Test
  void metadataOfEveryTypeIsSkippedOver() {
    GgufWriter writer = TestModel.of(TensorType.F32);
    int[] bytes = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
    for (GgufType type : GgufType.values()) {
      if (type != GgufType.STRING && type != GgufType.ARRAY) {
        writer.raw("extra." + type, type.id(), new byte[bytes[type.id()]]);
      }
    }
    byte[] nested = {9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5};
    writer.raw("extra.nested", GgufType.ARRAY.id(), nested);
    writer.uint64("llama.context_length", 32);
    Path path = writer.write(folder.resolve("metadata.gguf"));
    try (ModelFile model = ModelFile.open(path)) {
      assertThat(model.shape().context()).isEqualTo(32);
      assertThat(model.name()).isEqualTo("metadata.gguf");
    }
  }

  @Test
  void aTensorAndAFileAboveTwoGigabytesAreReadable() throws IOException {
    int width = 1 << 21;
    LlamaShape wide =
        new LlamaShape(
            1, width, 1, 1, 2, 2, 300, 32, 1e-5f, 10_000, 1, RopePairing.INTERLEAVED, true);
    GgufWriter writer = TestModel.withoutTensors(wide);
    List<Long> sizes = new ArrayList<>();
    long offset = 0;
    for (var tensor : LlamaTensors.of(wide).entrySet()) {
      long[] dimensions = tensor.getValue().stream().mapToLong(Integer::longValue).toArray();
      writer.tensorAt(offset, tensor.getKey(), 0, new byte[0], dimensions);
      sizes.add(4 * Arrays.stream(dimensions).reduce(1, (a, b) -> a * b));
      offset += sizes.get(sizes.size() - 1) + 31 & -32;
    }
    Path path = writer.write(folder.resolve("large.gguf"));
    long data = Files.size(path);
    long lastOfEmbedding = data + sizes.get(0) - 4;
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(data + offset);
      file.seek(lastOfEmbedding);
      file.writeInt(Integer.reverseBytes(Float.floatToIntBits(1.5f)));
    }
    try (ModelFile model = ModelFile.open(path)) {
      Tensor embedding = model.tensor("token_embd.weight");
      assertThat(embedding.byteSize()).isGreaterThan(Integer.MAX_VALUE);
      assertThat(embedding.row(299).getFloat(4 * (width - 1))).isEqualTo(1.5f);
      assertThat(embedding.row(0).getFloat(0)).isZero();
      assertThatThrownBy(embedding::bytes).hasMessageContaining("use row(i)");
      assertThat(model.tensor("output_norm.weight").floats()).hasSize(width).containsOnly(0);
    }
  }
}
