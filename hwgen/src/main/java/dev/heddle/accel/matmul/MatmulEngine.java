package dev.heddle.accel.matmul;

import static dev.heddle.accel.command.StructureBits.field;
import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.CardMemory;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.isa.Operation;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.AxiReader;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.AxiWriter;
import dev.heddle.lib.Delay;
import dev.heddle.lib.Stream;
import java.util.ArrayList;
import java.util.List;

/**
 * Executes {@link Operation#MATMUL}: weights stream in over all ports, every lane computes one row,
 * results leave as fp32.
 *
 * <pre>
 *   for each row tile                      ports * lanes rows, one for each lane
 *     for each block of 32                 taken from the streams once, when all ports have it
 *       for each token
 *         for each step                    columns codes of every lane in one cycle
 *     drain: fp32 of each sum, to card memory, while the next tile runs
 * </pre>
 *
 * <p>A step is issued in each cycle in which every port has a block and the sums of the tile before
 * last are drained.
 */
public final class MatmulEngine extends Component {
  /** Cycles from a command to the request of the first port's weights; a port more, one more. */
  public static final int REQUEST_LATENCY = 1;

  /** Cycles from a dot product to the sum that it is added to: scale, shift, addition. */
  private static final int TERM_LATENCY = 3;

  /** Descriptors; taken when the engine is idle. */
  public final Stream<UInt> command;

  /** One in the last cycle of a descriptor. */
  public final Bit done;

  /** Whether the multipliers work in this cycle. */
  public final Bit busy;

  /** Beats taken in this cycle. */
  public final UInt beatsTaken;

  /** Whether a result was too large for fp32. */
  public final Bit saturated;

  /** For each port the range of its stream. */
  public final Vec<Stream<AxiRequest>> weightRequests;

  /** For each port its stream. */
  public final Vec<Stream<AxiReader.Beat>> weightBeats;

  /** Place of the activations that are wanted. */
  public final ActivationBuffer.Place activationPlace;

  /** Codes at the place of the cycle before. */
  public final UInt activationCodes;

  /** Exponent of their block. */
  public final SInt activationExponent;

  /** Largest exponent of their vector. */
  public final SInt largestExponent;

  /** Vector whose results are converted. */
  public final UInt resultToken;

  /** Half of the activation buffer in use. */
  public final Bit resultHalf;

  /** Largest exponent of that vector, in the same cycle. */
  public final SInt resultLargest;

  /** Ranges of card memory that results are written to. */
  public final Stream<AxiRequest> resultRequests;

  /** The results. */
  public final Stream<AxiWriter.Beat> resultBeats;

  /** Whether all results have arrived in card memory. */
  public final Bit resultsArrived;

  private final Configuration configuration;

  /**
   * Where a step stands in its matrix.
   *
   * @param firstStep first step of a block
   * @param lastStep last step of a block
   * @param firstBlock in the first block of a row
   * @param bank bank of the sums
   * @param token token
   */
  record Position(Bit firstStep, Bit lastStep, Bit firstBlock, Bit bank, UInt token)
      implements Data {}

