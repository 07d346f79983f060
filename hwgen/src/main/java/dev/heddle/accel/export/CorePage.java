package dev.heddle.accel.export;

import dev.heddle.accel.CardMemory;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.Machine;
import dev.heddle.accel.MachineLatency;
import dev.heddle.accel.MachineLatency.Interval;
import dev.heddle.accel.MachineLatency.Stage;
import dev.heddle.accel.MatmulTimeline;
import dev.heddle.accel.export.CoreInterfaces.Bus;
import dev.heddle.accel.format.ActivationImage;
import dev.heddle.accel.isa.MachineRegisters;
import dev.heddle.hdl.verilog.VerilogDesign.Port;
import dev.heddle.hdl.verilog.VerilogLibrary;
import dev.heddle.lib.AxiAddress;
import dev.heddle.lib.AxiLite;
import dev.heddle.lib.AxiRead;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.AxiWrite;
import dev.heddle.lib.Stream;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Writes the page of a machine in Markdown, for one who builds it into a design: what it is, its
 * parameters, its ports, what it expects of clock, reset and memory, and its latencies with a
 * timing diagram.
 */
final class CorePage {
  /** Cycles after which the memory of the diagram answers. */
  private static final int MEMORY_LATENCY = 8;

  /** What passes on the channels of AXI4. */
  private static final Map<String, Class<? extends Record>> PAYLOADS =
      Map.of(
          "ar", AxiAddress.class,
          "r", AxiRead.Beat.class,
          "aw", AxiAddress.class,
          "w", AxiWrite.Beat.class,
          "b", AxiWrite.Response.class);

  /** What passes on the channels of AXI4-Lite. */
  private static final Map<String, Class<? extends Record>> LITE_PAYLOADS =
      Map.of(
          "ar", AxiLite.Address.class,
          "r", AxiLite.ReadData.class,
          "aw", AxiLite.Address.class,
          "w", AxiLite.WriteData.class,
          "b", AxiLite.WriteResponse.class);

  private final StringBuilder out = new StringBuilder();
  private final Configuration configuration;
  private final VerilogLibrary library;
  private final boolean shelled;

  private CorePage(Configuration configuration, VerilogLibrary library, boolean shelled) {
    this.configuration = configuration;
    this.library = library;
    this.shelled = shelled;
  }

  /**
   * The page.
   *
   * @param shelled whether the top module of {@code library} is a machine with a shell
   */
  static String write(Configuration configuration, VerilogLibrary library, boolean shelled) {
    CorePage page = new CorePage(configuration, library, shelled);
    CoreInterfaces interfaces = CoreInterfaces.of(library);
    page.head();
    page.parameters();
    page.ports(interfaces);
    page.clockAndReset();
    page.memory(interfaces);
    page.latency();
    return page.out.toString();
  }

  private void head() {
    line("# %s", library.top());
    line("");
    line(
        "Heddle accelerator, configuration `%s`%s: %d multipliers for products of quantised "
            + "matrices, which stream from card memory, with vectors of activations%s. Its engines "
            + "are %s.",
        configuration.name(),
        shelled ? " with a shell" : "",
        configuration.multipliers(),
        configuration
            .attention()
            .map(shape -> ", and %d for attention".formatted(shape.multipliers()))
            .orElse(""),
        configuration.engines().stream().map(Enum::name).collect(Collectors.joining(", ")));
    line("");
    line(
        "The host writes lists of [descriptors](descriptors.md) to card memory and rings a "
            + "[register](registers.md)%s; the machine works the list and raises `%s`. The Verilog "
            + "is in the files that `%s.f` lists.",
        shelled ? " ([those of the shell](shell.md))" : "",
        CoreInterfaces.INTERRUPT,
        library.top());
  }

  private void parameters() {
    section("Parameters");
    line(
        "The Verilog is made for these; registers `GEOMETRY`, `CAPACITY` and `CONFIG_HASH` (0x%08X) "
            + "tell the driver.",
        MachineRegisters.hash(configuration));
    line("");
    parameterTable(configuration);
    configuration.attention().ifPresent(shape -> parameters("Attention engine", shape));
    configuration.router().ifPresent(shape -> parameters("Router", shape));
  }

