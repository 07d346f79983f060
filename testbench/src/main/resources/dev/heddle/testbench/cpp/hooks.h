// Included before everything else in every translation unit of a simulator library.
//
// 1. Verilog's $display goes into the log of the instance that printed it, not to stdout.
// 2. Sign extension: Verilator's own functions or the sign bits in with masks, which compilers
//    cannot turn into one move. Shifting up and down again can, and an array of signed 8-bit
//    multipliers runs about four times as fast.
#pragma once

extern int heddle_printf(const char* format, ...) __attribute__((format(printf, 1, 2)));
#define VL_PRINTF heddle_printf

#include <verilated.h>

namespace heddle {

inline IData signExtend32(int bits, IData value) {
    return static_cast<IData>(static_cast<int32_t>(value << (32 - bits)) >> (32 - bits));
}

inline QData signExtend64(int bits, QData value) {
    return static_cast<QData>(static_cast<int64_t>(value << (64 - bits)) >> (64 - bits));
}

}  // namespace heddle

#define VL_EXTENDS_II(outBits, bits, value) heddle::signExtend32(bits, value)
#define VL_EXTENDS_QI(outBits, bits, value) heddle::signExtend64(bits, value)
#define VL_EXTENDS_QQ(outBits, bits, value) heddle::signExtend64(bits, value)
#define VL_MULS_III(bits, a, b) (heddle::signExtend32(bits, a) * heddle::signExtend32(bits, b))
#define VL_MULS_QQQ(bits, a, b) (heddle::signExtend64(bits, a) * heddle::signExtend64(bits, b))
