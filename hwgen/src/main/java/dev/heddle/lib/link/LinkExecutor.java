package dev.heddle.lib.link;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.State;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.AxiLite;
import dev.heddle.lib.Crc32c;
import dev.heddle.lib.Stream;
import dev.heddle.lib.UartPeriod;
import java.util.List;

/**
 * Carries out requests, one after the other, and answers them: what {@link LinkModel} does, in
 * hardware.
 *
 * <pre>
 *   IDLE --> HEADER --> DECIDE --+--> SKIP (refused: the rest of the payload) -----------.
 *    |                           +--> GATHER <--> STORE (writes, word by word) --> MARK -+
 *    |                           +--> FETCH (a register) ----------------------> MARK ---+
 *    |                           +--> GATHER, FETCH <--> EMIT, SUM (CHECK) ----> MARK ---+
 *    |                           '--> MARK (READ, LOOPBACK, HELLO) ----------------------+
 *    '-- interrupt ----------------------------------------------------------------------+
 *                                                                                        v
 *   IDLE <-- SEAL (CRC) <-- payload: FETCH <--> EMIT | ECHO | ... <-- REPLY (header) <-- OPEN
 * </pre>
 *
 * <p>Data goes through one register of a word, whose bytes come and leave one at a time. A read is
 * answered while it goes on: if it fails, what was said of it is taken back and the error is said
 * instead.
 */
final class LinkExecutor extends Component {
  private static final int WORD_BYTES = 4;
  private static final int WORD_BITS = 32;
  private static final int BYTE_BITS = 8;
  private static final int LENGTH_BITS = 16;
  private static final int RESET_CYCLES = 16;

  private enum Phase {
    IDLE,
    HEADER,
    DECIDE,
    SKIP,
    GATHER,
    COUNT,
    STORE,
    FETCH,
    EMIT,
    SUM,
    RESET,
    MARK,
    FAIL,
    OPEN,
    REPLY,
    ECHO,
    DESCRIBE,
    WORD,
    REFUSAL,
    SEAL,
    SWITCH
  }

  private final LinkParameters parameters;

  /** Requests as they come from a {@link LinkReceiver}. */
  final Stream<UInt> requests = in(Stream.of(uint(BYTE_BITS)));

  /** Replies with their CRC. */
  final Stream<LinkByte> replies = out(Stream.of(LinkByte.type()));

  /** One takes back what was said of the present reply. */
  final Bit abort = out(bit());

  /** One while everything that was said has left the board. */
  final Bit sent = in(bit());

  /** Registers of the machine. */
  final AxiLite registers;

  /** Card memory. */
  final AxiLite memory;

  /** Interrupt of the machine. */
  final Bit irq;

  /** Resets the machine, from a register. */
  final Bit machineReset;

  /** Length of a bit on the line. */
  final UInt period;

  /** One changes it to {@code wantedPeriod}. */
  final Bit changePeriod;

  /** The new length. */
  final UInt wantedPeriod;

  private final State<Phase> phase = state(Phase.IDLE);
  private final UInt number = reg(uint(BYTE_BITS));
  private final UInt operation = reg(uint(BYTE_BITS));
  private final UInt length = reg(uint(LENGTH_BITS));
  private final UInt address = reg(uint(WORD_BITS));

  /** Bytes that are left to do: of the payload that comes, or of what is read. */
  private final UInt left = reg(uint(LinkProtocol.CHECK_BITS));

  private final Vec<UInt> wordBytes = regs(WORD_BYTES, uint(BYTE_BITS));
  private final UInt status = reg(uint(LinkReply.STATUS_BITS));
  private final UInt session = reg(uint(WORD_BITS), 0);
  private final UInt step = reg(uint(bits(LinkDescription.BYTES)));

