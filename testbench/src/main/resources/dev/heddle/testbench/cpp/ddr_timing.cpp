// One channel of DDR SDRAM behind a controller, O(1) for each access of one DRAM burst (BL8).
//
// The controller looks `lookahead` clocks ahead: it books accesses on the data bus in the order of
// their arrival, reads before writes, and opens their rows in the shadow of earlier transfers.
// Writes are collected and sent in batches, because each change of direction costs bus time.
//
//   bank        open row, earliest next column command, earliest next precharge
//   activates   a token every max(tRRD, tFAW / 4): a rate, so that an activate that waits for its
//               bank does not hold up those of other banks
//   data bus    tCCD_S between bank groups (gapless), tCCD_L within one, turnaround gaps
//   read data   a bounded buffer, which hides a part of a refresh from a port slower than the bus
//   refresh     every tREFI all banks close and nothing moves for tRP + tRFC
//
// Address bits, from the bottom: access | bank group | column | bank | row, so that a sequential
// stream alternates the bank groups.
#include <algorithm>
#include <stdexcept>
#include <vector>

#include "memory_timing.h"

namespace heddle {

namespace {

struct DdrParameters {
    uint64_t cycle;  // AXI clock period; this and all times below in femtoseconds
    uint64_t tCK, burst, tCCDL, tRCD, tRP, tRAS, tCL, tCWL, tWR, tWTR, tRTP, tRTW;
    uint64_t activateSpacing, tREFI, tRFC;
    uint64_t readLatency, writeLatency;  // controller and PHY, without the DRAM itself
    uint64_t accessBytes, bankGroups, banks, columns;  // banks of a group; accesses of a row
    uint64_t lookahead;
    uint64_t readBuffer;  // accesses under way or waiting for the port
};

struct Bank {
    int64_t row;          // -1: closed
    uint64_t column;      // earliest next column command
    uint64_t precharge;   // earliest next precharge
};

struct ReadyBeat {
    uint64_t cycle;  // from which it may be sent
    bool endsAccess;
};

struct Access {
    uint64_t line;
    uint32_t beats;  // AXI beats that it completes
};

constexpr size_t kReadQueue = 256;   // accesses
constexpr size_t kWriteQueue = 64;
constexpr size_t kDrainFrom = 32;    // writes go out in batches of at least so many under load

class DdrTiming final : public MemoryTiming {
public:
    explicit DdrTiming(const DdrParameters& parameters) : p(parameters) { reset(); }

    bool takesRead(size_t outstanding) override {
        return outstanding < 64 && reads_.size() < kReadQueue;
    }
    bool takesWriteBeat(uint64_t) override { return writes_.size() < kWriteQueue; }

    void acceptRead(Burst& burst, uint64_t cycle) override {
        burst.ready = cycle;
        uint64_t address = burst.address;
        for (uint32_t left = burst.beats; left > 0;) {
            const uint64_t line = address / p.accessBytes;
            uint32_t beats = 0;
            do {
                address = (address / burst.size + 1) * burst.size;
                ++beats;
                --left;
            } while (left > 0 && address / p.accessBytes == line);
            reads_.push_back({line, beats});
        }
    }

    void acceptWriteBeat(uint64_t address, uint64_t) override {
        const uint64_t line = address / p.accessBytes;
        if (writes_.empty() || writes_.back().line != line) writes_.push_back({line, 1});
    }

    void acceptWrite(Burst& burst, uint64_t cycle) override {
        burst.ready = cycle + 1 + p.writeLatency / p.cycle;
    }

    void tick(uint64_t cycle) override {
        const uint64_t now = cycle * p.cycle;
        while (now >= nextRefresh_) refresh();
        while (bus_ < now + p.lookahead) {
            if (writes_.size() >= kDrainFrom) draining_ = true;
            if (writes_.empty()) draining_ = false;
            const bool write = draining_ || (reads_.empty() && bus_ <= now && !writes_.empty());
            std::deque<Access>& queue = write ? writes_ : reads_;
            if (queue.empty() || (!write && buffered_ >= p.readBuffer)) break;
            const uint64_t end = transfer(queue.front().line, write, now);
            if (!write) {
                const uint64_t at = (end + p.readLatency + p.cycle - 1) / p.cycle;
                const uint32_t beats = queue.front().beats;
                for (uint32_t i = 1; i <= beats; ++i) beatReady_.push_back({at, i == beats});
                ++buffered_;
            }
            queue.pop_front();
        }
    }

    int nextRead(const std::deque<Burst>& bursts, uint64_t cycle) override {
        if (bursts.empty() || beatReady_.empty() || beatReady_.front().cycle > cycle) return -1;
        if (beatReady_.front().endsAccess) --buffered_;
        beatReady_.pop_front();
        return 0;
    }

    void reset() override {
        banks_.assign(p.bankGroups * p.banks, Bank{-1, 0, 0});
        reads_.clear();
        writes_.clear();
        beatReady_.clear();
        buffered_ = 0;
        draining_ = false;
        lastWrite_ = false;
        lastGroup_ = p.bankGroups;
        bus_ = 0;
        activate_ = 0;
        nextRefresh_ = p.tREFI;
    }

