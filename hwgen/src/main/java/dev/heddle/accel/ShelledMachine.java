package dev.heddle.accel;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.connect;
import static dev.heddle.hdl.Hdl.named;
import static dev.heddle.hdl.Hdl.reduce;
import static dev.heddle.hdl.Hdl.unused;

import dev.heddle.accel.isa.ShellRegisters;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.ClockDomain;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.Axi4;
import dev.heddle.lib.AxiAddress;
import dev.heddle.lib.AxiGate;
import dev.heddle.lib.AxiLite;
import dev.heddle.lib.AxiLiteSplit;
import dev.heddle.lib.AxiRead;
import dev.heddle.lib.AxiReadGate;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.RegisterFile;
import dev.heddle.lib.RegisterMap;
import dev.heddle.lib.Stream;
import java.util.ArrayList;
import java.util.List;

/**
 * A machine and its shell, for the bus of a computer: a PCIe card, or logic beside a processor.
 *
 * <pre>
 *   s_axi_ctrl --+-- machine --- gate --- address + base --- m_axi_mem0..
 *                '-- shell
 * </pre>
 *
 * <p>The host may reset the machine: as soon as none of its bursts is on its way {@code restart}
 * rises, and whoever drives {@code machine_reset} follows. The shell goes on.
 */
public final class ShelledMachine extends Component {
  /** Most bursts of a port and a direction that are not answered. */
  private static final int BURSTS = 1023;

  private static final int HALF_BITS = Integer.numberOfTrailingZeros(ShellRegisters.OFFSET);

  /** Registers of machine and shell ({@link ShellRegisters}). */
  public final AxiLite control;

  /** The interrupt of the machine. */
  public final Bit irq;

  /** One while the machine has to be in reset. */
  public final Bit restart;

  private final Configuration configuration;
  private final Bit restarting;
  private final UInt base;
  private final List<Bit> quiet = new ArrayList<>();

  /**
   * A machine and its shell.
   *
   * @param memoryBytes bytes of card memory; 0 where it is memory of the host
   */
  public ShelledMachine(Configuration configuration, long memoryBytes) {
    this.configuration = configuration;
    document(
        "Heddle accelerator, configuration %s, for the bus of a computer."
            .formatted(configuration.name()));
    control = named("s_axi_ctrl", in(AxiLite.of(HALF_BITS + 1, RegisterMap.WORD_BITS)));
    irq = out(bit());
    ClockDomain restarted = resetDomain("machine");
    restart = out(bit());
    Machine machine = inst(new Machine(configuration, HALF_BITS), restarted);
    RegisterFile shell = inst(new RegisterFile(ShellRegisters.of(memoryBytes), HALF_BITS));
    AxiLiteSplit split = inst(new AxiLiteSplit(HALF_BITS + 1));
    MachineRestart machineRestart = inst(new MachineRestart());
    connect(split.bus, control);
    connect(shell.bus, split.upper);
    restarting = machineRestart.active;
    connectRegisters(machine.control, split.lower);
    machineRestart.wanted.set(shell.pulse("RESET", "machine").asBit());
    shell.status("RESET", "active").set(restarting.asUInt());
    restart.set(machineRestart.restart);
    irq.set(machine.irq);
    shell.status("INTERRUPT", "level").set(machine.irq.asUInt());

    base = shell.value("BASE", "address").wrap(CardMemory.ADDRESS_BITS);
    unused(shell.value("BASE", "address"));
    quiet.add(split.lowerQuiet);
    connectFirst(machine.firstPort);
    for (int i = 0; i < machine.otherPorts.size(); i++) {
      connectOther(i + 1, machine.otherPorts.get(i));
    }
    machineRestart.quiet.set(reduce(quiet, Bit::and));
  }

  /**
   * The registers of the machine, out of reach while it is restarted; nothing is on its way then.
   */
  private void connectRegisters(AxiLite machine, AxiLite host) {
    connect(machine.aw, host.aw.haltWhen(restarting));
    connect(machine.w, host.w.haltWhen(restarting));
    connect(host.b, machine.b);
    connect(machine.ar, host.ar.haltWhen(restarting));
    connect(host.r, machine.r);
  }

  private void connectFirst(Axi4 port) {
    Axi4 memory = named("m_axi_mem0", out(Axi4.of(port.shape())));
    AxiGate gate = inst(new AxiGate(port.shape(), BURSTS));
    gate.stop.set(restarting);
    quiet.add(gate.quiet);
    connect(gate.master, port);
    connect(memory.read.ar, placed(gate.memory.read.ar, port.shape()));
    connect(gate.memory.read.r, memory.read.r);
    connect(memory.write.aw, placed(gate.memory.write.aw, port.shape()));
    connect(memory.write.w, gate.memory.write.w);
    connect(gate.memory.write.b, memory.write.b);
  }

  private void connectOther(int index, AxiRead port) {
    AxiRead memory = named("m_axi_mem" + index, out(AxiRead.of(port.shape())));
    AxiReadGate gate = inst("gate_" + index, new AxiReadGate(port.shape(), BURSTS));
    gate.stop.set(restarting);
    quiet.add(gate.quiet);
    connect(gate.master, port);
    connect(memory.ar, placed(gate.memory.ar, port.shape()));
    connect(gate.memory.r, memory.r);
  }

  /** Bursts where card memory is; their addresses end in a register. */
  private Stream<AxiAddress> placed(Stream<AxiAddress> bursts, AxiShape shape) {
    return bursts
        .map(
            AxiAddress.of(shape),
            burst -> burst.at(burst.addr().add(base).wrap(CardMemory.ADDRESS_BITS)))
        .slice();
  }

  @Override
  protected String moduleName() {
    return "heddle_%s_shelled_core".formatted(configuration.name());
  }
}
