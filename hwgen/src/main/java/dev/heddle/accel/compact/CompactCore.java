package dev.heddle.accel.compact;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.CardMemory;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.command.StructureBits;
import dev.heddle.accel.format.ActivationImage;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.isa.CompletionRecord;
import dev.heddle.accel.isa.Engine;
import dev.heddle.accel.isa.MemoryField;
import dev.heddle.accel.isa.Operation;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.State;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.Axi4;
import dev.heddle.lib.AxiAddress;
import dev.heddle.lib.AxiBurst;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiResponse;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.AxiWrite;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Works a descriptor list, one descriptor at a time, with one reader, one product unit and writes
 * of a word.
 *
 * <pre>
 *   fetch --> LOAD:   vector after vector into the activation lines --.
 *     ^  \--> MATMUL: the matrix once for each token -----------------+--> record --.
 *     '-----------------------------------------------------------------------------'
 * </pre>
 *
 * <p>A descriptor begins when the one before has ended, results and record written. Tokens have
 * nothing to order then: {@code wait} and {@code release} are ignored. A record's cycles are those
 * from the end of a descriptor's fetch to that of its work, and it never stalls for tokens.
 */
public final class CompactCore extends Component {
  /** Bits of the counters of a completion record; they wrap. */
  private static final int COUNTER_BITS = 32;

  private static final int WORD_BITS = Float.SIZE;
  private static final int WORD_BYTES = Float.BYTES;

  private enum Phase {
    IDLE,
    ASK,
    FETCH,
    DECODE,
    ASK_VECTOR,
    LOAD,
    ASK_MATRIX,
    MULTIPLY,
    RECORD
  }

  /** Starts a list; ignored while one runs. */
  public final Bit start = in(bit());

  /** Address of its first descriptor; with {@link #start}. */
  public final UInt listAddress;

  /** Address of the first completion record, 0 to write none; with {@link #start}. */
  public final UInt recordsAddress;

  /** Whether a list is worked. */
  public final Bit active = out(bit());

  /** Whether the last list stopped at an unknown code. */
  public final Bit unknown = out(bit());

  /** Address of the descriptor that is read, or was read last. */
  public final UInt position;

  /** Card memory. */
  public final Axi4 memory;

  /** Whether card memory answers with an error. */
  public final Bit memoryError = out(bit());

  /** Whether a number that is written was too large for fp32. */
  public final Bit saturated = out(bit());

  /** Whether codes are multiplied. */
  public final Bit busy = out(bit());

  /** Whether a product is worked at and no codes are multiplied. */
  public final Bit stalled = out(bit());

  /** Whether a beat of weights or activations is taken. */
  public final Bit beat = out(bit());

  private final UInt code;
  private final UInt fetched;
  private final UInt fetchedBeat;
  private final Bit fetches;

