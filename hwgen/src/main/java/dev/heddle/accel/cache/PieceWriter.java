package dev.heddle.accel.cache;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.attention.MemoryLine;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.AxiWriter;
import dev.heddle.lib.Stream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Writes pieces of rows to their places: codes as whole beats, the two bytes of exponents wherever
 * in a beat they belong. One beat a cycle.
 */
final class PieceWriter extends Component {
  /** Pieces whose addresses are offered ahead of their data. */
  private static final int PIECES_AHEAD = 8;

  private static final int PAIR_BITS = 8 * RowPiece.PAIR_BYTES;

  /** What is written. */
  final Stream<RowPiece> pieces;

  /** Whether it is copied. */
  final Bit copies;

  /**
   * What is copied, as it was read: the codes of a piece, or the beat that its exponents are in.
   */
  final Stream<UInt> read;

  /** Codes that are appended. */
  final Stream<UInt> codes;

  /** Exponents that are appended, of a key and its value. */
  final Stream<UInt> exponents;

  /** Ranges that are written. */
  final Stream<AxiRequest> requests;

  /** What is written there. */
  final Stream<AxiWriter.Beat> beats;

  /** Whether the last beat of an entry passes. */
  final Bit entryEnds;

  /** For ports of {@code memory}. */
  PieceWriter(AxiShape memory) {
    pieces = in(Stream.of(RowPiece.of(memory)));
    copies = in(bit());
    read = in(Stream.of(uint(memory.dataBits())));
    codes = in(Stream.of(uint(memory.dataBits())));
    exponents = in(Stream.of(uint(PAIR_BITS)));
    requests = out(Stream.of(AxiRequest.of(memory)));
    beats = out(Stream.of(AxiWriter.Beat.of(memory)));
    entryEnds = out(bit());
    document("Writes codes and exponents of keys and values to card memory.");
    parameter("PORT_BITS", memory.dataBits());

    List<Stream<RowPiece>> forked = pieces.fork(2);
    connect(
        requests,
        forked
            .get(0)
            .map(
                AxiRequest.of(memory),
                piece -> new AxiRequest(piece.target(), amount(memory, piece))));
    Stream<RowPiece> sent = forked.get(1).queue(PIECES_AHEAD);
    RowPiece piece = sent.payload;
    UInt number = reg(uint(bits(2 * MemoryLine.beats(memory))), 0);
    Bit lastBeat = number.eq(amount(memory, piece).dec().wrap(number.width()));

    // ---- exponents: the same two bytes everywhere, of which the strobe keeps those of the place
    List<UInt> pairs = new ArrayList<>();
    for (int low = 0; low < memory.dataBits(); low += PAIR_BITS) {
      pairs.add(read.payload.slice(low + PAIR_BITS - 1, low));
    }
    UInt pair = mux(copies, Vec.of(pairs).at(piece.pair()), exponents.payload);
    UInt place = piece.target().slice(memory.size() - 1, 1);
    UInt strobe = lit(1, 1).shl(place).pad(memory.bytes() / RowPiece.PAIR_BYTES);
    List<Bit> strobes = new ArrayList<>();
    for (int i = memory.bytes() - 1; i >= 0; i--) {
      strobes.add(strobe.at(i / RowPiece.PAIR_BYTES));
    }
    AxiWriter.Beat ofExponents =
        new AxiWriter.Beat(cat(Collections.nCopies(pairs.size(), pair)), cat(strobes));

    // ---- one beat of what the piece is made of
    Bit offered = mux(copies, read.valid, mux(piece.exponents(), exponents.valid, codes.valid));
    Bit passes = sent.valid.and(offered).and(beats.ready);
    beats.valid.set(sent.valid.and(offered));
    UInt data = mux(copies, read.payload, codes.payload);
    connect(beats.payload, mux(piece.exponents(), ofExponents, AxiWriter.Beat.whole(data)));
    read.ready.set(passes.and(copies));
    codes.ready.set(passes.andNot(copies).andNot(piece.exponents()));
    exponents.ready.set(passes.andNot(copies).and(piece.exponents()));
    when(passes, () -> number.set(mux(lastBeat, 0, number.inc())));
    sent.ready.set(passes.and(lastBeat));
    entryEnds.set(passes.and(piece.last()));
  }

  /** Beats of a piece. */
  private static UInt amount(AxiShape memory, RowPiece piece) {
    int line = MemoryLine.beats(memory);
    int bits = AxiRequest.BEATS_BITS;
    UInt codeBeats = mux(piece.wide(), lit(2L * line, bits), lit(line, bits));
    return mux(piece.exponents(), lit(1, bits), codeBeats);
  }
}