  LinkExecutor(LinkParameters parameters) {
    this.parameters = parameters;
    document("Carries out the requests of a link.");
    registers = out(AxiLite.of(parameters.registerBits(), WORD_BITS));
    memory = out(AxiLite.of(parameters.memoryBits(), WORD_BITS));
    irq = in(bit());
    machineReset = out(bit());
    period = in(uint(UartPeriod.BITS));
    changePeriod = out(bit());
    wantedPeriod = out(uint(UartPeriod.BITS));

    UInt word = cat(wordBytes.get(3), wordBytes.get(2), wordBytes.get(1), wordBytes.get(0));
    UInt lane = reg(uint(bits(WORD_BYTES)));
    Vec<Bit> strobe = regs(WORD_BYTES, bit());
    Bit isNew = reg(bit());
    Bit hasSession = reg(bit(), 0);
    Bit irqBefore = next(irq, 0);
    Bit irqRose = reg(bit(), 0);
    Bit isReset = next(phase.is(Phase.RESET), 0);

    Bit isRead = is(LinkOperation.READ);
    Bit isWrite = is(LinkOperation.WRITE);
    Bit isCheck = is(LinkOperation.CHECK);
    Bit isHello = is(LinkOperation.HELLO);
    Bit isLoopback = is(LinkOperation.LOOPBACK);
    Bit isRate = is(LinkOperation.RATE);
    Bit isRegisterRead = is(LinkOperation.READ_REGISTER);
    Bit isRegisterWrite = is(LinkOperation.WRITE_REGISTER);
    Bit isMachineReset = is(LinkOperation.RESET);
    Bit isDone = status.eq(LinkStatus.DONE.code());
    Bit lastLane = lane.all();
    Bit lastByte = left.eq(1);
    UInt addressLane = address.wrap(2);

    // ---- what is to be done
    Bit isKnown = operation.lt(LinkOperation.values().length);
    LinkLengthCheck lengthCheck = inst(new LinkLengthCheck(parameters.payload()));
    lengthCheck.operation.set(kind());
    lengthCheck.length.set(length);
    lengthCheck.payload.set(left.wrap(lengthCheck.payload.width()));
    Bit fits = lengthCheck.fits;
    Bit begins = address.any();
    LinkWindow window = inst(new LinkWindow(parameters.window()));
    Bit decides = phase.is(Phase.DECIDE);
    window.number.set(number);
    window.clear.set(decides.and(isKnown).and(isHello).and(fits).and(begins));
    window.keep.set(decides);
    window.mark.set(phase.is(Phase.MARK).and(isNew));
    window.restore.set(phase.is(Phase.FAIL));
    Bit isRepeatable =
        any(
            List.of(LinkOperation.values()).stream()
                .filter(LinkOperation::repeatable)
                .map(this::is)
                .toList());

    // ---- accesses
    LinkAccess wordAccess =
        inst(new LinkAccess(parameters.registerBits(), parameters.memoryBits()));
    Bit nothingToSum = isCheck.and(left.eq(0));
    wordAccess.read.set(phase.is(Phase.FETCH).andNot(nothingToSum));
    wordAccess.write.set(phase.is(Phase.STORE));
    wordAccess.isRegister.set(isRegisterRead.or(isRegisterWrite));
    wordAccess.address.set(address);
    wordAccess.data.set(word);
    wordAccess.strobe.set(cat(strobe.get(3), strobe.get(2), strobe.get(1), strobe.get(0)));
    connect(registers, wordAccess.registers);
    connect(memory, wordAccess.memory);

    // ---- the bytes that go
    Crc32c crc = inst(new Crc32c(parameters.crcBits()));
    Bit drains = phase.is(Phase.SEAL).or(phase.is(Phase.SUM));
    Bit isSilent = phase.is(Phase.SUM).or(phase.is(Phase.EMIT).and(isCheck));
    Bit offers =
        any(
            List.of(
                drains,
                phase.is(Phase.REPLY),
                phase.is(Phase.EMIT),
                phase.is(Phase.DESCRIBE),
                phase.is(Phase.WORD),
                phase.is(Phase.REFUSAL),
                phase.is(Phase.ECHO).and(requests.valid)));
    UInt input = requests.payload;
    UInt crcByte = crc.value.wrap(BYTE_BITS);
    UInt arriving = mux(phase.is(Phase.SUM), crcByte, input);
    UInt wordByte = wordBytes.at(lane);
    LinkReplyBytes replyBytes = inst(new LinkReplyBytes(parameters));
    replyBytes.number.set(number);
    replyBytes.operation.set(kind());
    replyBytes.status.set(status);
    replyBytes.interrupt.set(irq);
    replyBytes.base.set(window.base);
    replyBytes.applied.set(window.applied);
    replyBytes.session.set(session);
    replyBytes.period.set(period);
    replyBytes.index.set(step);
    UInt content = wire(uint(BYTE_BITS));
    when(phase.is(Phase.REPLY), () -> content.set(replyBytes.header))
        .elseWhen(phase.is(Phase.DESCRIBE), () -> content.set(replyBytes.description))
        .elseWhen(phase.is(Phase.ECHO), () -> content.set(input))
        .elseWhen(phase.is(Phase.REFUSAL), () -> content.set(address.wrap(BYTE_BITS)))
        .elseWhen(drains, () -> content.set(crcByte))
        .otherwise(() -> content.set(wordByte));
    crc.restart.set(phase.is(Phase.IDLE).or(phase.is(Phase.OPEN)));
    crc.drain.set(drains);
    crc.bytes.valid.set(offers.and(isSilent.or(replies.ready)));
    crc.bytes.payload.set(content);
    replies.valid.set(offers.and(crc.bytes.ready).andNot(isSilent));
    replies.payload.data().set(content);
    replies.payload.last().set(phase.is(Phase.SEAL).and(lastLane));
    abort.set(phase.is(Phase.FAIL));
    Bit passes = named("passes", crc.bytes.fire());
    unused(crc.sound);

    // ---- the bytes that come
    Bit hasLeft = left.any();
    requests.ready.set(
        any(
            List.of(
                phase.is(Phase.HEADER),
                phase.is(Phase.GATHER),
                phase.is(Phase.SKIP).and(hasLeft),
                phase.is(Phase.ECHO).and(crc.bytes.ready).and(replies.ready))));
    Bit takes = named("takes", requests.fire());

    Bit changes = phase.is(Phase.SWITCH).and(sent);
    machineReset.set(isReset);
    changePeriod.set(changes);
    wantedPeriod.set(word.wrap(UartPeriod.BITS));

    match(
        phase,
        p ->
            switch (p) {
              case IDLE ->
                  () -> {
                    step.set(0);
                    when(
                            irqRose,
                            () -> {
                              irqRose.set(false);
                              number.set(0);
                              operation.set(0);
                              status.set(LinkStatus.INTERRUPT.code());
                              phase.set(Phase.OPEN);
                            })
                        .elseWhen(requests.valid, () -> phase.set(Phase.HEADER));
                  };
              case HEADER ->
                  () ->
                      when(
                          takes,
                          () -> {
                            step.set(step.inc());
                            shiftHeader(input);
                            int last = LinkParameters.COUNT_BYTES + LinkProtocol.HEADER_BYTES - 1;
                            when(step.eq(last), () -> phase.set(Phase.DECIDE));
                          });
              case DECIDE ->
                  () -> {
                    step.set(0);
                    isNew.set(isHello.or(window.again).not());
                    lane.set(mux(isWrite, addressLane, 0));
                    range(WORD_BYTES).forEach(i -> strobe.get(i).set(false));
                    phase.set(Phase.SKIP);
                    when(isKnown.not(), () -> refuse(LinkStatus.UNKNOWN_OPERATION))
                        .elseWhen(fits.not(), () -> refuse(LinkStatus.BAD_LENGTH))
                        .elseWhen(
                            isHello.not().and(hasSession.not().or(window.outside)),
                            () -> refuse(LinkStatus.UNEXPECTED))
                        .elseWhen(
                            window.again.andNot(isRepeatable), () -> refuse(LinkStatus.REPEATED))
                        .otherwise(
                            () -> {
                              status.set(LinkStatus.DONE.code());
                              when(
                                  isHello.and(begins),
                                  () -> {
                                    session.set(address);
                                    hasSession.set(true);
                                  });
                              when(isRegisterRead, () -> phase.set(Phase.FETCH))
                                  .elseWhen(isMachineReset, () -> phase.set(Phase.RESET))
                                  .elseWhen(
                                      isHello.or(isRead).or(isLoopback),
                                      () -> phase.set(Phase.MARK))
                                  .otherwise(() -> phase.set(Phase.GATHER));
                            });
                  };
              case SKIP ->
                  () ->
                      when(hasLeft.not(), () -> phase.set(Phase.OPEN))
                          .elseWhen(takes, () -> left.set(left.dec()));
              case GATHER ->
                  () ->
                      when(
                          takes,
                          () -> {
                            lane.set(lane.inc());
                            left.set(left.dec());
                            for (int i : range(WORD_BYTES)) {
                              when(
                                  lane.eq(i),
                                  () -> {
                                    strobe.get(i).set(true);
                                    wordBytes.get(i).set(arriving);
                                  });
                            }
                            when(
                                lastLane.or(isWrite.and(lastByte)),
                                () -> {
                                  when(isCheck, () -> phase.set(Phase.COUNT))
                                      .elseWhen(isRate, () -> phase.set(Phase.MARK))
                                      .otherwise(() -> phase.set(Phase.STORE));
                                });
                          });
              case COUNT ->
                  () -> {
                    left.set(word.wrap(LinkProtocol.CHECK_BITS));
                    lane.set(addressLane);
                    phase.set(Phase.FETCH);
                    when(
                        word.shr(LinkProtocol.CHECK_BITS).any(),
                        () -> {
                          refuse(LinkStatus.BAD_LENGTH);
                          phase.set(Phase.OPEN);
                        });
                  };
              case STORE ->
                  () ->
                      when(
                          wordAccess.done,
                          () -> {
                            range(WORD_BYTES).forEach(i -> strobe.get(i).set(false));
                            when(wordAccess.error, () -> phase.set(Phase.FAIL))
                                .elseWhen(hasLeft.not(), () -> phase.set(Phase.MARK))
                                .otherwise(
                                    () -> {
                                      lane.set(0);
                                      nextWord();
                                      phase.set(Phase.GATHER);
                                    });
                          });
              case FETCH ->
                  () -> {
                    when(
                            nothingToSum,
                            () -> {
                              lane.set(0);
                              phase.set(Phase.SUM);
                            })
                        .elseWhen(
                            wordAccess.done,
                            () -> {
                              for (int i : range(WORD_BYTES)) {
                                wordBytes.get(i).set(wordAccess.loaded.slice(8 * i + 7, 8 * i));
                              }
                              when(wordAccess.error, () -> phase.set(Phase.FAIL))
                                  .elseWhen(isRegisterRead, () -> phase.set(Phase.MARK))
                                  .otherwise(() -> phase.set(Phase.EMIT));
                            });
                  };
              case EMIT ->
                  () ->
                      when(
                          passes,
                          () -> {
                            lane.set(lane.inc());
                            left.set(left.dec());
                            when(
                                    lastByte,
                                    () -> {
                                      lane.set(0);
                                      phase.set(isCheck, Phase.SUM, Phase.SEAL);
                                    })
                                .elseWhen(
                                    lastLane,
                                    () -> {
                                      nextWord();
                                      phase.set(Phase.FETCH);
                                    });
                          });
              case SUM ->
                  () ->
                      when(
                          passes,
                          () -> {
                            lane.set(lane.inc());
                            for (int i : range(WORD_BYTES)) {
                              when(lane.eq(i), () -> wordBytes.get(i).set(arriving));
                            }
                            when(lastLane, () -> phase.set(Phase.MARK));
                          });
              case RESET ->
                  () -> {
                    step.set(step.inc());
                    when(step.eq(RESET_CYCLES - 1), () -> phase.set(Phase.MARK));
                  };
              case MARK ->
                  () -> {
                    isNew.set(false);
                    when(isRead, () -> left.set(length));
                    when(isNew.not().and(window.settled), () -> phase.set(Phase.OPEN));
                  };
              case FAIL ->
                  () -> {
                    status.set(LinkStatus.BUS_ERROR.code());
                    when(
                        wordAccess.isRegister.not(),
                        () -> address.set(cat(address.slice(WORD_BITS - 1, 2), lit(0, 2))));
                    phase.set(isWrite, Phase.SKIP, Phase.OPEN);
                  };
              case OPEN ->
                  () -> {
                    step.set(0);
                    lane.set(mux(isRead.and(isDone), addressLane, 0));
                    phase.set(Phase.REPLY);
                  };
              case REPLY ->
                  () ->
                      when(
                          passes,
                          () -> {
                            step.set(step.inc());
                            when(
                                step.eq(LinkProtocol.HEADER_BYTES - 1),
                                () -> {
                                  step.set(0);
                                  when(
                                          status.eq(LinkStatus.BUS_ERROR.code()),
                                          () -> phase.set(Phase.REFUSAL))
                                      .elseWhen(isDone.not(), () -> phase.set(Phase.SEAL))
                                      .elseWhen(isHello, () -> phase.set(Phase.DESCRIBE))
                                      .elseWhen(isRead, () -> phase.set(Phase.FETCH))
                                      .elseWhen(
                                          isRegisterRead.or(isCheck), () -> phase.set(Phase.WORD))
                                      .elseWhen(
                                          isLoopback.and(hasLeft), () -> phase.set(Phase.ECHO))
                                      .otherwise(() -> phase.set(Phase.SEAL));
                                });
                          });
              case ECHO ->
                  () ->
                      when(
                          takes,
                          () -> {
                            left.set(left.dec());
                            when(lastByte, () -> phase.set(Phase.SEAL));
                          });
              case DESCRIBE ->
                  () ->
                      when(
                          passes,
                          () -> {
                            step.set(step.inc());
                            when(step.eq(LinkDescription.BYTES - 1), () -> phase.set(Phase.SEAL));
                          });
              case WORD ->
                  () ->
                      when(
                          passes,
                          () -> {
                            lane.set(lane.inc());
                            when(lastLane, () -> phase.set(Phase.SEAL));
                          });
              case REFUSAL ->
                  () ->
                      when(
                          passes,
                          () -> {
                            lane.set(lane.inc());
                            shiftHeader(input);
                            when(lastLane, () -> phase.set(Phase.SEAL));
                          });
              case SEAL ->
                  () ->
                      when(
                          passes,
                          () -> {
                            lane.set(lane.inc());
                            when(
                                lastLane,
                                () -> phase.set(isRate.and(isDone), Phase.SWITCH, Phase.IDLE));
                          });
              case SWITCH -> () -> when(sent, () -> phase.set(Phase.IDLE));
            });
    when(irq.andNot(irqBefore), () -> irqRose.set(true));
  }

