#include "memory_timing.h"

#include <sstream>
#include <stdexcept>
#include <vector>

namespace heddle {

TimingParameters::TimingParameters(const std::string& text) {
    std::istringstream words(text);
    words >> name_;
    for (std::string word; words >> word;) {
        const size_t equals = word.find('=');
        if (equals == std::string::npos) throw std::runtime_error("memory model: bad word " + word);
        numbers_[word.substr(0, equals)] = std::stoull(word.substr(equals + 1));
    }
}

uint64_t TimingParameters::number(const std::string& key) const {
    const auto found = numbers_.find(key);
    if (found == numbers_.end()) {
        throw std::runtime_error("memory model " + name_ + " lacks the parameter " + key);
    }
    return found->second;
}

void SharedBus::tick(uint64_t cycle) {
    if (cycle == refilled_) return;
    refilled_ = cycle;
    credit_ += share_;
    if (credit_ > share_) credit_ = share_;
}

void SharedBus::giveBack() {
    credit_ += kWhole;
    if (credit_ > share_) credit_ = share_;
}

void SharedBus::reset() {
    credit_ = 0;
    refilled_ = UINT64_MAX;
}

void SharedBus::archive(Archive& archive) {
    archive.value(credit_);
    archive.value(refilled_);
}

namespace {

// A beat a cycle in each direction, first beat `latency` cycles after the address.
class IdealTiming final : public MemoryTiming {
public:
    explicit IdealTiming(uint64_t latency) : latency_(latency) {}

    void acceptRead(Burst& burst, uint64_t cycle) override { burst.ready = cycle + latency_; }
    void acceptWriteBeat(uint64_t, uint64_t) override {}
    void acceptWrite(Burst& burst, uint64_t cycle) override { burst.ready = cycle + latency_; }
    int nextRead(const std::deque<Burst>& bursts, uint64_t cycle) override {
        return !bursts.empty() && bursts.front().ready <= cycle ? 0 : -1;
    }
    void reset() override {}
    void archive(Archive&) override {}

private:
    const uint64_t latency_;
};

// Latency, and one data bus for both directions that carries a share of a beat a cycle.
class FixedTiming final : public MemoryTiming {
public:
    FixedTiming(uint64_t latency, uint64_t share) : latency_(latency), share_(share) { reset(); }

    void tick(uint64_t) override {
        credit_ += share_;
        if (credit_ > kWhole + share_ - 1) credit_ = kWhole + share_ - 1;
    }
    bool takesWriteBeat(uint64_t) override { return credit_ >= kWhole; }
    void acceptRead(Burst& burst, uint64_t cycle) override { burst.ready = cycle + latency_; }
    void acceptWriteBeat(uint64_t, uint64_t) override { credit_ -= kWhole; }
    void acceptWrite(Burst& burst, uint64_t cycle) override { burst.ready = cycle + latency_; }
    int nextRead(const std::deque<Burst>& bursts, uint64_t cycle) override {
        if (bursts.empty() || bursts.front().ready > cycle || credit_ < kWhole) return -1;
        credit_ -= kWhole;
        return 0;
    }
    void reset() override { credit_ = kWhole; }
    void archive(Archive& archive) override { archive.value(credit_); }

private:
    static constexpr int64_t kWhole = 65536;  // credit of one beat
    const uint64_t latency_;
    const int64_t share_;
    int64_t credit_;
};

// Latency, and one data bus for both directions of all ports.
class SharedTiming final : public MemoryTiming {
public:
    SharedTiming(uint64_t latency, std::shared_ptr<SharedBus> bus)
        : latency_(latency), bus_(std::move(bus)) {}

