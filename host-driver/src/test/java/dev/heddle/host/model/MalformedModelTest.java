package dev.heddle.host.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MalformedModelTest {
  private static final String Q = "blk.0.attn_q.weight";

  @TempDir Path folder;

  private static Arguments file(String message, Consumer<GgufWriter> damage) {
    return arguments(message, damage);
  }

  static Stream<Arguments> damages() {
    byte[] f32 = new byte[64 * 64 * 4];
    return Stream.of(
        file("has GGUF version 1 at byte 4", w -> w.version(1)),
        file("has GGUF version 4294967295", w -> w.version(-1)),
        file("is a big-endian GGUF file", w -> w.version(3 << 24)),
        file("states 1152921504606846976 tensors", w -> w.tensorCount(1L << 60)),
        file("states 18446744073709551613 tensors", w -> w.tensorCount(-3)),
        file("states 9223372036854775807 metadata pairs", w -> w.pairCount(Long.MAX_VALUE)),
        file("has dimension 85899346016", w -> w.pairCount(3)),
        file("general.architecture is \"gptj\"", w -> w.string("general.architecture", "gptj")),
        file("key general.architecture is missing", w -> w.withoutKey("general.architecture")),
        file("general.architecture is not a string", w -> w.uint32("general.architecture", 1)),
        file("key llama.block_count is missing", w -> w.withoutKey("llama.block_count")),
        file("llama.block_count is not an integer", w -> w.float32("llama.block_count", 1)),
        file("llama.block_count is 0", w -> w.uint32("llama.block_count", 0)),
        file("tensor blk.1.attn_norm.weight is missing", w -> w.uint32("llama.block_count", 2)),
        file("layer count is 16777216", w -> w.uint32("llama.block_count", 1 << 24)),
        file("llama.block_count is -1", w -> w.uint64("llama.block_count", -1)),
        file("heads cannot share", w -> w.uint32("llama.attention.head_count_kv", 3)),
        file("head dimension 15 is odd", w -> headDimension(w, 15)),
        file("value_length is 8", w -> w.uint32("llama.attention.value_length", 8)),
        file("rope.dimension_count is 8", w -> w.uint32("llama.rope.dimension_count", 8)),
        file("rope.scaling.type is \"yarn\"", w -> w.string("llama.rope.scaling.type", "yarn")),
        file("RoPE base NaN", w -> w.float32("llama.rope.freq_base", Float.NaN)),
        file("norm epsilon -1.0", w -> w.float32("llama.attention.layer_norm_rms_epsilon", -1)),
        file("RoPE scale -2.0", w -> w.float32("llama.rope.scale_linear", -2)),
        file(
            "rope.scaling.attn_factor is 1.2",
            w -> w.float32("llama.rope.scaling.attn_factor", 1.2f)),
        file("attention.causal is false", w -> w.truth("llama.attention.causal", false)),
        file("factor 3 of rope_freqs.weight is 0.0", w -> ropeFactors(w, 1, 1, 1, 0, 1, 1, 1, 1)),
        file(
            "rope_freqs.weight, element 0 of row 0 is NaN",
            w -> ropeFactors(w, Float.NaN, 1, 1, 1, 1, 1, 1, 1)),
        file("one part of a split model", w -> w.uint32("split.count", 3)),
        file("mixture of experts", w -> w.uint32("llama.expert_count", 8)),
        file("alignment is 24", w -> w.uint32("general.alignment", 24)),
        file("alignment is 0", w -> w.uint32("general.alignment", 0)),
        file("not a multiple of the alignment 4096", w -> w.uint32("general.alignment", 4096)),
        file("the value of x has unknown type 13", w -> w.raw("x", 13, new byte[8])),
        file("the value of x has unknown type 4294967295", w -> w.raw("x", -1, new byte[8])),
        file("not a truth value", w -> w.raw("x", 7, new byte[] {2})),
        file("the value of x at byte", w -> w.raw("x", 8, le(1L << 62))),
        file(
            "the value of x states 1099511627776 elements", w -> w.raw("x", 9, array(0, 1L << 40))),
        file("nested deeper", w -> w.raw("x", 9, nested(20))),
        file("is not UTF-8", w -> w.raw("x", 8, concat(le(2), new byte[] {(byte) 0xC3, 0x28}))),
        file("is empty", w -> w.uint32("", 1)),
        file(Q + " is missing", w -> w.withoutTensor(Q)),
        file("token_embd.weight is missing", w -> w.withoutTensor("token_embd.weight")),
        file(Q + " is [64, 32] instead of [64, 64]", w -> w.tensor(Q, 0, f32, 64, 32)),
        file(Q + " is [64] instead of [64, 64]", w -> w.tensor(Q, 0, f32, 64)),
        file(Q + " is Q4_K (type 12), which cannot be loaded", w -> w.tensor(Q, 12, f32, 64, 64)),
        file(Q + " is BF16 (type 30)", w -> w.tensor(Q, 30, f32, 64, 64)),
        file(Q + " is unknown type 77", w -> w.tensor(Q, 77, f32, 64, 64)),
        file(Q + " has 0 dimensions", w -> w.tensor(Q, 0, f32)),
        file(Q + " has 5 dimensions", w -> w.tensor(Q, 0, f32, 1, 1, 1, 1, 1)),
        file(Q + " has dimension 0", w -> w.tensor(Q, 0, f32, 64, 0)),
        file(Q + " has dimension 18446744073709551615", w -> w.tensor(Q, 0, f32, 64, -1)),
        file("out of range", w -> w.tensor(Q, 0, f32, 64, 1 << 20, 1 << 20, 1 << 20)),
        file("at most 1073741824 bytes", w -> w.tensor(Q, 0, f32, 1 << 30, 64)),
        file("whole blocks of 32", w -> w.tensor(Q, 8, f32, 60, 64)),
        file("bytes of data", w -> w.tensor(Q, 0, f32, 1 << 20, 1 << 20)),
        file("bytes of data", w -> w.tensorAt(1L << 40, Q, 0, f32, 64, 64)),
        file("bytes of data", w -> w.tensorAt(Long.MIN_VALUE, Q, 0, f32, 64, 64)),
        file("has offset 33", w -> w.tensorAt(33, Q, 0, f32, 64, 64)),
        file("overlap in the file", w -> w.tensorAt(0, Q, 0, f32, 64, 64)),
        file("not part of a Llama", w -> w.tensor("blk.0.attn_q.bias", 0, new byte[256], 64)),
        file("vectors must be F32", w -> w.tensor("output_norm.weight", 8, new byte[68], 64)),
        file("instead of [8]", w -> w.tensor("rope_freqs.weight", 0, new byte[64], 16)),
        file("has length 65, but at most 64", w -> w.tensor("n".repeat(65), 0, f32, 64, 64)),
        file("has no name", w -> w.tensor("", 0, f32, 64, 64)),
        file("unknown kind of tokenizer", w -> w.string("tokenizer.ggml.model", "bert")),
        file("tokenizer.ggml.tokens is missing", w -> w.withoutKey("tokenizer.ggml.tokens")),
        file(
            "tokenizer.ggml.tokens is not a list of strings",
            w -> w.int32s("tokenizer.ggml.tokens", 1, 2)),
        file("tokens 0 and 1 have the same text", w -> tokens(w, Collections.nCopies(288, "a"))),
        file("token 3 is a byte but its text is \"t3\"", w -> tokens(w, numbered("t", 288))),
        file("287 tokens but 288 token types", w -> tokens(w, numbered("t", 287))),
        file("the vocabulary is empty", w -> emptyVocabulary(w)),
        file("but 3 scores", w -> w.float32s("tokenizer.ggml.scores", 1, 2, 3)),
        file("is not a number", w -> w.float32s("tokenizer.ggml.scores", nans())),
        file("token 1 has unknown type 9", w -> w.int32s("tokenizer.ggml.token_type", 1, 9)),
        file("bos_token_id is 288", w -> w.uint32("tokenizer.ggml.bos_token_id", 288)),
        file("merges is missing", w -> w.string("tokenizer.ggml.model", "gpt2")),
        file(
            "unknown pre-tokenizer",
            w -> w.string("tokenizer.ggml.model", "gpt2").string("tokenizer.ggml.pre", "x")),
        file(
            "merge 1 is \"ab\"",
            w ->
                w.string("tokenizer.ggml.model", "gpt2")
                    .strings("tokenizer.ggml.merges", List.of("a b", "ab"))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("damages")
  void damageIsRefusedWithItsPlaceAndAdvice(String message, Consumer<GgufWriter> damage) {
    GgufWriter writer = TestModel.of(TensorType.F32);
    damage.accept(writer);
    Path path = writer.write(folder.resolve("bad.gguf"));
    assertThatThrownBy(() -> ModelFile.open(path))
        .isInstanceOf(ModelFileException.class)
        .hasMessageStartingWith(path + ": ")
        .hasMessageContaining(message)
        .hasMessageContaining("; ");
  }

  @Test
  void aRepeatedKeyOrTensorNameIsRefused() throws IOException {
    GgufWriter keys = TestModel.of(TensorType.F32).uint32("llama.block_counx", 1);
    assertRefused(replace(keys.bytes(), "llama.block_counx", "llama.block_count", 1), "repeats");
    GgufWriter names = TestModel.of(TensorType.F32).tensor("output.weighx", 0, new byte[4], 1);
    assertRefused(
        replace(names.bytes(), "output.weighx", "output.weight", 1),
        "two tensors are named output.weight");
  }

  @Test
  void aTokenizerOfAnotherSizeThanTheEmbeddingIsRefused() throws IOException {
    GgufWriter writer = TestModel.of(TensorType.F32);
    writer.tensor("token_embd.weight", 0, new byte[4 * 64 * 300], 64, 300);
    writer.tensor("output.weight", 0, new byte[4 * 64 * 300], 64, 300);
    assertRefused(writer.bytes(), "the tokenizer has 288 tokens but the embedding has 300 rows");
  }

  @Test
  void aFileThatIsNoModelIsRefused() throws IOException {
    assertRefused(new byte[0], "the file ends at byte 0, inside the header");
    assertRefused(
        "#!/bin/sh\necho this is not a model at all\n".getBytes(StandardCharsets.UTF_8),
        "neither a GGUF");
    assertThatThrownBy(() -> ModelFile.open(folder.resolve("absent.gguf")))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("no such file");
    assertThatThrownBy(() -> ModelFile.open(folder)).isInstanceOf(ModelFileException.class);
  }

  @Test
  void damagedLlama2cFilesAreRefused() throws IOException {
    byte[] good = Files.readAllBytes(SharedModels.path("stories260K.bin"));
    byte[] tokens = Files.readAllBytes(SharedModels.path("tok512.bin"));
    assertRefused(good, "no tokenizer");
    Path tokenizer = folder.resolve("tok512.bin");
    Files.write(tokenizer, tokens);
    ModelFile.open(Files.write(folder.resolve("good.bin"), good)).close();
    assertRefused(Arrays.copyOf(good, good.length - 4), "asks for 1056540");
    assertRefused(Arrays.copyOf(good, good.length + 4), "asks for 1056540");
    assertRefused(Arrays.copyOf(good, 20), "inside the header");
    for (int field = 0; field < 7; field++) {
      for (int value : new int[] {0, -1, 3, 1 << 30, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
        byte[] bad = good.clone();
        ByteBuffer.wrap(bad).order(ByteOrder.LITTLE_ENDIAN).putInt(4 * field, value);
        assertRefused(bad, "; ");
      }
    }
    Files.write(tokenizer, Arrays.copyOf(tokens, tokens.length - 1));
    assertRefused(good, "token 511 at byte 6224 has length 3, but at most 2");
    Files.write(tokenizer, Arrays.copyOf(tokens, tokens.length + 1));
    assertRefused(good, "1 bytes after token 511");
    Files.write(tokenizer, Arrays.copyOf(tokens, 100));
    assertRefused(good, "too few for 512 tokens");
    byte[] badLength = tokens.clone();
    ByteBuffer.wrap(badLength).order(ByteOrder.LITTLE_ENDIAN).putInt(8, -5);
    Files.write(tokenizer, badLength);
    assertRefused(good, "token 0 at byte 12 has length");
  }

  private void assertRefused(byte[] content, String message) throws IOException {
    Path path = Files.write(folder.resolve("refused.bin"), content);
    assertThatThrownBy(() -> ModelFile.open(path))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining(message);
  }

  private static byte[] replace(byte[] file, String wanted, String by, int times) {
    byte[] result = file.clone();
    byte[] from = wanted.getBytes(StandardCharsets.ISO_8859_1);
    byte[] to = by.getBytes(StandardCharsets.ISO_8859_1);
    assertThat(to).hasSameSizeAs(from);
    int found = 0;
    for (int at = 0; at + from.length <= result.length && found < times; at++) {
      if (Arrays.equals(result, at, at + from.length, from, 0, from.length)) {
        System.arraycopy(to, 0, result, at, to.length);
        found++;
      }
    }
    assertThat(found).isEqualTo(times);
    return result;
  }

  private static GgufWriter headDimension(GgufWriter writer, int value) {
    return writer
        .uint32("llama.attention.key_length", value)
        .uint32("llama.attention.value_length", value);
  }

  private static GgufWriter ropeFactors(GgufWriter writer, float... factors) {
    return GgufCopy.float32Tensor(writer, "rope_freqs.weight", factors, factors.length);
  }

  private static GgufWriter tokens(GgufWriter writer, List<String> texts) {
    return writer.strings("tokenizer.ggml.tokens", texts);
  }

  private static GgufWriter emptyVocabulary(GgufWriter writer) {
    return tokens(writer, List.of())
        .withoutKey("tokenizer.ggml.token_type")
        .float32s("tokenizer.ggml.scores");
  }

  private static List<String> numbered(String text, int count) {
    return Stream.iterate(0, i -> i + 1).limit(count).map(i -> text + i).toList();
  }

  private static float[] nans() {
    float[] scores = new float[288];
    Arrays.fill(scores, Float.NaN);
    return scores;
  }

  private static byte[] nested(int depth) {
    byte[] value = array(0, 0);
    for (int i = 0; i < depth; i++) {
      value = concat(array(9, 1), value);
    }
    return value;
  }

  private static byte[] array(int type, long count) {
    byte[] head = new byte[12];
    ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).putInt(type).putLong(count);
    return head;
  }

  private static byte[] le(long value) {
    byte[] bytes = new byte[8];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(value);
    return bytes;
  }

  private static byte[] concat(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