  private Bit is(LinkOperation wanted) {
    return kind().eq(wanted.code());
  }

  /** The bits of the operation that replies repeat: all there is of one that is known. */
  private UInt kind() {
    return operation.wrap(LinkReply.OPERATION_BITS);
  }

  private static Bit any(List<Bit> conditions) {
    return reduce(conditions, Bit::or);
  }

  /** Moves the header down by a byte: its fields are a chain that is filled from the top. */
  private void shiftHeader(UInt top) {
    left.set(cat(number, left.slice(2 * BYTE_BITS - 1, BYTE_BITS)));
    number.set(operation);
    operation.set(length.wrap(BYTE_BITS));
    length.set(cat(address.wrap(BYTE_BITS), length.shr(BYTE_BITS)));
    address.set(cat(top, address.shr(BYTE_BITS)));
  }

  /** One bit more than card memory has is enough: an address with that is refused. */
  private void nextWord() {
    int carries = Math.min(WORD_BITS, parameters.memoryBits() + 1);
    UInt low = cat(address.slice(carries - 1, 2).inc(), address.wrap(2));
    address.set(carries == WORD_BITS ? low : cat(address.shr(carries), low));
  }

  private void refuse(LinkStatus reason) {
    status.set(reason.code());
  }

  @Override
  protected String moduleName() {
    return "LinkExecutor_p%d_w%d".formatted(parameters.payload(), parameters.window());
  }
}
