package dev.heddle.lib.sdram;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.uint;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;

/**
 * Successive words of an open row that move without a pause: whole beats of one burst that do not
 * leave a block of {@link SdramLayout#runWords} words.
 *
 * @param write whether they are written
 * @param bank bank of the row
 * @param column column of the first word
 * @param end lower bits of the column of the last word
 * @param last whether they end their burst
 */
record SdramRun(Bit write, UInt bank, UInt column, UInt end, Bit last) implements Data {
  /** A run and the row that it needs. */
  record InRow(UInt row, SdramRun run) implements Data {
    static Type<InRow> of(SdramLayout layout) {
      return () -> new InRow(uint(layout.device().rowBits()).make(), SdramRun.of(layout).make());
    }
  }

  static Type<SdramRun> of(SdramLayout layout) {
    SdramDevice device = layout.device();
    return () ->
        new SdramRun(
            bit().make(),
            uint(device.bankBits()).make(),
            uint(device.columnBits()).make(),
            uint(SdramLayout.RUN_BITS).make(),
            bit().make());
  }
}