  private void parameters(String title, Record record) {
    subsection(title);
    parameterTable(record);
  }

  private void parameterTable(Record record) {
    line("| parameter | value | meaning |");
    line("|---|---|---|");
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      line(
          "| %s | %s | %s |",
          component.getName(),
          value(record, component),
          cell(DeclarationText.ofComponent(record.getClass(), component.getName())));
    }
  }

  private static String value(Record record, RecordComponent component) {
    try {
      Object value = component.getAccessor().invoke(record);
      if (value instanceof Optional<?> part) {
        return part.isPresent() ? "below" : "none";
      }
      return value instanceof Number number
          ? String.format(Locale.ROOT, "%,d", number.longValue())
          : value.toString();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private void ports(CoreInterfaces interfaces) {
    section("Ports");
    line(
        "A port of an AXI interface has the name of the interface and its own in AXI: "
            + "`s_axi_ctrl_awaddr` is AWADDR of `s_axi_ctrl`.");
    subsection("Clock and reset");
    portTable();
    port(CoreInterfaces.CLOCK, DeclarationText.ofField(CoreInterfaces.class, "CLOCK"));
    port(CoreInterfaces.RESET, DeclarationText.ofField(CoreInterfaces.class, "RESET"));
    interfaces.buses().forEach(this::bus);
    subsection("Interrupt");
    portTable();
    port(CoreInterfaces.INTERRUPT, DeclarationText.ofField(Machine.class, "irq"));
  }

  private void bus(Bus bus) {
    boolean writes = bus.ports().containsKey("awvalid");
    subsection(bus.isMaster() ? "Memory `%s`".formatted(bus.name()) : "Registers `s_axi_ctrl`");
    line(
        "%s %s, %d bits of data, byte addresses of %d bits%s.",
        bus.isLite() ? "AXI4-Lite" : "AXI4",
        bus.isMaster() ? "master" : "slave",
        bus.width("rdata"),
        bus.width("araddr"),
        writes ? "" : ", reads only");
    line("");
    portTable();
    bus.ports().forEach((name, port) -> port(port.name(), meaning(bus, name)));
  }

  /** What the declaration of a signal says, or that of its channel. */
  private static String meaning(Bus bus, String port) {
    String channel = Bus.channel(port);
    String signal = port.substring(channel.length());
    if (signal.equals("valid") || signal.equals("ready")) {
      Class<?> half = channel.contains("r") ? AxiRead.class : AxiWrite.class;
      String passes = DeclarationText.ofField(bus.isLite() ? AxiLite.class : half, channel);
      return "%s %s".formatted(passes, DeclarationText.ofField(Stream.class, signal));
    }
    Map<String, Class<? extends Record>> payloads = bus.isLite() ? LITE_PAYLOADS : PAYLOADS;
    return DeclarationText.ofComponent(payloads.get(channel), signal);
  }

  private void portTable() {
    line("| port | direction | bits | meaning |");
    line("|---|---|---|---|");
  }

  private void port(String name, String meaning) {
    Port port =
        library.ports().stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
    line(
        "| `%s` | %s | %d | %s |",
        name, port.input() ? "input" : "output", port.width(), cell(meaning));
  }

  private void clockAndReset() {
    section("Clock and reset");
    line(
        "All ports belong to the rising edge of `%s`; `%s.sdc` and `.xdc` declare it with the %s "
            + "MHz that the configuration is made for. `%s` is synchronous and active high: hold "
            + "it over two rising edges or more before the first access. From the first of them on "
            + "no `valid` of the machine is one. In reset the machine forgets the bursts that are "
            + "not answered: reset it only while there are none, or its memory with it%s.",
        CoreInterfaces.CLOCK,
        library.top(),
        configuration.clockHz() / 1e6,
        CoreInterfaces.RESET,
        shelled
            ? "; register `RESET` of the shell waits for that, and resets the machine alone"
            : "");
    line("");
    line(
        "`%s` is a level: it stays one until the host clears `done` in `EVENTS`.",
        CoreInterfaces.INTERRUPT);
  }

  private void memory(CoreInterfaces interfaces) {
    section("What it asks of memory");
    int beatBytes = configuration.beatBytes();
    AxiShape shape = CardMemory.master(configuration);
    int burstBeats = CardMemory.streaming(configuration).burstBeats(shape);
    line(
        "* All ports see the same memory at the same addresses, of %d bits; descriptors, vectors, "
            + "weights, results and records begin at multiples of %d.%s",
        CardMemory.addressBits(configuration),
        ActivationImage.ALIGNMENT,
        shelled
            ? " The shell adds its register `BASE` to them: a multiple of %d, or bursts cross such."
                .formatted(AxiShape.PAGE_BYTES)
            : "");
    line(
        "* Bursts are incrementing (`burst` is %d) and of whole beats of %d bytes, at most %d of "
            + "them; they end at multiples of %d bytes at the latest, so that none crosses %d.",
        AxiAddress.INCREMENTING,
        beatBytes,
        burstBeats,
        burstBeats * beatBytes,
        AxiShape.PAGE_BYTES);
    line(
        "* Weights have at most %d bursts on their way on each port. `cache` is %d (bufferable, "
            + "modifiable), `lock` and `prot` are 0, and a burst of higher `qos` is more urgent.",
        configuration.outstanding(), AxiAddress.BUFFERABLE_MODIFIABLE);
    line(
        "* Answers of different ids (%s) may come in any order, and beats of reads may alternate; "
            + "those of one id come in the order of their addresses.",
        interfaces.buses().stream()
            .filter(Bus::isMaster)
            .map(bus -> "%d bits on `%s`".formatted(bus.width("arid"), bus.name()))
            .collect(Collectors.joining(", ")));
    line("* Data of writes come in the order of the addresses; the memory may take either first.");
    line("* An answer that is an error sets `memory_error` in `STATUS`; the list goes on.");
  }

  private void latency() {
    section("Latency");
    if (configuration.compact()) {
      line(
          "The machine works one descriptor at a time, so nothing overlaps: its cycles are those in "
              + "the descriptor's completion record, and it takes the same for the same work.");
      return;
    }
    MachineLatency latency = new MachineLatency(configuration, shelled);
    line(
        "Cycles from that in which the one passes to that in which the other is offered, when "
            + "nothing else is in its way. Those that memory takes are not in them.");
    line("");
    line("| from | to | cycles | on the way |");
    line("|---|---|---|---|");
    for (Interval interval : latency.intervals()) {
      line(
          "| %s | %s | %d | %s |",
          interval.from(), interval.to(), interval.cycles(), parts(interval.stages()));
    }
    line("");
    line(
        "A product of one row tile of one block of Q8_0 with one vector, which a list before has "
            + "loaded, then looks so. The memory takes an address in every cycle, begins to answer "
            + "%d cycles later, with a beat a cycle, takes data from the cycle after their address "
            + "on, and answers them %d cycles after the last. `multipliers` is inside.",
        MEMORY_LATENCY, MEMORY_LATENCY);
    line("");
    MatmulTimeline timeline = new MatmulTimeline(latency, MEMORY_LATENCY);
    line("```text");
    out.append(TimingDiagram.draw(timeline));
    line("```");
    line("");
    line(
        "%s.",
        Arrays.stream(MatmulTimeline.Event.values())
            .map(event -> "%c %s".formatted(event.mark(), event.meaning()))
            .collect(Collectors.joining(", ")));
    line("");
    line(
        "The cycles are sums of what the parts of the machine declare; a test of Heddle "
            + "(`MatmulTimelineTest`) compares such diagrams with simulated machines, cycle by "
            + "cycle.");
  }

  private static String parts(List<Stage> stages) {
    return stages.stream()
        .map(stage -> "%s %d".formatted(stage.name(), stage.cycles()))
        .collect(Collectors.joining(", "));
  }

  private void section(String title) {
    line("");
    line("## %s", title);
    line("");
  }

  private void subsection(String title) {
    line("");
    line("### %s", title);
    line("");
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }

  private void line(String format, Object... arguments) {
    out.append(format.formatted(arguments)).append('\n');
  }
}