  /** The core of {@code configuration}. */
  public CompactCore(Configuration configuration) {
    AxiShape shape = CardMemory.master(configuration);
    int addressBits = CardMemory.addressBits(configuration);
    int beatBytes = shape.bytes();
    listAddress = in(uint(addressBits));
    recordsAddress = in(uint(addressBits));
    position = out(uint(addressBits));
    memory = out(Axi4.of(shape));
    document("Works descriptors one at a time.");
    parameter("PORT_BITS", configuration.portBits());
    parameter("LANES", configuration.lanes());
    parameter("COLUMNS", configuration.columns());
    parameter("TOKENS", configuration.maxTokens());
    parameter("BLOCKS", configuration.maxBlocks());

    LineReader reader = inst(new LineReader(configuration));
    connect(memory.read, reader.memory);
    ActivationLines vectors = inst(new ActivationLines(configuration));
    CompactProduct product = inst(new CompactProduct(configuration));

    State<Phase> phase = state(Phase.IDLE);
    UInt address = reg(uint(addressBits));
    Bit failed = reg(bit(), 0);

    // ---- the descriptor, of which each operand is kept as it passes
    fetched = reader.beats.payload;
    fetchedBeat = reg(uint(bits(Operation.BYTES / beatBytes)), 0);
    fetches = phase.is(Phase.FETCH).and(reader.beats.valid);
    when(fetches, () -> fetchedBeat.set(fetchedBeat.inc()));
    code = reg(uint(Operation.CODE.bits()));
    keep(code, Operation.CODE, lit(true));
    Bit isLoad = code.eq(Operation.LOAD.code());
    Bit isMatmul = code.eq(Operation.MATMUL.code());
    UInt tag = reg(uint(Operation.TAG.bits()));
    keep(tag, Operation.TAG, lit(true));
    // The addresses of vectors, of weights and of the next descriptor are in the same place.
    UInt source = reg(uint(addressBits));
    keep(source, Operation.LOAD.operand("source"), lit(true));
    // Where the vectors of a token come from or its numbers go to, a stride further for each token.
    UInt ofToken = reg(uint(addressBits));
    UInt stride = reg(uint(addressBits));
    UInt blocks = reg(uint(bits(configuration.maxBlocks() + 1)));
    UInt tokens = reg(uint(bits(configuration.maxTokens() + 1)));
    UInt half = reg(uint(1));
    keep(ofToken, Operation.LOAD, "source");
    keep(stride, Operation.LOAD, "stride");
    keep(blocks, Operation.LOAD, "blocks");
    keep(tokens, Operation.LOAD, "tokens");
    keep(half, Operation.LOAD, "buffer");
    UInt rows = reg(uint(product.shape.rows().width()));
    UInt format = reg(uint(product.shape.format().width()));
    UInt unit = reg(uint(product.shape.unit().width()));
    UInt matrixBeats = reg(uint(addressBits - Integer.numberOfTrailingZeros(beatBytes) + 1));
    keep(stride, Operation.MATMUL, "output_stride");
    keep(blocks, Operation.MATMUL, "blocks");
    keep(tokens, Operation.MATMUL, "tokens");
    keep(half, Operation.MATMUL, "buffer");
    keep(ofToken, Operation.MATMUL, "output");
    keep(rows, Operation.MATMUL, "row_tiles");
    keep(format, Operation.MATMUL, "format");
    keep(unit, Operation.MATMUL, "l0");
    keep(matrixBeats, Operation.MATMUL, "port_beats");

    // ---- vectors
    UInt token = reg(uint(bits(configuration.maxTokens())));
    Bit lastToken = token.pad(tokens.width()).eq(tokens.dec());
    int lineBeats = Integer.numberOfTrailingZeros(ActivationImage.ALIGNMENT / beatBytes);
    int blocksOfLine = ActivationImage.ALIGNMENT / WeightFormat.BLOCK;
    UInt codeLines = blocks.add(blocksOfLine - 1).shr(bits(blocksOfLine));
    UInt exponentLines = blocks.add(ActivationImage.ALIGNMENT).shr(bits(ActivationImage.ALIGNMENT));
    UInt vectorBeats = codeLines.add(exponentLines).shl(lineBeats);
    UInt index = reg(uint(ActivationLines.beatBits(configuration)), 0);
    Bit inExponents = reg(bit(), 0);
    Bit loads = phase.is(Phase.LOAD).and(reader.beats.valid);
    UInt linesOfPart = mux(inExponents, exponentLines.pad(codeLines.width()), codeLines);
    Bit lastOfPart = index.eq(linesOfPart.shl(lineBeats).wrap(index.width()).dec());
    Bit vectorEnds = loads.and(lastOfPart).and(inExponents);
    when(
        loads,
        () -> {
          index.set(mux(lastOfPart, 0, index.inc()));
          when(lastOfPart, () -> inExponents.set(inExponents.not()));
        });
    vectors.writtenVector.set(cat(half, token));
    vectors.writtenBeat.set(index);
    vectors.written.set(reader.beats.payload);
    vectors.writeCodes.set(loads.andNot(inExponents));
    vectors.writeExponents.set(loads.and(inExponents));

    // ---- products
    Bit multiplies = phase.is(Phase.MULTIPLY);
    Bit begins = phase.is(Phase.ASK_MATRIX).and(reader.requests.ready);
    product.start.set(begins);
    connect(product.shape, new CompactProduct.Shape(rows, blocks, format, unit.asSInt()));
    product.beats.valid.set(reader.beats.valid.and(multiplies));
    product.beats.payload.set(reader.beats.payload);
    vectors.vector.set(cat(half, token));
    vectors.step.set(product.step);
    vectors.exponentIndex.set(product.exponentIndex);
    product.activations.set(vectors.codes);
    product.exponent.set(vectors.exponent);
    Bit productEnds = multiplies.andNot(product.running);

    reader.requests.valid.set(
        phase.is(Phase.ASK).or(phase.is(Phase.ASK_VECTOR)).or(phase.is(Phase.ASK_MATRIX)));
    UInt asked =
        mux(
            phase.is(Phase.ASK),
            lit(Operation.BYTES / beatBytes, AxiRequest.BEATS_BITS),
            mux(
                isLoad,
                vectorBeats.pad(AxiRequest.BEATS_BITS),
                matrixBeats.pad(AxiRequest.BEATS_BITS)));
    UInt from = mux(phase.is(Phase.ASK), address, mux(isLoad, ofToken, source));
    connect(reader.requests.payload, new AxiRequest(from.pad(shape.addressBits()), asked));
    reader.beats.ready.set(
        phase.is(Phase.FETCH).or(phase.is(Phase.LOAD)).or(multiplies.and(product.beats.ready)));

    // ---- counters and the record
    Bit works =
        phase
            .is(Phase.ASK_VECTOR)
            .or(phase.is(Phase.LOAD))
            .or(phase.is(Phase.ASK_MATRIX))
            .or(multiplies);
    // Counted a cycle later, as the way of a beat is long.
    Bit beatTaken = next(works.and(reader.beats.fire()), 0);
    Bit multiplied = next(product.busy, 0);
    Bit runs = next(phase.is(Phase.ASK_MATRIX).or(multiplies), 0);
    beat.set(beatTaken);
    busy.set(multiplied);
    stalled.set(runs.andNot(multiplied));
    Bit decodes = phase.is(Phase.DECODE);
    UInt busyCycles = counter(multiplied, decodes);
    UInt beats = counter(beatTaken, decodes);
    Map<MemoryField, UInt> record = new LinkedHashMap<>();
    record.put(CompletionRecord.TAG, tag);
    record.put(
        CompletionRecord.ENGINE,
        mux(isLoad, lit(Engine.LOADER.ordinal(), 8), lit(Engine.MATMUL.ordinal(), 8)));
    record.put(CompletionRecord.CYCLES, counter(works, decodes));
    record.put(CompletionRecord.BUSY, busyCycles);
    record.put(
        CompletionRecord.STALLED_MEMORY, counter(next(works, 0).andNot(multiplied), decodes));
    record.put(CompletionRecord.BEATS, beats);
    record.put(
        CompletionRecord.MULTIPLICATIONS,
        busyCycles.shl(Integer.numberOfTrailingZeros(configuration.multipliers())));
    UInt structure = StructureBits.structure(CompletionRecord.BYTES, record);
    List<UInt> words = new ArrayList<>();
    for (int i = 0; i < CompletionRecord.BYTES / WORD_BYTES; i++) {
      words.add(structure.slice(WORD_BITS * i + WORD_BITS - 1, WORD_BITS * i));
    }
    UInt recordWord = reg(uint(bits(words.size())), 0);
    UInt recordAddress = reg(uint(addressBits));

    UInt ofTokenNext = ofToken.wrapAdd(stride);

    // ---- words to card memory: a number or a word of the record
    Bit records = phase.is(Phase.RECORD);
    Bit dropped = recordAddress.eq(0);
    UInt numberAddress = reg(uint(addressBits));
    UInt place = mux(records, recordAddress, numberAddress);
    UInt word = mux(records, Vec.of(words).at(recordWord), product.numbers.payload);
    Bit stored = store(records.andNot(dropped).or(product.numbers.valid), place, word);
    product.numbers.ready.set(stored.andNot(records));
    saturated.set(product.numbers.fire().and(product.saturated));
    Bit recordEnds = records.and(dropped.or(stored.and(recordWord.eq(words.size() - 1))));
    when(
        stored.and(records),
        () -> {
          recordWord.set(recordWord.inc());
          recordAddress.set(recordAddress.wrapAdd(lit(WORD_BYTES)));
        });
    when(product.numbers.fire(), () -> numberAddress.set(numberAddress.wrapAdd(lit(WORD_BYTES))));
    memoryError.set(
        reader.error.or(
            memory.write.b.valid.and(AxiResponse.isError(memory.write.b.payload.resp()))));

    match(
        phase,
        p ->
            switch (p) {
              case IDLE ->
                  () ->
                      when(
                          start,
                          () -> {
                            address.set(listAddress);
                            recordAddress.set(recordsAddress);
                            failed.set(false);
                            phase.set(Phase.ASK);
                          });
              case ASK -> () -> when(reader.requests.ready, () -> phase.set(Phase.FETCH));
              case FETCH ->
                  () -> when(fetches.and(fetchedBeat.all()), () -> phase.set(Phase.DECODE));
              case DECODE ->
                  () -> {
                    token.set(0);
                    when(isLoad, () -> phase.set(Phase.ASK_VECTOR))
                        .elseWhen(isMatmul, () -> phase.set(Phase.ASK_MATRIX))
                        .elseWhen(
                            code.eq(Operation.LINK.code()),
                            () -> {
                              address.set(source);
                              phase.set(Phase.ASK);
                            })
                        .otherwise(
                            () -> {
                              failed.set(code.ne(Operation.END.code()));
                              phase.set(Phase.IDLE);
                            });
                  };
              case ASK_VECTOR -> () -> when(reader.requests.ready, () -> phase.set(Phase.LOAD));
              case LOAD ->
                  () ->
                      when(
                          vectorEnds,
                          () -> {
                            token.set(token.inc());
                            ofToken.set(ofTokenNext);
                            phase.set(lastToken, Phase.RECORD, Phase.ASK_VECTOR);
                          });
              case ASK_MATRIX ->
                  () ->
                      when(
                          begins,
                          () -> {
                            numberAddress.set(ofToken);
                            phase.set(Phase.MULTIPLY);
                          });
              case MULTIPLY ->
                  () ->
                      when(
                          productEnds,
                          () -> {
                            ofToken.set(ofTokenNext);
                            token.set(token.inc());
                            phase.set(lastToken, Phase.RECORD, Phase.ASK_MATRIX);
                          });
              case RECORD ->
                  () ->
                      when(
                          recordEnds,
                          () -> {
                            address.set(address.wrapAdd(lit(Operation.BYTES)));
                            phase.set(Phase.ASK);
                          });
            });
    active.set(phase.is(Phase.IDLE).not());
    unknown.set(failed);
    position.set(address);
  }

