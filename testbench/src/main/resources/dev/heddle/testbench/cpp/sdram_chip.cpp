#include "sdram_chip.h"

#include <cstring>
#include <stdexcept>

namespace heddle {

namespace {

constexpr int64_t kLongAgo = -(int64_t{1} << 40);
constexpr int64_t kMostPostponed = 8;
constexpr uint64_t kRefreshesOfStart = 8;
constexpr uint64_t kAllBanks = 1 << 10;  // on the address pins of PRECHARGE, READ and WRITE

enum Command { kModeRegisterSet, kRefresh, kPrecharge, kActivate, kWrite, kRead, kTerminate, kNone };

const char* const kNames[] = {"MODE REGISTER SET", "REFRESH", "PRECHARGE",       "ACTIVATE",
                              "WRITE",             "READ",    "BURST TERMINATE", "NO OPERATION"};

Pin bind(const Instance& instance, const std::string& name, bool input, uint64_t width) {
    const PortPin* port = instance.find(name);
    if (!port) throw std::runtime_error("the design has no port " + name);
    if (port->input != input || port->width != width) {
        throw std::runtime_error(name + " must be an " + (input ? "input" : "output") + " of "
                                 + std::to_string(width) + " bits of the design");
    }
    return Pin(port, 0);
}

}  // namespace

SdramChip::SdramChip(const Instance& instance, const std::string& prefix,
                     const TimingParameters& p, uint8_t* memory, uint64_t size)
    : bankBits_(p.number("bankBits")),
      rowBits_(p.number("rowBits")),
      columnBits_(p.number("columnBits")),
      bytes_(p.number("bytes")),
      cas(p.number("cas")),
      rcd(p.number("rcd")),
      rp(p.number("rp")),
      ras(p.number("ras")),
      rasMaximum(p.number("rasMaximum")),
      rc(p.number("rc")),
      rfc(p.number("rfc")),
      rrd(p.number("rrd")),
      wr(p.number("wr")),
      mrd(p.number("mrd")),
      refreshPeriod(p.number("refreshPeriod")),
      refreshes(p.number("refreshes")),
      powerUp(p.number("powerUp")),
      pinDelay(p.number("pinDelay")),
      dataLow_(p.number("dataLow")),
      dataHigh_(p.number("dataHigh")),
      addressLow_(p.number("addressLow")),
      addressHigh_(p.number("addressHigh")),
      forgets_(p.number("forgets") != 0),
      memory_(memory),
      banks_(1u << bankBits_),
      activated_(kLongAgo),
      refreshed_(kLongAgo),
      configured_(kLongAgo),
      slots_(refreshes) {
    if (size != bytes_ << (bankBits_ + rowBits_ + columnBits_)) {
        throw std::runtime_error("the memory has another size than the SDRAM");
    }
    cke_ = bind(instance, prefix + "cke", false, 1);
    cs_ = bind(instance, prefix + "cs_n", false, 1);
    ras_ = bind(instance, prefix + "ras_n", false, 1);
    cas_ = bind(instance, prefix + "cas_n", false, 1);
    we_ = bind(instance, prefix + "we_n", false, 1);
    ba_ = bind(instance, prefix + "ba", false, bankBits_);
    a_ = bind(instance, prefix + "a", false, rowBits_);
    dqm_ = bind(instance, prefix + "dqm", false, bytes_);
    dqOut_ = bind(instance, prefix + "dq_out", false, 8 * bytes_);
    dqOutEnable_ = bind(instance, prefix + "dq_out_enable", false, 1);
    dqIn_ = bind(instance, prefix + "dq_in", true, 8 * bytes_);
    for (Bank& bank : banks_) {
        bank.activated = bank.precharged = bank.read = bank.written = kLongAgo;
    }
    if (forgets_) charged_.resize(uint64_t{1} << (bankBits_ + rowBits_));
}

void SdramChip::fail(const char* rule, const std::string& what) const {
    Failure failure;
    failure.kind = HEDDLE_SDRAM;
    failure.rule = rule;
    failure.cycle = static_cast<uint64_t>(now_);
    failure.message = std::string(rule) + ": " + what;
    throw failure;
}

void SdramChip::require(const char* rule, int64_t from, uint64_t cycles,
                        const std::string& what) const {
    const int64_t passed = now_ - from;
    if (passed < static_cast<int64_t>(cycles)) {
        fail(rule, what + " after " + std::to_string(passed) + " of " + std::to_string(cycles)
                       + " cycles");
    }
}

std::string SdramChip::inBank() const { return " in bank " + std::to_string(ba_.value()); }

uint32_t SdramChip::noise() {
    random_ ^= random_ << 13;
    random_ ^= random_ >> 7;
    random_ ^= random_ << 17;
    return static_cast<uint32_t>(random_ >> 16);
}

uint64_t SdramChip::address() const { return (a_.value() | addressHigh_) & ~addressLow_; }

uint64_t SdramChip::stuck(uint64_t data) const { return (data | dataHigh_) & ~dataLow_; }

int64_t& SdramChip::charged(uint64_t bank) { return charged_[bank << rowBits_ | banks_[bank].row]; }

// The cells of a row that was not open for too long are empty.
void SdramChip::losesCharge(uint64_t bank) {
    if (now_ - charged(bank) > static_cast<int64_t>(refreshPeriod)) {
        const uint64_t rowBytes = bytes_ << columnBits_;
        std::memset(memory_ + (banks_[bank].row << bankBits_ | bank) * rowBytes, 0, rowBytes);
    }
    charged(bank) = now_;
}

uint8_t* SdramChip::word(const Bank& bank) const {
    const uint64_t column = address() & ((1u << columnBits_) - 1);
    const uint64_t row = bank.row << bankBits_ | ba_.value();
    return memory_ + ((row << columnBits_ | column) * bytes_);
}

void SdramChip::sample(uint64_t cycle) {
    now_ = static_cast<int64_t>(cycle);
    if (powered_ < 0) powered_ = now_;
    lastMask_ = mask_;
    mask_ = dqm_.value();
    const unsigned code = static_cast<unsigned>(ras_.value() << 2 | cas_.value() << 1 | we_.value());
    const bool selected = cs_.value() == 0 && code != kNone;
    checkPins(selected && code == kWrite);
    if (ready_ && now_ >= nextDue_) countDueRefreshes();
    if (selected) command(code);
}

// The controller may drive the data pins only with a WRITE, and only when the chip has let go of
// them for a cycle.
void SdramChip::checkPins(bool write) {
    const bool drives = reading_[now_ & 3].valid;
    const bool driven = dqOutEnable_.value() != 0;
    if (driven && (drives || drove_)) {
        fail("DQ", std::string("the data pins are driven ")
                       + (drives ? "while" : "in the cycle after") + " the chip drives them");
    }
    if (write && !driven) fail("DQ", "WRITE" + inBank() + " without data on the pins");
    drove_ = drives;
}

void SdramChip::countDueRefreshes() {
    ++due_;
    nextDue_ = configured_ + static_cast<int64_t>((due_ + 1) * refreshPeriod / refreshes);
    if (++postponed_ > kMostPostponed) {
        fail("tREFI", std::to_string(postponed_) + " refreshes are postponed, "
                          + std::to_string(kMostPostponed) + " may be");
    }
}

void SdramChip::command(unsigned code) {
    const char* name = kNames[code];
    if (cke_.value() == 0) fail("CKE", std::string(name) + " while the clock is not enabled");
    require("tPU", powered_, powerUp, name);
    require("tMRD", configured_, mrd, name);
    require("tRFC", refreshed_, rfc, name);
    if (!ready_ && code >= kActivate) {
        fail("INIT", std::string(name) + " before the mode register is set");
    }
    switch (code) {
    case kModeRegisterSet: setMode(); break;
    case kRefresh: refresh(); break;
    case kPrecharge: precharge(); break;
    case kActivate: activate(); break;
    case kWrite: column(true); break;
    case kRead: column(false); break;
    default: fail("COMMAND", std::string(name) + " has no use with bursts of one word");
    }
}

void SdramChip::activate() {
    Bank& bank = banks_[ba_.value()];
    const std::string what = "ACTIVATE" + inBank();
    if (bank.open) fail("ROW", what + ", whose row " + std::to_string(bank.row) + " is open");
    require("tRP", bank.precharged, rp, what);
    require("tRC", bank.activated, rc, what);
    require("tRRD", activated_, rrd, what);
    bank.open = true;
    bank.row = address();
    if (forgets_) losesCharge(ba_.value());
    bank.activated = activated_ = now_;
    ++activates_;
}

void SdramChip::column(bool write) {
    Bank& bank = banks_[ba_.value()];
    const std::string what = (write ? "WRITE" : "READ") + inBank();
    if (!bank.open) fail("ROW", what + " without an open row");
    if (address() & kAllBanks) fail("COMMAND", what + " with automatic precharge");
    require("tRCD", bank.activated, rcd, what);
    lastColumn_ = static_cast<uint64_t>(now_);
    uint8_t* at = word(bank);
    if (write) {
        const uint64_t data = stuck(dqOut_.value());
        for (uint64_t i = 0; i < bytes_; ++i) {
            if ((mask_ >> i & 1) == 0) at[i] = static_cast<uint8_t>(data >> (8 * i));
        }
        bank.written = now_;
        ++writes_;
    } else {
        Word& slot = reading_[(now_ + static_cast<int64_t>(cas)) & 3];
        slot.valid = true;
        slot.data = 0;
        std::memcpy(&slot.data, at, bytes_);
        bank.read = now_;
        ++reads_;
    }
}

void SdramChip::precharge() {
    const bool all = address() & kAllBanks;
    for (size_t i = 0; i < banks_.size(); ++i) {
        Bank& bank = banks_[i];
        if (!all && i != ba_.value()) continue;
        const std::string what = "PRECHARGE in bank " + std::to_string(i);
        if (bank.open) {
            require("tRAS", bank.activated, ras, what);
            require("tWR", bank.written, wr, what);
            require("CL", bank.read, cas - 1, what);
            if (now_ - bank.activated > static_cast<int64_t>(rasMaximum)) {
                fail("tRAS", what + " after " + std::to_string(now_ - bank.activated)
                                 + " cycles, at most " + std::to_string(rasMaximum));
            }
        }
        if (forgets_ && bank.open) charged(i) = now_;
        bank.open = false;
        bank.precharged = now_;
    }
    prechargedAll_ = prechargedAll_ || all;
}

void SdramChip::refresh() {
    if (!prechargedAll_) fail("INIT", "REFRESH before PRECHARGE of all banks");
    for (size_t i = 0; i < banks_.size(); ++i) {
        const std::string what = "REFRESH with bank " + std::to_string(i);
        if (banks_[i].open) fail("ROW", what + " open");
        require("tRP", banks_[i].precharged, rp, what);
        require("tRC", banks_[i].activated, rc, what);
    }
    refreshed_ = now_;
    if (!ready_) {
        ++refreshesOfStart_;
        return;
    }
    ++refreshCount_;
    if (postponed_ > -kMostPostponed) --postponed_;
    const int64_t waited = now_ - slots_[slot_];
    if (waited > static_cast<int64_t>(refreshPeriod)) {
        fail("tREF", "the rows of refresh " + std::to_string(slot_) + " waited "
                         + std::to_string(waited) + " cycles, at most "
                         + std::to_string(refreshPeriod));
    }
    slots_[slot_] = now_;
    slot_ = (slot_ + 1) % refreshes;
}

void SdramChip::setMode() {
    for (size_t i = 0; i < banks_.size(); ++i) {
        if (banks_[i].open) fail("ROW", "MODE REGISTER SET with bank " + std::to_string(i) + " open");
        require("tRP", banks_[i].precharged, rp, "MODE REGISTER SET");
    }
    if (refreshesOfStart_ < kRefreshesOfStart) {
        fail("INIT", "MODE REGISTER SET after " + std::to_string(refreshesOfStart_) + " of "
                         + std::to_string(kRefreshesOfStart) + " REFRESH");
    }
    if (address() != cas << 4 || ba_.value() != 0) {
        fail("MODE", "mode " + std::to_string(address()) + ", but bursts of one word with CAS latency "
                         + std::to_string(cas) + " are mode " + std::to_string(cas << 4));
    }
    configured_ = now_;
    if (ready_) return;
    ready_ = true;
    nextDue_ = now_ + static_cast<int64_t>(refreshPeriod / refreshes);
    for (int64_t& slot : slots_) slot = now_;
    for (int64_t& row : charged_) row = now_;
}

void SdramChip::drive() {
    // What the chip drives in the next cycle; DQM hides bytes two cycles later.
    Word& out = reading_[(now_ + 1) & 3];
    Word& delayed = delayed_[(now_ + static_cast<int64_t>(pinDelay)) & 3];
    delayed = out;
    for (uint64_t i = 0; i < bytes_; ++i) {
        if (lastMask_ >> i & 1) delayed.data ^= noise() & 0xFFu << (8 * i);
    }
    reading_[now_ & 3].valid = false;
    Word& pins = delayed_[now_ & 3];
    const uint64_t pinMask = 0xFFFFFFFFu >> (32 - 8 * bytes_);
    dqIn_.set(stuck(pins.valid ? pins.data : noise()) & pinMask);
    pins.valid = false;
}

std::vector<uint64_t> SdramChip::statistics() const {
    return {reads_, writes_, activates_, refreshCount_, lastColumn_};
}

}  // namespace heddle
