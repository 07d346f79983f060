package dev.heddle.accel;

import dev.heddle.accel.format.AccumulatorUnit;
import dev.heddle.accel.format.ActivationImage;
import dev.heddle.accel.format.QuantisedMatrix;
import dev.heddle.accel.format.WeightImage;
import dev.heddle.accel.format.WeightLayout;
import dev.heddle.accel.format.X8Vector;
import dev.heddle.accel.isa.CompletionRecord;
import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.Engine;
import dev.heddle.accel.isa.MachineRegisters;
import dev.heddle.accel.isa.Operation;
import dev.heddle.lib.RegisterBus;
import dev.heddle.lib.Registers;
import dev.heddle.testbench.SimulatedMachine;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Runs matrix products on a simulated machine with no driver in between. */
final class BareMachine {
  private static final long LIST = 0x1000;
  private static final long RECORDS = 0x2000;
  private static final long DATA = 0x10000;
  private static final long MOST_CYCLES = 50_000_000;

  private final Configuration configuration;
  private final SimulatedMachine machine;
  private final Registers registers;

  /** What a product took. */
  record Outcome(float[][] results, CompletionRecord load, CompletionRecord matmul) {}

  BareMachine(Configuration configuration, SimulatedMachine machine) {
    this.configuration = configuration;
    this.machine = machine;
    registers =
        new Registers(
            MachineRegisters.of(configuration),
            new RegisterBus() {
              @Override
              public long read(int address) {
                return machine.readRegister(address);
              }

              @Override
              public void write(int address, long value) {
                machine.writeRegister(address, value);
              }
            },
            0);
  }

  Registers registers() {
    return registers;
  }

  /** The product of {@code matrix} with each of {@code vectors}. */
  Outcome multiply(QuantisedMatrix matrix, List<X8Vector> vectors) {
    WeightLayout layout = WeightImage.layout(matrix, configuration);
    ActivationImage image = new ActivationImage(layout.blocks());
    long activations = DATA;
    long weights = ActivationImage.aligned(activations + (long) image.size() * vectors.size());
    long output = ActivationImage.aligned(weights + layout.size());
    int outputStride = (int) ActivationImage.aligned(4L * layout.tiles() * configuration.rows());

    ByteBuffer packed = ByteBuffer.allocate((int) layout.size());
    WeightImage.write(matrix, layout, packed, 0);
    machine.memory().write(weights, packed.rewind());
    ByteBuffer vectorBytes = ByteBuffer.allocate(image.size() * vectors.size());
    for (int i = 0; i < vectors.size(); i++) {
      image.write(vectors.get(i), vectorBytes, i * image.size());
    }
    machine.memory().write(activations, vectorBytes.rewind());

    ByteBuffer list = ByteBuffer.allocate(3 * Operation.BYTES);
    Descriptor.of(Operation.LOAD)
        .tag(1)
        .with("source", activations)
        .with("stride", image.size())
        .with("blocks", layout.blocks())
        .with("tokens", vectors.size())
        .release(Engine.MATMUL)
        .encode(list, 0);
    Descriptor.of(Operation.MATMUL)
        .tag(2)
        .await(Engine.LOADER)
        .with("weights", weights)
        .with("port_stride", layout.portStride())
        .with("port_beats", layout.portBeats())
        .with("output", output)
        .with("output_stride", outputStride)
        .with("row_tiles", layout.tiles())
        .with("blocks", layout.blocks())
        .with("tokens", vectors.size())
        .with("format", matrix.format().ordinal())
        .with("l0", AccumulatorUnit.of(matrix))
        .encode(list, Operation.BYTES);
    Descriptor.of(Operation.END).encode(list, 2 * Operation.BYTES);
    machine.memory().write(LIST, list.rewind());

    run(LIST);

    ByteBuffer records =
        ByteBuffer.wrap(machine.memory().read(RECORDS, 2 * CompletionRecord.BYTES));
    float[][] results = new float[vectors.size()][matrix.rows()];
    for (int token = 0; token < vectors.size(); token++) {
      ByteBuffer bytes =
          ByteBuffer.wrap(
                  machine.memory().read(output + (long) token * outputStride, 4 * matrix.rows()))
              .order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().get(results[token]);
    }
    return new Outcome(
        results,
        CompletionRecord.decode(records, 0),
        CompletionRecord.decode(records, CompletionRecord.BYTES));
  }

  /** Runs the list at {@code address} to its end. */
  void run(long address) {
    registers.write("LIST", address);
    registers.write("RECORDS", RECORDS);
    registers.write("INTERRUPT_ENABLE", 1);
    registers.trigger("DOORBELL", "start");
    SimulatedMachine.Run run = machine.runUntilInterrupt(MOST_CYCLES);
    if (run.end() != SimulatedMachine.End.INTERRUPT) {
      throw new IllegalStateException("no interrupt after " + run.cycles() + " cycles");
    }
    registers.clear("EVENTS", "done", 1);
  }
}