  /** Keeps an operand of descriptors of {@code operation}. */
  private void keep(UInt register, Operation operation, String operand) {
    MemoryField field = operation.operand(operand);
    boolean withCode =
        field.lowBit() / fetched.width() == Operation.CODE.lowBit() / fetched.width();
    UInt known = withCode ? within(fetched, Operation.CODE) : code;
    keep(register, field, known.eq(operation.code()));
  }

  /** Keeps a field of the descriptor when the beat passes that holds it, or its low bits. */
  private void keep(UInt register, MemoryField field, Bit wanted) {
    when(
        fetches.and(fetchedBeat.eq(field.lowBit() / fetched.width())).and(wanted),
        () -> register.set(within(fetched, field).wrap(register.width())));
  }

  /** The bits of a field that are in the {@code beat} with its lowest. */
  private static UInt within(UInt beat, MemoryField field) {
    int low = field.lowBit() % beat.width();
    return beat.slice(Math.min(beat.width(), low + field.bits()) - 1, low);
  }

  private UInt counter(Bit counts, Bit clear) {
    UInt count = reg(uint(COUNTER_BITS));
    when(clear, () -> count.set(0)).elseWhen(counts, () -> count.set(count.inc()));
    return count;
  }

  /** Writes {@code word} while it is {@code wanted}; returns whether it has arrived. */
  private Bit store(Bit wanted, UInt place, UInt word) {
    AxiShape shape = memory.shape();
    AxiWrite write = memory.write;
    Bit addressSent = reg(bit(), 0);
    Bit dataSent = reg(bit(), 0);
    Bit stored = write.b.fire();
    write.aw.valid.set(wanted.andNot(addressSent));
    write.w.valid.set(wanted.andNot(dataSent));
    write.b.ready.set(true);
    when(write.aw.fire(), () -> addressSent.set(true))
        .elseWhen(stored, () -> addressSent.set(false));
    when(write.w.fire(), () -> dataSent.set(true)).elseWhen(stored, () -> dataSent.set(false));
    UInt beatAddress = cat(place.shr(shape.size()), lit(0, shape.size())).pad(shape.addressBits());
    connect(
        write.aw.payload,
        AxiAddress.incrementing(
            shape, lit(0, shape.idBits()), beatAddress, lit(0, AxiBurst.LENGTH_BITS)));
    int wordsOfBeat = shape.bytes() / WORD_BYTES;
    int wordShift = Integer.numberOfTrailingZeros(WORD_BYTES);
    List<UInt> data = new ArrayList<>();
    List<UInt> strobes = new ArrayList<>();
    for (int i : range(wordsOfBeat)) {
      Bit chosen = wordsOfBeat == 1 ? lit(true) : place.slice(shape.size() - 1, wordShift).eq(i);
      data.add(0, word);
      strobes.add(0, fill(WORD_BYTES, chosen));
    }
    connect(write.w.payload, new AxiWrite.Beat(cat(data), cat(strobes), lit(true)));
    unused(place);
    unused(write.b.payload.id());
    unused(write.b.payload.resp());
    return stored;
  }
}