    void tick(uint64_t cycle) override {
        bus_->tick(cycle);
        if (reserved_) bus_->giveBack();
        reserved_ = false;
    }
    bool shares() const override { return true; }
    // Whether the beat comes is known when the design has settled; until then its place is kept.
    bool takesWriteBeat(uint64_t) override {
        reserved_ = bus_->open();
        if (reserved_) bus_->carry();
        return reserved_;
    }
    void acceptRead(Burst& burst, uint64_t cycle) override { burst.ready = cycle + latency_; }
    void acceptWriteBeat(uint64_t, uint64_t) override { reserved_ = false; }
    void acceptWrite(Burst& burst, uint64_t cycle) override { burst.ready = cycle + latency_; }
    int nextRead(const std::deque<Burst>& bursts, uint64_t cycle) override {
        if (bursts.empty() || bursts.front().ready > cycle || !bus_->open()) return -1;
        bus_->carry();
        return 0;
    }
    void reset() override {
        bus_->reset();
        reserved_ = false;
    }
    void archive(Archive& archive) override {
        bus_->archive(archive);  // the same state for every port of the bus
        archive.value(reserved_);
    }

private:
    const uint64_t latency_;
    const std::shared_ptr<SharedBus> bus_;
    bool reserved_ = false;
};

// Everything that AXI allows a memory to do, at random: not ready, late, and answering different
// ids out of order with their beats interleaved. Answers of one id keep their order.
class RandomTiming final : public MemoryTiming {
public:
    RandomTiming(uint64_t seed, uint64_t readyPercent, uint64_t latency, bool interleave)
        : seed_(seed), ready_(readyPercent), latency_(latency), interleave_(interleave) {
        reset();
    }

    bool takesRead(size_t outstanding) override { return outstanding < 32 && chance(); }
    bool takesWrite(size_t outstanding) override { return outstanding < 32 && chance(); }
    bool takesWriteBeat(uint64_t) override { return chance(); }
    void acceptRead(Burst& burst, uint64_t cycle) override { burst.ready = cycle + delay(); }
    void acceptWriteBeat(uint64_t, uint64_t) override {}
    void acceptWrite(Burst& burst, uint64_t cycle) override { burst.ready = cycle + delay(); }
    int nextRead(const std::deque<Burst>& bursts, uint64_t cycle) override {
        return pick(bursts, cycle);
    }
    int nextResponse(const std::deque<Burst>& bursts, uint64_t cycle) override {
        return pick(bursts, cycle);
    }
    void reset() override { state_ = seed_ * 0x9e3779b97f4a7c15ull + 1; }
    void archive(Archive& archive) override { archive.value(state_); }

private:
    uint64_t random() {  // xorshift64*
        state_ ^= state_ >> 12;
        state_ ^= state_ << 25;
        state_ ^= state_ >> 27;
        return (state_ * 0x2545f4914f6cdd1dull) >> 32;
    }
    bool chance() { return random() % 100 < ready_; }
    uint64_t delay() { return 1 + random() % latency_; }

    int pick(const std::deque<Burst>& bursts, uint64_t cycle) {
        if (bursts.empty() || !chance()) return -1;
        candidates_.clear();
        for (size_t i = 0; i < bursts.size(); ++i) {
            bool first = true;
            for (size_t k = 0; k < i && first; ++k) first = bursts[k].id != bursts[i].id;
            if (first && bursts[i].ready <= cycle) candidates_.push_back(static_cast<int>(i));
            if (!interleave_) break;
        }
        if (candidates_.empty()) return -1;
        return candidates_[random() % candidates_.size()];
    }

    const uint64_t seed_;
    const uint64_t ready_;
    const uint64_t latency_;
    const bool interleave_;
    uint64_t state_;
    std::vector<int> candidates_;
};

}  // namespace

std::unique_ptr<MemoryTiming> makeTiming(const std::string& specification, uint64_t clockHz,
                                         SharedBuses& buses) {
    const TimingParameters p(specification);
    std::unique_ptr<MemoryTiming> timing;
    if (p.name() == "ideal") {
        timing.reset(new IdealTiming(p.number("latency")));
    } else if (p.name() == "fixed") {
        timing.reset(new FixedTiming(p.number("latency"), p.number("share")));
    } else if (p.name() == "shared") {
        std::shared_ptr<SharedBus>& bus = buses[specification];
        if (!bus) bus.reset(new SharedBus(p.number("share")));
        timing.reset(new SharedTiming(p.number("latency"), bus));
    } else if (p.name() == "random") {
        timing.reset(new RandomTiming(p.number("seed"), p.number("ready"), p.number("latency"),
                                      p.number("interleave") != 0));
    } else if (p.name() == "ddr") {
        timing = makeDdrTiming(p, clockHz);
    } else {
        throw std::runtime_error("unknown memory model " + p.name());
    }
    return timing;
}

}  // namespace heddle
