package dev.heddle.accel.matmul;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.format.WeightLayout;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.State;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.Stream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Turns the beats of one port into blocks of signed 8-bit codes with their scales ({@link
 * WeightLayout} has the order).
 *
 * <pre>
 *   beats --> scales, minimums --.
 *        \--> widened codes ------+--> block buffer 0 --.
 *                                 '--> block buffer 1 --+--> codes of one step, scales
 * </pre>
 *
 * <p>One buffer is filled while the other is used, for as many cycles as there are steps and
 * tokens. It takes a beat a cycle as long as a buffer is free; a block is there {@value #LATENCY}
 * cycle after its last beat. Codes of 4 bits are widened on the way in, where each passes once.
 */
public final class Unpacker extends Component {
  /** Cycles from the last beat of a block to the block. */
  public static final int LATENCY = 1;

  private enum Phase {
    SCALES,
    MINIMUMS,
    CODES
  }

  /** Beats of the port. */
  public final Stream<UInt> beats;

  /** Blocks of a row; stable while a matrix passes. */
  public final UInt blocks;

  /** Position of the format in {@link WeightFormat}; stable while a matrix passes. */
  public final UInt format;

  /** Whether a block is there. */
  public final Bit valid;

  /** Uses up the block. */
  public final Bit advance;

  /** Step whose codes are wanted. */
  public final UInt step;

  /** Codes of that step: lane by lane, column by column, the first in the lowest bits. */
  public final UInt codes;

  /** Scales of the block as fp16 bits, lane 0 in the lowest. */
  public final UInt scales;

  /** Minimums of the block as fp16 bits, lane 0 in the lowest; zero in formats without. */
  public final UInt minimums;

  private final Configuration configuration;

  /** The unpacker of one port. */
  public Unpacker(Configuration configuration) {
    this.configuration = configuration;
    int portBits = configuration.portBits();
    int lanes = configuration.lanes();
    int stepBits = lanes * configuration.columns() * DotProduct.CODE_BITS;
    int units = stepBits * configuration.steps() / portBits;
    int group = configuration.blocksPerScaleBeat();
    beats = in(Stream.of(uint(portBits)));
    blocks = in(uint(bits(configuration.maxBlocks() + 1)));
    format = in(uint(DecodedFormat.positionBits()));
    valid = out(bit());
    advance = in(bit());
    step = in(uint(bits(configuration.steps())));
    codes = out(uint(stepBits));
    scales = out(uint(lanes * WeightFormat.SCALE_BITS));
    minimums = out(uint(lanes * WeightFormat.SCALE_BITS));
    document("Beats of one port to blocks of signed 8-bit codes and their scales.");
    parameter("PORT_BITS", portBits);
    parameter("LANES", lanes);
    parameter("COLUMNS", configuration.columns());

    DecodedFormat decoded = DecodedFormat.of(format);
    Bit wide = decoded.wide();
    Bit hasMinimum = decoded.hasMinimum();

    State<Phase> phase = state(Phase.SCALES);
    UInt beat = reg(uint(bits(units)), 0);
    UInt blockIndex = reg(uint(blocks.width()), 0);
    UInt inGroup = reg(uint(bits(group)), 0);
    Bit filling = reg(bit(), 0);
    Bit draining = reg(bit(), 0);
    Vec<Bit> full = regs(2, bit(), 0);
    UInt scaleBeat = reg(uint(portBits));
    UInt minimumBeat = reg(uint(portBits));

    Bit fillFull = mux(filling, full.get(1), full.get(0));
    Bit ready = phase.is(Phase.CODES).not().or(fillFull.not());
    beats.ready.set(ready);
    Bit taken = beats.fire();
    Bit lastBeat =
        beat.eq(mux(wide, lit(units - 1, beat.width()), lit(units / 2 - 1, beat.width())));
    Bit lastBlock = blockIndex.eq(blocks.dec());
    Bit codeBeat = taken.and(phase.is(Phase.CODES));
    Bit filled = codeBeat.and(lastBeat);

    match(
        phase,
        p ->
            switch (p) {
              case SCALES ->
                  () ->
                      when(
                          taken,
                          () -> {
                            scaleBeat.set(beats.payload);
                            phase.set(hasMinimum, Phase.MINIMUMS, Phase.CODES);
                          });
              case MINIMUMS ->
                  () ->
                      when(
                          taken,
                          () -> {
                            minimumBeat.set(beats.payload);
                            phase.set(Phase.CODES);
                          });
              case CODES ->
                  () ->
                      when(
                          filled,
                          () -> {
                            inGroup.set(inGroup.inc());
                            when(
                                inGroup.eq(group - 1).or(lastBlock),
                                () -> {
                                  inGroup.set(0);
                                  phase.set(Phase.SCALES);
                                });
                          });
            });
    when(codeBeat, () -> beat.set(mux(lastBeat, 0, beat.inc())));
    when(
        filled,
        () -> {
          filling.set(filling.not());
          blockIndex.set(mux(lastBlock, 0, blockIndex.inc()));
        });
    when(advance, () -> draining.set(draining.not()));
    for (int buffer : range(2)) {
      Bit fills = filled.and(buffer == 0 ? filling.not() : filling);
      Bit empties = advance.and(buffer == 0 ? draining.not() : draining);
      when(fills, () -> full.get(buffer).set(true))
          .elseWhen(empties, () -> full.get(buffer).set(false));
    }
    valid.set(mux(draining, full.get(1), full.get(0)));

    // A beat of 8-bit codes is stored as it is; one of 4-bit codes becomes two words. While both
    // buffers are full nothing is stored: choosing the plain beat then keeps the widening still.
    Bit widens = named("widens", ready.and(phase.is(Phase.CODES)).andNot(wide));
    List<UInt> halves = new ArrayList<>();
    for (int half : range(2)) {
      halves.add(
          named("word_" + half, mux(widens, decoded.widened(beats.payload, half), beats.payload)));
    }
    List<Bit> places = new ArrayList<>();
    for (int unit : range(units)) {
      places.add(named("place_" + unit, mux(wide, beat.eq(unit), beat.eq(unit / 2))));
    }
    List<UInt> stored = new ArrayList<>();
    for (int buffer : range(2)) {
      Bit mine = codeBeat.and(buffer == 0 ? filling.not() : filling);
      List<UInt> words = new ArrayList<>();
      for (int unit : range(units)) {
        UInt word = named("codes_" + buffer + "_" + unit, reg(uint(portBits)));
        when(mine.and(places.get(unit)), () -> word.set(halves.get(unit % 2)));
        words.add(word);
      }
      stored.add(joined(words));
    }
    UInt chosen = mux(draining, stored.get(1), stored.get(0));
    List<UInt> steps = new ArrayList<>();
    for (int p = 0; p < configuration.steps(); p++) {
      steps.add(chosen.slice(stepBits * (p + 1) - 1, stepBits * p));
    }
    codes.set(selected(steps, step));
    if (configuration.steps() == 1) {
      unused(step);
    }

    UInt scale = ofBlock(scaleBeat, inGroup);
    UInt minimum = mux(hasMinimum, ofBlock(minimumBeat, inGroup), lit(0, minimums.width()));
    UInt scales_0 = reg(uint(scales.width()));
    UInt scales_1 = reg(uint(scales.width()));
    UInt minimums_0 = reg(uint(minimums.width()));
    UInt minimums_1 = reg(uint(minimums.width()));
    when(
        filled.andNot(filling),
        () -> {
          scales_0.set(scale);
          minimums_0.set(minimum);
        });
    when(
        filled.and(filling),
        () -> {
          scales_1.set(scale);
          minimums_1.set(minimum);
        });
    scales.set(mux(draining, scales_1, scales_0));
    minimums.set(mux(draining, minimums_1, minimums_0));
  }

  /** The part of a scale beat that belongs to the block, one fp16 number for each lane. */
  private UInt ofBlock(UInt beat, UInt inGroup) {
    int bits = scales.width();
    List<UInt> parts = new ArrayList<>();
    for (int i = 0; i < configuration.blocksPerScaleBeat(); i++) {
      parts.add(beat.slice(bits * (i + 1) - 1, bits * i));
    }
    return selected(parts, inGroup);
  }

  private static UInt selected(List<UInt> values, UInt index) {
    UInt[] level = values.toArray(new UInt[0]);
    for (int bit = 0; level.length > 1; bit++) {
      UInt[] next = new UInt[level.length / 2];
      for (int i = 0; i < next.length; i++) {
        next[i] = mux(index.at(bit), level[2 * i + 1], level[2 * i]);
      }
      level = next;
    }
    return level[0];
  }

  private static UInt joined(List<UInt> lowToHigh) {
    List<UInt> parts = new ArrayList<>(lowToHigh);
    Collections.reverse(parts);
    return cat(parts);
  }

  @Override
  protected String moduleName() {
    return "Unpacker_%db_%dx%d"
        .formatted(configuration.portBits(), configuration.lanes(), configuration.columns());
  }
}