  /** The engine of {@code configuration}. */
  public MatmulEngine(Configuration configuration) {
    this.configuration = configuration;
    AxiShape shape = CardMemory.master(configuration);
    int ports = configuration.ports();
    int lanes = configuration.lanes();
    int tokenBits = ActivationBuffer.tokenBits(configuration);
    command = in(Stream.of(uint(Operation.BYTES * 8)));
    done = out(bit());
    busy = out(bit());
    beatsTaken = out(uint(bits(ports + 1)));
    saturated = out(bit());
    weightRequests = out(ports, Stream.of(AxiRequest.of(shape)));
    weightBeats = in(ports, Stream.of(AxiReader.Beat.of(shape)));
    activationPlace = out(ActivationBuffer.Place.type(configuration));
    activationCodes = in(uint(configuration.columns() * DotProduct.CODE_BITS));
    activationExponent = in(sint(DotProduct.CODE_BITS));
    largestExponent = in(sint(DotProduct.CODE_BITS));
    resultToken = out(uint(tokenBits));
    resultHalf = out(bit());
    resultLargest = in(sint(DotProduct.CODE_BITS));
    resultRequests = out(Stream.of(AxiRequest.of(shape)));
    resultBeats = out(Stream.of(AxiWriter.Beat.of(shape)));
    resultsArrived = in(bit());
    document("Multiplies a matrix that streams from card memory with vectors on chip.");
    parameter("PORTS", ports);
    parameter("LANES", lanes);
    parameter("COLUMNS", configuration.columns());
    parameter("TOKENS", configuration.maxTokens());

    UInt descriptor = command.payload;
    unused(descriptor);
    Bit running = reg(bit(), 0);
    Bit issuing = reg(bit(), 0);
    UInt blocks = reg(uint(bits(configuration.maxBlocks() + 1)));
    UInt lastToken = reg(uint(tokenBits));
    Bit half = reg(bit());
    UInt format = reg(uint(DecodedFormat.positionBits()));
    SInt unit = reg(sint(DotProduct.CODE_BITS));
    UInt tiles = reg(uint(32));
    Bit start = command.fire();
    command.ready.set(running.not());
    when(
        start,
        () -> {
          running.set(true);
          issuing.set(true);
          blocks.set(operand(descriptor, "blocks").wrap(blocks.width()));
          lastToken.set(operand(descriptor, "tokens").dec().wrap(tokenBits));
          half.set(operand(descriptor, "buffer").at(0));
          format.set(operand(descriptor, "format").wrap(format.width()));
          unit.set(operand(descriptor, "l0").asSInt().wrap(unit.width()));
          tiles.set(operand(descriptor, "row_tiles"));
        });

    requestWeights(start, descriptor);

    // ---- sequence of steps
    List<Unpacker> unpackers = new ArrayList<>();
    List<UInt> taken = new ArrayList<>();
    for (int port = 0; port < ports; port++) {
      Unpacker unpacker = inst("unpacker_" + port, new Unpacker(configuration));
      Stream<AxiReader.Beat> beats = weightBeats.get(port);
      unpacker.beats.valid.set(beats.valid.and(running));
      beats.ready.set(unpacker.beats.ready.and(running));
      unpacker.beats.payload.set(beats.payload.data());
      unused(beats.payload.last());
      unpacker.blocks.set(blocks);
      unpacker.format.set(format);
      taken.add(beats.fire().asUInt());
      unpackers.add(unpacker);
    }
    UInt beatSum = reduce(taken, UInt::add);
    beatsTaken.set(beatSum.pad(beatsTaken.width()).wrap(beatsTaken.width()));

    UInt step = reg(uint(bits(configuration.steps())), 0);
    UInt token = reg(uint(tokenBits), 0);
    UInt block = reg(uint(ActivationBuffer.blockBits(configuration)), 0);
    UInt tile = reg(uint(32), 0);
    Bit bank = reg(bit(), 0);
    Vec<Bit> draining = regs(2, bit(), 0);

    Bit firstStep = step.eq(0);
    Bit lastStep = step.eq(configuration.steps() - 1);
    Bit firstBlock = block.eq(0);
    Bit lastBlock = block.pad(blocks.width()).eq(blocks.dec());
    Bit lastOfTokens = token.eq(lastToken);
    Bit valid = reduce(unpackers.stream().map(unpacker -> unpacker.valid).toList(), Bit::and);
    Bit bankFree = firstBlock.not().or(mux(bank, draining.get(1), draining.get(0)).not());
    Bit issue = issuing.and(valid).and(bankFree);
    Bit blockDone = issue.and(lastStep).and(lastOfTokens);
    Bit tileDone = blockDone.and(lastBlock);
    Bit lastTile = tile.eq(tiles.dec());
    when(issue, () -> step.set(mux(lastStep, 0, step.inc())));
    when(issue.and(lastStep), () -> token.set(mux(lastOfTokens, 0, token.inc())));
    when(blockDone, () -> block.set(mux(lastBlock, 0, block.inc())));
    when(
        tileDone,
        () -> {
          bank.set(bank.not());
          tile.set(mux(lastTile, 0, tile.inc()));
          when(lastTile, () -> issuing.set(false));
        });
    for (Unpacker unpacker : unpackers) {
      unpacker.advance.set(blockDone);
      unpacker.step.set(step);
    }
    connect(activationPlace, new ActivationBuffer.Place(half, token, block, step));
    busy.set(issue);

    // ---- lanes, a pipeline behind the issue of a step
    int codesReady = codesLatency(configuration);
    int dotReady = dotLatency(configuration);
    Position position = new Position(firstStep, lastStep, firstBlock, bank, token);
    List<Bit> issued = Delay.line(this, dotReady + 2, issue, 0);
    List<Position> positions = Delay.line(this, dotReady + 2, position);
    SInt shift = activationExponent.sub(largestExponent).sub(unit).wrap(MatmulLane.SHIFT_BITS);
    SInt shiftNow = Delay.of(this, dotReady, shift);
    UInt activations = Delay.of(this, codesReady - 1, activationCodes);
    int dotProductLatency = MatmulLane.dotProductLatency(configuration);
    int productReady = codesReady + dotProductLatency;
    SInt activationSum =
        Delay.of(
            this,
            dotProductLatency - DotProduct.LATENCY,
            activationSum(activations, issued.get(codesReady + 1), positions.get(codesReady + 1)));
    Position atTerm = positions.get(dotReady + 2);
    UInt drainToken = reg(uint(tokenBits), 0);
    Bit drainBank = reg(bit(), 0);
    List<MatmulLane> rows = new ArrayList<>();
    for (int port = 0; port < ports; port++) {
      Unpacker unpacker = unpackers.get(port);
      UInt codes = Delay.of(this, codesReady, unpacker.codes);
      UInt scales = Delay.of(this, dotReady - 1, unpacker.scales);
      UInt minimums = Delay.of(this, dotReady - 1, unpacker.minimums);
      int laneBits = configuration.columns() * DotProduct.CODE_BITS;
      for (int lane = 0; lane < lanes; lane++) {
        MatmulLane row = inst("lane_" + port + "_" + lane, new MatmulLane(configuration));
        row.codes.set(codes.slice(laneBits * (lane + 1) - 1, laneBits * lane));
        row.activations.set(activations);
        row.valid.set(issued.get(codesReady));
        row.step.set(issued.get(productReady));
        row.firstStep.set(positions.get(productReady).firstStep());
        Scale scale = next(decoded(scales, lane));
        Scale minimum = next(decoded(minimums, lane));
        connect(row.scale, scale);
        connect(row.minimum, minimum);
        row.activationSum.set(activationSum);
        row.shift.set(shiftNow);
        row.term.set(issued.get(dotReady + 2).and(atTerm.lastStep()));
        connect(
            row.target, new MatmulLane.Target(atTerm.bank(), atTerm.token(), atTerm.firstBlock()));
        row.drainBank.set(drainBank);
        row.drainToken.set(drainToken);
        rows.add(row);
      }
    }

    // ---- results
    ResultWriter results = inst(new ResultWriter(configuration));
    results.start.set(start);
    results.firstAddress.set(operand(descriptor, "output").wrap(CardMemory.ADDRESS_BITS));
    results.tokenStride.set(operand(descriptor, "output_stride"));
    results.lastToken.set(lastToken);
    results.unit.set(unit);
    results.tile.set(Delay.of(this, sumLatency(configuration), tileDone, 0));
    results.largest.set(resultLargest);
    connect(results.sums, Vec.of(rows.stream().map(row -> row.sum).toList()));
    drainToken.set(results.token);
    drainBank.set(results.bank);
    resultToken.set(drainToken);
    resultHalf.set(half);
    connect(resultRequests, results.requests);
    connect(resultBeats, results.beats);
    for (int i : range(2)) {
      Bit thisBank = i == 0 ? bank.not() : bank;
      Bit drained = results.drained.and(i == 0 ? drainBank.not() : drainBank);
      when(tileDone.and(thisBank), () -> draining.get(i).set(true))
          .elseWhen(drained, () -> draining.get(i).set(false));
    }

    Bit finished =
        running.and(issuing.not()).andNot(draining.get(0).or(draining.get(1))).and(resultsArrived);
    when(finished, () -> running.set(false));
    done.set(finished);
    saturated.set(results.saturated);
  }

