package dev.heddle.accel.compact;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.CardMemory;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.format.WeightLayout;
import dev.heddle.accel.matmul.DecodedFormat;
import dev.heddle.accel.matmul.DotProduct;
import dev.heddle.accel.matmul.FloatConverter;
import dev.heddle.accel.matmul.PairwiseDotProduct;
import dev.heddle.accel.matmul.Scale;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.State;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.Delay;
import dev.heddle.lib.Stream;
import java.util.ArrayList;
import java.util.List;

/**
 * The product of a matrix with one vector: weights pass once, in the order of {@link WeightLayout},
 * and a number leaves for each row.
 *
 * <pre>
 *   beats --> scales, minimums ---------------------.
 *        \--> codes of a step --> dot product --> term --> sum --> number
 *                activations -----^
 * </pre>
 *
 * <p>Each lane has a row. The codes of a step are one or more beats, twice as many where they have
 * 8 bits. A block whose format has minimums passes a second time, with ones for codes, which gives
 * the sum of the activations. Each pass makes a term, and there are as many cycles from one to the
 * next as a {@linkplain SerialTerm term} has pieces. While the sum of a row is converted, the first
 * term of the next has to wait.
 */
final class CompactProduct extends Component {
  private enum Phase {
    IDLE,
    LARGEST,
    UNIT,
    SCALES,
    MINIMUMS,
    CODES,
    ONES,
    DRAIN
  }

  /**
   * The matrix and the vector.
   *
   * @param rows rows of the matrix
   * @param blocks blocks of a row
   * @param format position of the weights' format in {@link WeightFormat}
   * @param unit exponent of the sum's unit less the vector's largest
   */
  record Shape(UInt rows, UInt blocks, UInt format, SInt unit) implements Data {
    static Type<Shape> of(Configuration configuration) {
      return () ->
          new Shape(
              uint(CardMemory.addressBits(configuration)).make(),
              uint(bits(configuration.maxBlocks() + 1)).make(),
              uint(DecodedFormat.positionBits()).make(),
              sint(DotProduct.CODE_BITS).make());
    }
  }

  /** What a term is made of besides its dot product, for all lanes. */
  private record Pass(UInt scales, SInt exponent, Bit first, Bit last) implements Data {}

  /** Starts a product. */
  final Bit start;

  /** Its shape; stable while it runs. */
  final Shape shape;

  /** The weights. */
  final Stream<UInt> beats;

  /** Step of the vector whose codes are wanted. */
  final UInt step;

  /** Codes of the step of the cycle before. */
  final UInt activations;

  /** Exponent of the vector that is wanted. */
  final UInt exponentIndex;

  /** The exponent that was wanted the cycle before. */
  final SInt exponent;

  /** The number of each row, as fp32. */
  final Stream<UInt> numbers;

  /** Whether a number is too large; with the number. */
  final Bit saturated;

  /** Whether products of codes begin. */
  final Bit busy;

  /** Whether a product is worked at. */
  final Bit running;

  private final Configuration configuration;

