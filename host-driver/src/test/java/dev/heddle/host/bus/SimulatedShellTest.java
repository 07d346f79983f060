package dev.heddle.host.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.format.GoldenMatmul;
import dev.heddle.accel.format.QuantisedMatrix;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.format.X8Vector;
import dev.heddle.accel.isa.ShellRegisters;
import dev.heddle.host.device.Device;
import dev.heddle.host.device.DeviceMatrix;
import dev.heddle.host.transport.Transport;
import dev.heddle.host.transport.TransportConformance;
import dev.heddle.lib.Registers;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Verilog of a machine with its shell behind the stand-ins for drivers. */
class SimulatedShellTest {
  /** The suite of transports, and products, on a machine in Verilog. */
  abstract static class OnABus extends TransportConformance {
    @TempDir private Path folder;

    private SimulatedShell shell;

    abstract long base();

    abstract Transport open(SimulatedShell shell, Path folder);

    @Override
    protected Transport open() {
      shell = new SimulatedShell(CONFIGURATION, MEMORY_BYTES, base());
      return open(shell, folder);
    }

    @Override
    @AfterEach
    protected void closeTransport() {
      super.closeTransport();
      shell.close();
    }

    @Test
    void productsAreThoseOfTheGoldenModel() {
      Random random = new Random(3);
      QuantisedMatrix matrix =
          QuantisedMatrix.quantise(WeightFormat.Q4_0, values(random, 24 * 96), 24, 96);
      X8Vector vector = X8Vector.quantise(values(random, 96));
      float[] expected = GoldenMatmul.multiply(matrix, vector);
      Device device = Device.open(transport(), CONFIGURATION);
      DeviceMatrix weights = device.upload(matrix);
      for (int i = 0; i < 3; i++) {
        assertThat(device.multiply(weights, List.of(vector))[0]).isEqualTo(expected);
      }
    }

    /** The simulator checks that every burst that has begun is completed. */
    @Test
    void aMachineAtWorkIsResetBetweenItsBursts() {
      Random random = new Random(4);
      QuantisedMatrix matrix =
          QuantisedMatrix.quantise(WeightFormat.Q8_0, values(random, 64 * 256), 64, 256);
      X8Vector vector = X8Vector.quantise(values(random, 256));
      float[] expected = GoldenMatmul.multiply(matrix, vector);
      for (int i = 0; i < 12; i++) {
        Device device = Device.open(transport(), CONFIGURATION);
        assertThat(device.multiply(device.upload(matrix), List.of(vector))[0]).isEqualTo(expected);
        Registers registers = registers(transport());
        registers.trigger("DOORBELL", "start");
        for (int wait = random.nextInt(60); wait > 0; wait--) {
          assertThat(registers.read("STATUS", "busy")).isOne();
        }
        transport().reset();
        assertThat(registers.read("STATUS", "busy")).isZero();
        assertThat(registers.read("LIST")).isZero();
      }
    }

    private static float[] values(Random random, int count) {
      float[] values = new float[count];
      for (int i = 0; i < count; i++) {
        values[i] = (float) random.nextGaussian();
      }
      return values;
    }

    @Test
    void betweenTheRegistersOfMachineAndShellThereIsNothing() {
      assertThatThrownBy(() -> shell.read(ShellRegisters.OFFSET - 4))
          .isInstanceOf(RuntimeException.class);
      assertThatThrownBy(() -> shell.read(ShellRegisters.WINDOW_BYTES - 4))
          .isInstanceOf(RuntimeException.class);
      assertThat(transport().read32(0)).isNotZero();
    }
  }

  @Nested
  class BehindXdma extends OnABus {
    @Override
    long base() {
      return 0;
    }

    @Override
    Transport open(SimulatedShell shell, Path folder) {
      XdmaStandIn driver = new XdmaStandIn(shell, folder);
      return new XdmaTransport(driver, driver.card());
    }
  }

  @Nested
  class BehindUio extends OnABus {
    @Override
    long base() {
      return 3 << 19;
    }

    @Override
    Transport open(SimulatedShell shell, Path folder) {
      UioStandIn system = new UioStandIn(shell, MEMORY_BYTES, folder, base());
      return new UioTransport(system, system.folders, UioStandIn.DEVICE, Optional.empty());
    }
  }
}
