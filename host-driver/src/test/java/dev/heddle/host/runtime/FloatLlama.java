package dev.heddle.host.runtime;

import dev.heddle.host.model.LlamaShape;
import dev.heddle.host.model.LlamaTensors;
import dev.heddle.host.model.ModelFile;
import dev.heddle.host.model.RopePairing;
import java.util.ArrayList;
import java.util.List;

/**
 * A Llama forward pass in double precision on the weights of the file as they are: the reference
 * that quantisation is judged by.
 */
final class FloatLlama {
  private record Layer(
      float[] attentionNorm,
      float[] q,
      float[] k,
      float[] v,
      float[] output,
      float[] ffnNorm,
      float[] gate,
      float[] up,
      float[] down) {}

  private final LlamaShape shape;
  private final double[] frequencies;
  private final float[] embedding;
  private final float[] outputNorm;
  private final float[] output;
  private final List<Layer> layers = new ArrayList<>();

  FloatLlama(ModelFile model) {
    shape = model.shape();
    frequencies = model.ropeFrequencies();
    embedding = model.tensor(LlamaTensors.TOKEN_EMBEDDING).floats();
    outputNorm = model.tensor(LlamaTensors.OUTPUT_NORM).floats();
    output = model.output().floats();
    for (int n = 0; n < shape.layers(); n++) {
      layers.add(
          new Layer(
              model.tensor(n, "attn_norm").floats(),
              model.tensor(n, "attn_q").floats(),
              model.tensor(n, "attn_k").floats(),
              model.tensor(n, "attn_v").floats(),
              model.tensor(n, "attn_output").floats(),
              model.tensor(n, "ffn_norm").floats(),
              model.tensor(n, "ffn_gate").floats(),
              model.tensor(n, "ffn_up").floats(),
              model.tensor(n, "ffn_down").floats()));
    }
  }

  /** The logits behind each token of a text. */
  float[][] logits(int[] tokens) {
    double[][] x = new double[tokens.length][shape.width()];
    for (int i = 0; i < tokens.length; i++) {
      for (int j = 0; j < shape.width(); j++) {
        x[i][j] = embedding[tokens[i] * shape.width() + j];
      }
    }
    for (Layer layer : layers) {
      attend(layer, x);
      for (double[] row : x) {
        double[] normal = normalise(row, layer.ffnNorm());
        double[] gate = multiply(layer.gate(), normal);
        double[] up = multiply(layer.up(), normal);
        for (int j = 0; j < gate.length; j++) {
          gate[j] = gate[j] / (1 + Math.exp(-gate[j])) * up[j];
        }
        add(row, multiply(layer.down(), gate));
      }
    }
    float[][] logits = new float[tokens.length][shape.vocabulary()];
    for (int i = 0; i < tokens.length; i++) {
      double[] y = multiply(output, normalise(x[i], outputNorm));
      for (int j = 0; j < y.length; j++) {
        logits[i][j] = (float) y[j];
      }
    }
    return logits;
  }

  private void attend(Layer layer, double[][] x) {
    int dimension = shape.headDimension();
    List<double[]> keys = new ArrayList<>();
    List<double[]> values = new ArrayList<>();
    for (int i = 0; i < x.length; i++) {
      double[] normal = normalise(x[i], layer.attentionNorm());
      double[] query = multiply(layer.q(), normal);
      double[] key = multiply(layer.k(), normal);
      rotate(query, i);
      rotate(key, i);
      keys.add(key);
      values.add(multiply(layer.v(), normal));
      double[] mixed = new double[shape.queryWidth()];
      for (int head = 0; head < shape.heads(); head++) {
        int at = head * dimension;
        int shared = head / (shape.heads() / shape.kvHeads()) * dimension;
        double sum = 0;
        for (int j = 0; j <= i; j++) {
          double dot = 0;
          for (int d = 0; d < dimension; d++) {
            dot += query[at + d] * keys.get(j)[shared + d];
          }
          double weight = Math.exp(dot / Math.sqrt(dimension));
          sum += weight;
          for (int d = 0; d < dimension; d++) {
            mixed[at + d] += weight * values.get(j)[shared + d];
          }
        }
        for (int d = 0; d < dimension; d++) {
          mixed[at + d] /= sum;
        }
      }
      add(x[i], multiply(layer.output(), mixed));
    }
  }

  private void rotate(double[] heads, int position) {
    int pairs = frequencies.length;
    boolean interleaved = shape.ropePairing() == RopePairing.INTERLEAVED;
    for (int from = 0; from < heads.length; from += shape.headDimension()) {
      for (int i = 0; i < pairs; i++) {
        int first = from + (interleaved ? 2 * i : i);
        int second = interleaved ? first + 1 : first + pairs;
        double sine = Math.sin(position * frequencies[i]);
        double cosine = Math.cos(position * frequencies[i]);
        double a = heads[first];
        heads[first] = a * cosine - heads[second] * sine;
        heads[second] = a * sine + heads[second] * cosine;
      }
    }
  }

  private double[] normalise(double[] x, float[] weight) {
    double squares = 0;
    for (double value : x) {
      squares += value * value;
    }
    double factor = 1 / Math.sqrt(squares / x.length + shape.normEpsilon());
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = x[i] * factor * weight[i];
    }
    return y;
  }

  private static double[] multiply(float[] matrix, double[] x) {
    double[] y = new double[matrix.length / x.length];
    for (int row = 0; row < y.length; row++) {
      int from = row * x.length;
      for (int i = 0; i < x.length; i++) {
        y[row] += matrix[from + i] * x[i];
      }
    }
    return y;
  }

  private static void add(double[] x, double[] branch) {
    for (int i = 0; i < x.length; i++) {
      x[i] += branch[i];
    }
  }
}