    void archive(Archive& archive) override {
        archive.sequence(banks_);
        archive.sequence(reads_);
        archive.sequence(writes_);
        archive.sequence(beatReady_);
        archive.value(buffered_);
        archive.value(draining_);
        archive.value(lastWrite_);
        archive.value(lastGroup_);
        archive.value(bus_);
        archive.value(activate_);
        archive.value(nextRefresh_);
    }

private:
    void refresh() {
        const uint64_t begin = std::max(nextRefresh_, bus_);
        for (Bank& bank : banks_) {
            bank.row = -1;
            bank.column = bank.precharge = begin + p.tRP + p.tRFC;
        }
        bus_ = begin + p.tRP + p.tRFC;
        nextRefresh_ += p.tREFI;
        ++refreshes;
    }

    // Books one access on the data bus; returns when its last data word has passed.
    uint64_t transfer(uint64_t line, bool write, uint64_t now) {
        while (std::max(now, bus_) >= nextRefresh_) refresh();
        const uint64_t group = line % p.bankGroups;
        const uint64_t bankInGroup = line / p.bankGroups / p.columns % p.banks;
        const auto row = static_cast<int64_t>(line / p.bankGroups / p.columns / p.banks);
        Bank& bank = banks_[group * p.banks + bankInGroup];
        if (bank.row == row) {
            ++rowHits;
        } else {
            ++rowMisses;
            uint64_t at = std::max(now, bank.column);
            if (bank.row >= 0) at = std::max(now, bank.precharge) + p.tRP;
            activate_ = std::max(activate_ + p.activateSpacing, now);
            at = std::max(at, activate_);
            bank.row = row;
            bank.column = at + p.tRCD;
            bank.precharge = at + p.tRAS;
        }
        const uint64_t latency = write ? p.tCWL : p.tCL;
        uint64_t busFree = bus_;
        if (write != lastWrite_) {
            busFree += write ? p.tRTW : p.tWTR;
        } else if (group == lastGroup_) {
            busFree += p.tCCDL - p.burst;
        }
        const uint64_t begin = std::max(std::max(now, bank.column) + latency, busFree);
        const uint64_t command = begin - latency;
        const uint64_t end = begin + p.burst;
        bank.column = std::max(bank.column, command + p.tCCDL);
        bank.precharge = std::max(bank.precharge, write ? end + p.tWR : command + p.tRTP);
        bus_ = end;
        lastWrite_ = write;
        lastGroup_ = group;
        return end;
    }

    const DdrParameters p;
    std::vector<Bank> banks_;
    std::deque<Access> reads_;
    std::deque<Access> writes_;
    std::deque<ReadyBeat> beatReady_;  // booked and not yet sent
    uint64_t buffered_;                // accesses in it
    bool draining_;
    bool lastWrite_;
    uint64_t lastGroup_;
    uint64_t bus_;       // end of the last booked transfer
    uint64_t activate_;  // last activate token
    uint64_t nextRefresh_;
};

}  // namespace

std::unique_ptr<MemoryTiming> makeDdrTiming(const TimingParameters& t, uint64_t clockHz) {
    const auto ps = [&t](const char* key) { return t.number(key) * 1000; };
    DdrParameters p;
    p.cycle = 1000000000000000ull / clockHz;
    p.tCK = 2000000000000000ull / (t.number("megatransfers") * 1000000);
    const auto clocks = [&](const char* key) { return t.number(key) * p.tCK; };
    p.burst = 4 * p.tCK;
    p.tCCDL = clocks("tccdl");
    p.tCL = clocks("cl");
    p.tCWL = clocks("cwl");
    p.tRCD = ps("trcd");
    p.tRP = ps("trp");
    p.tRAS = ps("tras");
    p.tWR = ps("twr");
    p.tRTP = ps("trtp");
    // Gaps on the data bus: a read after a write waits tWTR after the last data and then its own
    // latency; a write after a read needs two idle clocks for the change of drivers.
    p.tWTR = ps("twtr") + p.tCL;
    p.tRTW = 2 * p.tCK;
    p.activateSpacing = std::max(ps("trrd"), ps("tfaw") / 4);
    p.tREFI = ps("trefi");
    p.tRFC = ps("trfc");
    p.readLatency = ps("read_latency");
    p.writeLatency = ps("write_latency");
    p.accessBytes = t.number("data_bits");  // BL8: eight transfers of data_bits / 8 bytes
    p.bankGroups = t.number("bank_groups");
    p.banks = t.number("banks");
    p.columns = t.number("row_bytes") / p.accessBytes;
    p.lookahead = 64 * p.tCK;
    p.readBuffer = t.number("read_buffer");
    if (p.tREFI <= p.tRP + p.tRFC) throw std::runtime_error("ddr: tREFI must exceed tRP + tRFC");
    return std::unique_ptr<MemoryTiming>(new DdrTiming(p));
}

}  // namespace heddle
