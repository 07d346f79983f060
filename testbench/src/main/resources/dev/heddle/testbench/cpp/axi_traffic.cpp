#include "axi_traffic.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace heddle {

namespace {

constexpr uint64_t kPage = 4096;  // a burst stays within one
constexpr uint64_t kIncrementing = 1;
constexpr uint64_t kShort = 4;          // beats; half of the random bursts are no longer
constexpr uint64_t kNearPercent = 25;   // random bursts near the one that was written last
constexpr uint64_t kNearBeats = 8;
constexpr uint64_t kSparseStrobes = 3;  // one in so many beats with strobes has a single one

Pin bind(const Instance& instance, const std::string& name, bool input) {
    const PortPin* port = instance.find(name);
    if (!port) throw std::runtime_error("the design has no port " + name);
    if (port->input != input) {
        throw std::runtime_error(name + " must be an " + (input ? "input" : "output")
                                 + " of the design");
    }
    return Pin(port, 0);
}

}  // namespace

AxiTraffic::AxiTraffic(const Instance& instance, const std::string& prefix,
                       const TimingParameters& p, uint8_t* memory, uint64_t size)
    : bursts_(p.number("bursts")),
      readPercent_(p.number("readPercent")),
      beats_(p.number("beats")),
      gapPercent_(p.number("gapPercent")),
      stallPercent_(p.number("stallPercent")),
      strobePercent_(p.number("strobePercent")),
      sequential_(p.number("sequential")),
      anyLength_(p.number("anyLength")),
      outstanding_(p.number("outstanding")),
      state_(p.number("seed") * 2 + 1),
      memory_(memory),
      memorySize_(size) {
    ar_ = bindAddress(instance, prefix + "ar");
    aw_ = bindAddress(instance, prefix + "aw");
    wdata_ = bind(instance, prefix + "wdata", true);
    wstrb_ = bind(instance, prefix + "wstrb", true);
    wlast_ = bind(instance, prefix + "wlast", true);
    wvalid_ = bind(instance, prefix + "wvalid", true);
    wready_ = bind(instance, prefix + "wready", false);
    bid_ = bind(instance, prefix + "bid", false);
    bresp_ = bind(instance, prefix + "bresp", false);
    bvalid_ = bind(instance, prefix + "bvalid", false);
    bready_ = bind(instance, prefix + "bready", true);
    rid_ = bind(instance, prefix + "rid", false);
    rdata_ = bind(instance, prefix + "rdata", false);
    rresp_ = bind(instance, prefix + "rresp", false);
    rlast_ = bind(instance, prefix + "rlast", false);
    rvalid_ = bind(instance, prefix + "rvalid", false);
    rready_ = bind(instance, prefix + "rready", true);
    bytes_ = rdata_.width() / 8;
    while (bytes_ > 1u << sizeCode_) ++sizeCode_;
    if (size % kPage != 0 || beats_ == 0 || beats_ > 256 || beats_ * bytes_ > kPage) {
        throw std::runtime_error("traffic: memory is whole pages, and a burst is within one");
    }
}

AxiTraffic::Address AxiTraffic::bindAddress(const Instance& instance,
                                            const std::string& prefix) const {
    return {bind(instance, prefix + "valid", true), bind(instance, prefix + "ready", false),
            bind(instance, prefix + "id", true),    bind(instance, prefix + "addr", true),
            bind(instance, prefix + "len", true),   bind(instance, prefix + "size", true),
            bind(instance, prefix + "burst", true)};
}

uint64_t AxiTraffic::random() {  // xorshift64*
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 2685821657736338717ull >> 11;
}

void AxiTraffic::fail(const char* rule, const std::string& what) const {
    Failure failure;
    failure.kind = HEDDLE_PROTOCOL;
    failure.rule = rule;
    failure.cycle = cycle_;
    failure.message = what;
    throw failure;
}

// ---- what comes next

void AxiTraffic::choose() {
    chosen_ = true;
    next_.write = !chance(readPercent_);
    next_.id = random();
    next_.done = 0;
    next_.beats = anyLength_ ? 1 + random() % (chance(50) ? std::min(kShort, beats_) : beats_) : beats_;
    if (sequential_) {
        next_.address = position_;
        position_ = (position_ + beats_ * bytes_) % memorySize_;
    } else if (!anyLength_) {
        const uint64_t size = beats_ * bytes_;
        next_.address = random() % (memorySize_ / size) * size;
    } else if (chance(kNearPercent)) {
        next_.address = (recent_ + random() % kNearBeats * bytes_) % memorySize_;
    } else {
        next_.address = random() % (memorySize_ / bytes_) * bytes_;
    }
    next_.beats = std::min(next_.beats, (kPage - next_.address % kPage) / bytes_);
}

bool AxiTraffic::overlaps(const std::deque<Transfer>& others) const {
    const uint64_t end = next_.address + next_.beats * bytes_;
    return std::any_of(others.begin(), others.end(), [&](const Transfer& other) {
        return next_.address < other.address + other.beats * bytes_ && other.address < end;
    });
}

// What overlaps a write that is not answered has no defined order.
bool AxiTraffic::mayBegin() const {
    if (overlaps(writing_)) return false;
    if (!next_.write) return ar_.valid.value() == 0 && reading_.size() < outstanding_;
    return aw_.valid.value() == 0 && writing_.size() < outstanding_ && !overlaps(reading_);
}

