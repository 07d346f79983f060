package dev.heddle.host.model;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tensors of a Llama model: names, shapes and meaning. Names are GGUF's; a matrix is given as
 * columns x rows.
 *
 * <pre>
 *   token_embd.weight          width x vocabulary     one row a token
 *   blk.N.attn_norm.weight     width
 *   blk.N.attn_q.weight        width x heads * headDimension
 *   blk.N.attn_k.weight        width x kvHeads * headDimension
 *   blk.N.attn_v.weight        width x kvHeads * headDimension
 *   blk.N.attn_output.weight   heads * headDimension x width
 *   blk.N.ffn_norm.weight      width
 *   blk.N.ffn_gate.weight      width x ffn            the one that goes through SiLU
 *   blk.N.ffn_up.weight        width x ffn
 *   blk.N.ffn_down.weight      ffn x width
 *   output_norm.weight         width
 *   output.weight              width x vocabulary     absent when tied to token_embd
 *   rope_freqs.weight          headDimension / 2      optional divisors of the RoPE frequencies
 * </pre>
 */
public final class LlamaTensors {
  /** The token embedding. */
  public static final String TOKEN_EMBEDDING = "token_embd.weight";

  /** The norm in front of the output matrix. */
  public static final String OUTPUT_NORM = "output_norm.weight";

  /** The output matrix. */
  public static final String OUTPUT = "output.weight";

  /** The optional divisors of the RoPE frequencies. */
  public static final String ROPE_FACTORS = "rope_freqs.weight";

  private LlamaTensors() {}

  /**
   * The name of a tensor of a layer.
   *
   * @param part for instance {@code attn_q}
   */
  public static String layer(int layer, String part) {
    return "blk." + layer + '.' + part + ".weight";
  }

  /** All required tensors of a shape with their dimensions, the contiguous one first. */
  public static Map<String, List<Integer>> of(LlamaShape shape) {
    int width = shape.width();
    Map<String, List<Integer>> tensors = new LinkedHashMap<>();
    tensors.put(TOKEN_EMBEDDING, List.of(width, shape.vocabulary()));
    for (int n = 0; n < shape.layers(); n++) {
      tensors.put(layer(n, "attn_norm"), List.of(width));
      tensors.put(layer(n, "attn_q"), List.of(width, shape.queryWidth()));
      tensors.put(layer(n, "attn_k"), List.of(width, shape.kvWidth()));
      tensors.put(layer(n, "attn_v"), List.of(width, shape.kvWidth()));
      tensors.put(layer(n, "attn_output"), List.of(shape.queryWidth(), width));
      tensors.put(layer(n, "ffn_norm"), List.of(width));
      tensors.put(layer(n, "ffn_gate"), List.of(width, shape.ffn()));
      tensors.put(layer(n, "ffn_up"), List.of(width, shape.ffn()));
      tensors.put(layer(n, "ffn_down"), List.of(shape.ffn(), width));
    }
    tensors.put(OUTPUT_NORM, List.of(width));
    if (!shape.tiedOutput()) {
      tensors.put(OUTPUT, List.of(width, shape.vocabulary()));
    }
    return tensors;
  }

  /** Refuses a file that lacks a tensor, has one of another shape, or one that would be ignored. */
  static void check(Path file, LlamaShape shape, Map<String, Tensor> tensors) {
    Map<String, List<Integer>> required = of(shape);
    required.forEach(
        (name, dimensions) -> {
          Tensor tensor = tensors.get(name);
          if (tensor == null) {
            throw new ModelFileException(
                file, "tensor " + name + " is missing", "convert the model anew");
          }
          checkDimensions(file, tensor, dimensions);
          if (dimensions.size() == 1) {
            checkFloat(file, tensor);
          }
        });
    Set<String> optional = Set.of(ROPE_FACTORS);
    for (Tensor tensor : tensors.values()) {
      if (optional.contains(tensor.name())) {
        checkDimensions(file, tensor, List.of(shape.headDimension() / 2));
        checkFloat(file, tensor);
        checkFactors(file, tensor);
      } else if (!required.containsKey(tensor.name())) {
        throw new ModelFileException(
            file,
            "tensor " + tensor.name() + " is not part of a Llama model of this shape",
            "only plain Llama models (no biases, no experts) can be used");
      }
    }
  }

  private static void checkDimensions(Path file, Tensor tensor, List<Integer> expected) {
    if (!tensor.dimensions().equals(expected)) {
      throw new ModelFileException(
          file,
          "tensor " + tensor.name() + " is " + tensor.dimensions() + " instead of " + expected,
          "convert the model anew");
    }
  }

  private static void checkFactors(Path file, Tensor tensor) {
    float[] factors = tensor.floats();
    for (int i = 0; i < factors.length; i++) {
      if (!(factors[i] > 0)) {
        throw ModelFileException.damaged(
            file, "factor " + i + " of " + tensor.name() + " is " + factors[i]);
      }
    }
  }

  private static void checkFloat(Path file, Tensor tensor) {
    if (tensor.type().weightFormat().isPresent()) {
      throw new ModelFileException(
          file,
          "tensor " + tensor.name() + " is " + tensor.type() + ", but vectors must be F32 or F16",
          "convert the model anew");
    }
  }
}