  /** The product unit of {@code configuration}. */
  CompactProduct(Configuration configuration) {
    this.configuration = configuration;
    int portBits = configuration.portBits();
    int lanes = configuration.lanes();
    int columns = configuration.columns();
    int scaleBits = WeightFormat.SCALE_BITS * lanes;
    // Cycles from a step to its dot product, with registers for its codes and for the sum of steps.
    int dotLatency = PairwiseDotProduct.latency(columns) + 2;
    int steps = configuration.steps();
    int pieces = SerialTerm.pieces(configuration);
    int group = configuration.blocksPerScaleBeat();
    int narrowBeats = lanes * columns * DecodedFormat.NARROW_BITS / portBits;
    int wideBeats = 2 * narrowBeats;
    start = in(bit());
    shape = in(Shape.of(configuration));
    beats = in(Stream.of(uint(portBits)));
    step = out(uint(ActivationLines.stepBits(configuration)));
    activations = in(uint(DotProduct.CODE_BITS * columns));
    exponentIndex = out(uint(ActivationLines.exponentBits(configuration)));
    exponent = in(sint(DotProduct.CODE_BITS));
    numbers = out(Stream.of(uint(Float.SIZE)));
    saturated = out(bit());
    busy = out(bit());
    running = out(bit());
    document("Multiplies a matrix that streams from card memory with one vector.");
    parameter("PORT_BITS", portBits);
    parameter("LANES", lanes);
    parameter("COLUMNS", columns);

    DecodedFormat decoded = DecodedFormat.of(shape.format());
    Bit wide = decoded.wide();
    Bit hasMinimum = decoded.hasMinimum();

    // ---- where the weights are
    State<Phase> phase = state(Phase.IDLE);
    UInt rowsLeft = reg(like(shape.rows()));
    UInt block = reg(uint(bits(configuration.maxBlocks())));
    UInt inGroup = reg(uint(bits(group)));
    UInt blockStep = reg(uint(bits(steps)));
    UInt stepBeat = reg(uint(bits(wideBeats)));
    UInt scales = reg(uint(portBits));
    UInt minimums = reg(uint(portBits));
    UInt gap = reg(uint(bits(pieces)), 0);
    Bit converts = reg(bit(), 0);

    Bit inCodes = phase.is(Phase.CODES);
    Bit inOnes = phase.is(Phase.ONES);
    Bit lastStep = blockStep.eq(steps - 1);
    Bit firstTerm = block.eq(0).and(inCodes);
    Bit blocked = gap.any().or(firstTerm.and(converts));
    Bit stalls = lastStep.and(blocked);
    beats.ready.set(phase.is(Phase.SCALES).or(phase.is(Phase.MINIMUMS)).or(inCodes.andNot(stalls)));
    Bit taken = beats.fire();
    Bit codesTaken = taken.and(inCodes);
    UInt narrowBeat = stepBeat.wrap(bits(narrowBeats));
    Bit whole = mux(wide, stepBeat.eq(wideBeats - 1), narrowBeat.eq(narrowBeats - 1));
    Bit multiplied = codesTaken.and(whole);
    Bit issued = multiplied.or(inOnes.andNot(stalls));
    Bit passEnds = issued.and(lastStep);
    Bit blockEnds = passEnds.and(hasMinimum.not().or(inOnes));
    Bit lastBlock = block.pad(shape.blocks().width()).eq(shape.blocks().dec());
    Bit groupEnds = lastBlock.or(inGroup.eq(group - 1));
    Bit rowEnds = blockEnds.and(lastBlock);
    Bit lastRow = rowsLeft.eq(1);
    busy.set(multiplied);
    running.set(phase.is(Phase.IDLE).not());

    when(codesTaken, () -> stepBeat.set(mux(whole, 0, stepBeat.inc())));
    when(issued, () -> blockStep.set(blockStep.inc()));
    when(
        blockEnds,
        () -> {
          block.set(mux(lastBlock, 0, block.inc()));
          inGroup.set(mux(groupEnds, 0, inGroup.inc()));
          scales.set(scales.shr(scaleBits).pad(portBits));
          minimums.set(minimums.shr(scaleBits).pad(portBits));
        });
    when(rowEnds, () -> rowsLeft.set(rowsLeft.dec()));
    when(passEnds, () -> gap.set(pieces - 1)).elseWhen(gap.any(), () -> gap.set(gap.dec()));

    List<SerialSum> rowSums = new ArrayList<>();
    for (int lane = 0; lane < lanes; lane++) {
      rowSums.add(inst(new SerialSum(pieces)));
    }
    // The numbers of a tile leave in the order of its rows.
    Bit converted = rowSums.get(lanes - 1).free;
    when(rowEnds, () -> converts.set(true)).elseWhen(converted, () -> converts.set(false));
    SInt unit = reg(sint(FloatConverter.EXPONENT_BITS));
    match(
        phase,
        p ->
            switch (p) {
              case IDLE ->
                  () ->
                      when(
                          start,
                          () -> {
                            rowsLeft.set(shape.rows());
                            block.set(0);
                            inGroup.set(0);
                            blockStep.set(0);
                            stepBeat.set(0);
                            phase.set(Phase.LARGEST);
                          });
              case LARGEST -> () -> phase.set(Phase.UNIT);
              case UNIT ->
                  () -> {
                    unit.set(exponent.add(shape.unit()).wrap(unit.width()));
                    phase.set(Phase.SCALES);
                  };
              case SCALES ->
                  () ->
                      when(
                          taken,
                          () -> {
                            scales.set(beats.payload);
                            phase.set(hasMinimum, Phase.MINIMUMS, Phase.CODES);
                          });
              case MINIMUMS ->
                  () ->
                      when(
                          taken,
                          () -> {
                            minimums.set(beats.payload);
                            phase.set(Phase.CODES);
                          });
              case CODES, ONES ->
                  () ->
                      when(
                              blockEnds,
                              () ->
                                  when(rowEnds.and(lastRow), () -> phase.set(Phase.DRAIN))
                                      .otherwise(
                                          () -> phase.set(groupEnds, Phase.SCALES, Phase.CODES)))
                          .elseWhen(passEnds, () -> phase.set(Phase.ONES));
              case DRAIN -> () -> when(converts.not(), () -> phase.set(Phase.IDLE));
            });
    step.set(cat(block, blockStep));
    exponentIndex.set(
        mux(
            phase.is(Phase.LARGEST),
            shape.blocks().pad(exponentIndex.width()).wrap(exponentIndex.width()),
            block.pad(exponentIndex.width())));

    // ---- dot products
    List<UInt> ones = new ArrayList<>();
    for (int i = 0; i < portBits / DotProduct.CODE_BITS; i++) {
      ones.add(lit(1, DotProduct.CODE_BITS));
    }
    List<UInt> halves = new ArrayList<>();
    for (int half : range(2)) {
      UInt arriving = mux(wide, beats.payload, decoded.widened(beats.payload, half));
      halves.add(named("word_" + half, mux(inOnes, cat(ones), arriving)));
    }
    List<UInt> codes = new ArrayList<>();
    for (int beat : range(wideBeats)) {
      Bit place = named("place_" + beat, mux(wide, stepBeat.eq(beat), narrowBeat.eq(beat / 2)));
      Bit filled = codesTaken.and(place).or(inOnes);
      codes.add(0, named("codes_" + beat, nextWhen(filled, halves.get(beat % 2))));
    }
    List<Bit> issues = Delay.line(this, dotLatency, issued, 0);
    List<Bit> firstSteps = Delay.line(this, dotLatency - 1, blockStep.eq(0));

    // ---- terms: what a pass needs goes from place to place, as often as a pass may end, until its
    // dot product is there
    Pass pass =
        new Pass(mux(inOnes, minimums, scales).wrap(scaleBits), exponent, firstTerm, rowEnds);
    for (int age = 0; age < dotLatency; age += pieces) {
      pass = nextWhen(Delay.of(this, age, passEnds, 0), pass);
    }
    Bit ended = Delay.of(this, dotLatency, passEnds, 0);
    UInt codesOfLanes = cat(codes);
    for (int lane : range(lanes)) {
      PairwiseDotProduct dotProduct = inst(new PairwiseDotProduct(columns));
      dotProduct.weights.set(part(codesOfLanes, lane));
      dotProduct.activations.set(activations);
      SInt dot = reg(sint(DotProduct.sumBits(WeightFormat.BLOCK)));
      SInt dotBefore = mux(firstSteps.get(dotLatency - 1), slit(0, dot.width()), dot);
      when(
          issues.get(dotLatency - 1),
          () -> dot.set(dotBefore.add(dotProduct.sum).wrap(dot.width())));
      UInt scale = part(pass.scales, lane);
      SerialTerm term = inst(new SerialTerm(pieces));
      term.load.set(ended);
      term.dot.set(dot);
      term.scale.set(scale);
      term.shift.set(
          Scale.exponent(scale).add(pass.exponent).sub(unit).wrap(SerialTerm.SHIFT_BITS));
      term.first.set(pass.first);
      term.last.set(pass.last);
      SerialSum rowSum = rowSums.get(lane);
      rowSum.valid.set(term.valid);
      rowSum.piece.set(term.piece);
      rowSum.lowest.set(term.lowest);
      rowSum.first.set(term.pieceOfFirst);
      rowSum.last.set(term.lastPiece);
      rowSum.exponent.set(unit);
    }

    takeTurns(rowSums);
  }