void AxiTraffic::offer(Address& pins, const Transfer& transfer, uint32_t size) {
    pins.valid.set(1);
    pins.id.set(transfer.id);
    pins.address.set(transfer.address);
    pins.length.set(transfer.beats - 1);
    pins.size.set(size);
    pins.burst.set(kIncrementing);
}

void AxiTraffic::begin() {
    chosen_ = false;
    if (begun_++ == 0) firstCycle_ = cycle_ + 1;
    const Pin& id = next_.write ? bid_ : rid_;
    next_.id &= (uint64_t{1} << id.width()) - 1;
    offer(next_.write ? aw_ : ar_, next_, sizeCode_);
    (next_.write ? writing_ : reading_).push_back(next_);
    if (!next_.write) return;
    recent_ = next_.address;
    const bool partial = chance(strobePercent_);
    const uint64_t all = bytes_ == 64 ? ~uint64_t{0} : (uint64_t{1} << bytes_) - 1;
    for (uint64_t i = 0; i < next_.beats; ++i) {
        Beat beat{std::vector<uint8_t>(bytes_), all, i == next_.beats - 1};
        for (uint64_t k = 0; k < bytes_; k += 4) {
            const uint32_t word = static_cast<uint32_t>(random());
            std::memcpy(&beat.data[k], &word, std::min<uint64_t>(4, bytes_));
        }
        if (partial) {
            beat.strobes = random() % kSparseStrobes == 0 ? uint64_t{1} << random() % bytes_
                                                          : (random() ^ random() << 40) & all;
        }
        uint8_t* to = memory_ + next_.address + i * bytes_;
        for (uint64_t k = 0; k < bytes_; ++k) {
            if (beat.strobes >> k & 1) to[k] = beat.data[k];
        }
        beatsToWrite_.push_back(std::move(beat));
    }
}

void AxiTraffic::write() {
    const Beat& beat = beatsToWrite_.front();
    wvalid_.set(1);
    std::memcpy(wdata_.bytes(), beat.data.data(), bytes_);
    wstrb_.set(beat.strobes);
    wlast_.set(beat.last);
}

// ---- the clock

bool AxiTraffic::complete() const {
    return begun_ == bursts_ && reading_.empty() && writing_.empty() && beatsToWrite_.empty();
}

void AxiTraffic::drive() {
    if (complete()) return;
    if (readTaken_) ar_.valid.set(0);
    if (writeTaken_) aw_.valid.set(0);
    if (beatTaken_ && wvalid_.value()) {
        wvalid_.set(0);
        beatsToWrite_.pop_front();
        ++writeBeats_;
    }
    if (!chosen_ && begun_ < bursts_ && !chance(gapPercent_)) choose();
    if (chosen_ && mayBegin()) begin();
    if (wvalid_.value() == 0 && !beatsToWrite_.empty() && !chance(gapPercent_)) write();
    rready_.set(!chance(stallPercent_));
    bready_.set(!chance(stallPercent_));
}

void AxiTraffic::sample(uint64_t cycle) {
    if (complete()) return;
    cycle_ = cycle;
    readTaken_ = ar_.ready.value() != 0;
    writeTaken_ = aw_.ready.value() != 0;
    beatTaken_ = wready_.value() != 0;
    sampleRead();
    sampleResponse();
}

void AxiTraffic::sampleRead() {
    if (!rvalid_.value()) {
        if (!held_.empty()) fail("VALID", "rvalid fell before rready");
        return;
    }
    const uint8_t* data = rdata_.bytes();
    if (!held_.empty() && std::memcmp(held_.data(), data, bytes_) != 0) {
        fail("STABLE", "rdata changed before rready");
    }
    if (!rready_.value()) {
        held_.assign(data, data + bytes_);
        return;
    }
    held_.clear();
    if (reading_.empty()) fail("RESPONSE", "a beat was read without a burst");
    Transfer& burst = reading_.front();
    const uint64_t address = burst.address + burst.done * bytes_;
    if (std::memcmp(data, memory_ + address, bytes_) != 0) {
        uint64_t k = 0;
        while (data[k] == memory_[address + k]) ++k;
        fail("DATA", "the byte at " + std::to_string(address + k) + " was read as "
                         + std::to_string(data[k]) + " but is " + std::to_string(memory_[address + k]));
    }
    if (rid_.value() != burst.id || rresp_.value() != 0) fail("RESPONSE", "wrong rid or rresp");
    ++burst.done;
    ++readBeats_;
    if (rlast_.value() != (burst.done == burst.beats)) fail("RLAST", "rlast on the wrong beat");
    lastCycle_ = cycle_;
    if (burst.done == burst.beats) {
        reading_.pop_front();
        ++reads_;
    }
}

void AxiTraffic::sampleResponse() {
    if (!bvalid_.value() || !bready_.value()) return;
    if (writing_.empty()) fail("RESPONSE", "an answer without a write");
    if (bid_.value() != writing_.front().id || bresp_.value() != 0) {
        fail("RESPONSE", "wrong bid or bresp");
    }
    writing_.pop_front();
    ++writes_;
    lastCycle_ = cycle_;
}

std::vector<uint64_t> AxiTraffic::statistics() const {
    return {reads_, writes_, readBeats_, writeBeats_, firstCycle_, lastCycle_};
}

}  // namespace heddle
