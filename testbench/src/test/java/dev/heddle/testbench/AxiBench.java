package dev.heddle.testbench;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.connect;
import static dev.heddle.hdl.Hdl.named;
import static dev.heddle.hdl.Hdl.range;
import static dev.heddle.hdl.Hdl.uint;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.lib.AxiLimits;
import dev.heddle.lib.AxiLite;
import dev.heddle.lib.AxiRead;
import dev.heddle.lib.AxiReadArbiter;
import dev.heddle.lib.AxiReader;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.AxiWrite;
import dev.heddle.lib.AxiWriteArbiter;
import dev.heddle.lib.AxiWriter;
import dev.heddle.lib.RegisterField;
import dev.heddle.lib.RegisterFile;
import dev.heddle.lib.RegisterMap;
import dev.heddle.lib.Stream;

/**
 * Masters, arbiters and a register file of several shapes side by side, built once for all tests.
 */
final class AxiBench extends Component {
  static final RegisterMap MAP =
      RegisterMap.named("bench", "Registers of the test.")
          .register(
              "ID",
              0x00,
              "Identity.",
              RegisterField.constant("magic", 0, 32, 0xF00D_BEEFL, "Magic."))
          .register(
              "CONTROL",
              0x04,
              "Control.",
              RegisterField.readWrite("enable", 0, 1, 1, "Enable."),
              RegisterField.readWrite("step", 4, 12, 0x123, "Step."),
              RegisterField.pulse("clear", 31, 1, "Clear."))
          .register("EVENTS", 0x08, "Events.", RegisterField.event("seen", 2, 3, "Seen."))
          .wide("COUNT", 0x10, "Cycles.", RegisterField.readOnly("cycles", 0, 64, "Cycles."))
          .wide("LIMIT", 0x20, "Limit.", RegisterField.readWrite("limit", 8, 40, 5, "Limit."))
          .build();

  /** A master of the bench. */
  record Master(String name, AxiShape shape, AxiLimits limits, int bufferBeats) {
    int burstBeats() {
      return limits.burstBeats(shape);
    }
  }

  static final Master MIDDLE =
      new Master("middle", new AxiShape(64, 64, 2), new AxiLimits(16, 4), 64);
  static final Master LONG_BURSTS =
      new Master("long", new AxiShape(40, 32, 1), new AxiLimits(256, 2), 300);
  static final Master WIDE =
      new Master("wide", new AxiShape(40, 512, 4), new AxiLimits(256, 8), 128);
  static final Master SINGLE_BEATS =
      new Master("single", new AxiShape(32, 64, 1), new AxiLimits(1, 24), 24);
  static final Master ONE_AT_A_TIME =
      new Master("alone", new AxiShape(32, 8, 1), new AxiLimits(8, 1), 8);
  static final Master SHARING =
      new Master("sharing", new AxiShape(32, 64, 1), new AxiLimits(8, 4), 32);
  static final int SHARERS = 3;

  AxiBench() {
    for (Master master : new Master[] {MIDDLE, LONG_BURSTS, WIDE, SINGLE_BEATS, ONE_AT_A_TIME}) {
      AxiReader reader = reader(master, "");
      AxiRead readPort = named(master.name() + "_read", out(AxiRead.of(master.shape())));
      connect(readPort, reader.memory);
      AxiWriter writer = writer(master, "");
      AxiWrite writePort = named(master.name() + "_write", out(AxiWrite.of(master.shape())));
      connect(writePort, writer.memory);
    }
    AxiShape shared = AxiReadArbiter.sharedShape(SHARING.shape(), SHARERS);
    AxiReadArbiter reads = inst("readArbiter", new AxiReadArbiter(SHARING.shape(), SHARERS));
    AxiWriteArbiter writes = inst("writeArbiter", new AxiWriteArbiter(SHARING.shape(), SHARERS, 4));
    for (int i : range(SHARERS)) {
      connect(reads.masters.get(i), reader(SHARING, "" + i).memory);
      connect(writes.masters.get(i), writer(SHARING, "" + i).memory);
    }
    connect(named("sharing_read", out(AxiRead.of(shared))), reads.memory);
    connect(named("sharing_write", out(AxiWrite.of(shared))), writes.memory);

    RegisterFile registers = inst("registers", new RegisterFile(MAP, 8));
    connect(registers.bus, named("s_axi_ctrl", in(AxiLite.of(8, 32))));
    registers.status("COUNT", "cycles").set(named("count_cycles", in(uint(64))));
    registers.event("EVENTS", "seen").set(named("seen_now", in(uint(3))));
    named("enable", out(bit())).set(registers.value("CONTROL", "enable").asBit());
    named("step", out(uint(12))).set(registers.value("CONTROL", "step"));
    named("clear", out(bit())).set(registers.pulse("CONTROL", "clear").asBit());
    named("limit", out(uint(40))).set(registers.value("LIMIT", "limit"));
    named("seen", out(uint(3))).set(registers.value("EVENTS", "seen"));
  }

  private AxiReader reader(Master master, String suffix) {
    String name = master.name() + suffix + "_reader";
    AxiReader reader =
        inst(name, new AxiReader(master.shape(), master.limits(), master.bufferBeats()));
    connect(
        reader.requests, named(name + "_requests", in(Stream.of(AxiRequest.of(master.shape())))));
    connect(
        named(name + "_beats", out(Stream.of(AxiReader.Beat.of(master.shape())))), reader.beats);
    output(name + "_error", reader.error);
    output(name + "_idle", reader.idle);
    return reader;
  }

  private AxiWriter writer(Master master, String suffix) {
    String name = master.name() + suffix + "_writer";
    AxiWriter writer = inst(name, new AxiWriter(master.shape(), master.limits()));
    connect(
        writer.requests, named(name + "_requests", in(Stream.of(AxiRequest.of(master.shape())))));
    connect(writer.beats, named(name + "_beats", in(Stream.of(AxiWriter.Beat.of(master.shape())))));
    output(name + "_done", writer.done);
    output(name + "_error", writer.error);
    output(name + "_idle", writer.idle);
    return writer;
  }

  private void output(String name, Bit value) {
    named(name, out(bit())).set(value);
  }
}