  /** Gives the numbers of a tile in the order of its rows. */
  private void takeTurns(List<SerialSum> rowSums) {
    SerialSum first = rowSums.get(0);
    if (rowSums.size() == 1) {
      connect(numbers, first.number);
      saturated.set(first.saturated);
      return;
    }
    UInt turn = reg(uint(bits(rowSums.size())), 0);
    when(numbers.fire(), () -> turn.set(turn.inc()));
    List<Bit> valid = new ArrayList<>();
    List<UInt> bits = new ArrayList<>();
    List<Bit> tooLarge = new ArrayList<>();
    for (int lane : range(rowSums.size())) {
      SerialSum rowSum = rowSums.get(lane);
      rowSum.number.ready.set(numbers.ready.and(turn.eq(lane)));
      valid.add(rowSum.number.valid);
      bits.add(rowSum.number.payload);
      tooLarge.add(rowSum.saturated);
    }
    numbers.valid.set(Vec.of(valid).at(turn));
    numbers.payload.set(Vec.of(bits).at(turn));
    saturated.set(Vec.of(tooLarge).at(turn));
  }

  /** The part of a lane. */
  private UInt part(UInt ofLanes, int lane) {
    int width = ofLanes.width() / configuration.lanes();
    return ofLanes.slice(width * lane + width - 1, width * lane);
  }
}
