// A single-data-rate SDRAM chip with bursts of one word, which accepts nothing that its data sheet
// forbids. Times are in cycles. It may be broken: data or address pins that are stuck, cells that
// REFRESH does not reach.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "instance.h"
#include "memory_timing.h"
#include "part.h"
#include "pin.h"

namespace heddle {

class SdramChip final : public Part {
public:
    SdramChip(const Instance& instance, const std::string& prefix,
              const TimingParameters& parameters, uint8_t* memory, uint64_t size);

    void sample(uint64_t cycle) override;
    void drive() override;
    std::vector<uint64_t> statistics() const override;

private:
    struct Bank {
        bool open = false;
        uint64_t row = 0;
        int64_t activated, precharged, read, written;
    };
    // What the chip puts on its data pins.
    struct Word {
        bool valid = false;
        uint32_t data = 0;
    };

    void command(unsigned code);
    void activate();
    void column(bool write);
    void precharge();
    void refresh();
    void setMode();
    void countDueRefreshes();
    void checkPins(bool write);
    uint8_t* word(const Bank& bank) const;
    uint64_t address() const;
    uint64_t stuck(uint64_t data) const;
    int64_t& charged(uint64_t bank);
    void losesCharge(uint64_t bank);
    uint32_t noise();

    // Throws unless `cycles` have passed since `from`.
    void require(const char* rule, int64_t from, uint64_t cycles, const std::string& what) const;
    [[noreturn]] void fail(const char* rule, const std::string& what) const;
    std::string inBank() const;

    Pin cke_, cs_, ras_, cas_, we_, ba_, a_, dqm_, dqOut_, dqOutEnable_, dqIn_;
    const uint64_t bankBits_, rowBits_, columnBits_, bytes_;
    const uint64_t cas, rcd, rp, ras, rasMaximum, rc, rfc, rrd, wr, mrd, refreshPeriod, refreshes,
        powerUp, pinDelay;
    const uint64_t dataLow_, dataHigh_, addressLow_, addressHigh_;  // pins that are stuck
    const bool forgets_;                                           // REFRESH reaches no row
    uint8_t* const memory_;

    int64_t now_ = 0;
    int64_t powered_ = -1;  // the first cycle
    std::vector<Bank> banks_;
    int64_t activated_, refreshed_, configured_;
    bool prechargedAll_ = false;
    uint64_t refreshesOfStart_ = 0;
    bool ready_ = false;         // the mode register is set
    uint64_t due_ = 0;           // refreshes that fell due
    int64_t postponed_ = 0;      // of these, still to be done; negative if some were done early
    uint64_t slot_ = 0;          // rows that the next REFRESH refreshes
    std::vector<int64_t> slots_; // when they were refreshed
    int64_t nextDue_ = 0;
    std::vector<int64_t> charged_; // when a row was last open, by bank and row, if it forgets
    Word reading_[4];  // by the cycle in which the chip drives them, modulo 4
    Word delayed_[4];
    uint64_t mask_ = 0;  // of this cycle and of the last
    uint64_t lastMask_ = 0;
    bool drove_ = false;  // in the last cycle
    uint64_t random_ = 88172645463325252ull;

    uint64_t reads_ = 0, writes_ = 0, activates_ = 0, refreshCount_ = 0;
    uint64_t lastColumn_ = 0;  // cycle of the last READ or WRITE
};

}  // namespace heddle