  /** Cycles from the issue of a step to its codes. */
  private static int codesLatency(Configuration configuration) {
    return configuration.shortPaths() ? 2 : 1;
  }

  /** Cycles from the issue of a block's last step to the block's dot product. */
  private static int dotLatency(Configuration configuration) {
    int overSteps = configuration.steps() == 1 ? 0 : 1;
    return codesLatency(configuration) + MatmulLane.dotProductLatency(configuration) + overSteps;
  }

  /** Cycles from the issue of a row tile's last step to its sums. */
  public static int sumLatency(Configuration configuration) {
    return dotLatency(configuration) + TERM_LATENCY;
  }

  /** Asks for the stream of each port, one port a cycle. */
  private void requestWeights(Bit start, UInt descriptor) {
    int ports = configuration.ports();
    UInt address = reg(uint(CardMemory.ADDRESS_BITS));
    UInt portStride = reg(uint(CardMemory.ADDRESS_BITS));
    UInt portBeats = reg(uint(AxiRequest.BEATS_BITS));
    Vec<Bit> asking = regs(ports, bit(), 0);
    when(
        start,
        () -> {
          address.set(operand(descriptor, "weights").wrap(CardMemory.ADDRESS_BITS));
          portStride.set(operand(descriptor, "port_stride").wrap(CardMemory.ADDRESS_BITS));
          portBeats.set(operand(descriptor, "port_beats"));
          asking.get(0).set(true);
        });
    for (int port : range(ports)) {
      Stream<AxiRequest> requests = weightRequests.get(port);
      requests.valid.set(asking.get(port));
      connect(requests.payload, new AxiRequest(address, portBeats));
      when(
          requests.fire(),
          () -> {
            asking.get(port).set(false);
            address.set(address.wrapAdd(portStride));
            if (port + 1 < ports) {
              asking.get(port + 1).set(true);
            }
          });
    }
  }

  /**
   * The sum of a block's activation codes, when the block's dot product is complete.
   *
   * @param added whether a step arrives, a cycle after its codes
   * @param position of that step
   */
  private SInt activationSum(UInt activations, Bit added, Position position) {
    List<SInt> codes = new ArrayList<>();
    for (int column = 0; column < configuration.columns(); column++) {
      codes.add(DotProduct.code(activations, column));
    }
    SInt part = next(sum(codes));
    if (configuration.steps() == 1) {
      return next(part.pad(MatmulLane.activationSumBits()));
    }
    SInt activationSum = reg(sint(MatmulLane.activationSumBits()));
    SInt before = mux(position.firstStep(), slit(0, activationSum.width()), activationSum);
    when(added, () -> activationSum.set(before.add(part).wrap(activationSum.width())));
    return next(activationSum);
  }

  /** The number of a lane among fp16 numbers side by side. */
  private static Scale decoded(UInt halves, int lane) {
    int bits = WeightFormat.SCALE_BITS;
    return Scale.decode(halves.slice(bits * (lane + 1) - 1, bits * lane));
  }

  private static UInt operand(UInt descriptor, String name) {
    return field(descriptor, Operation.MATMUL.operand(name));
  }
}
