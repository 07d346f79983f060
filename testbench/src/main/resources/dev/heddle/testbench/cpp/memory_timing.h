// When a memory answers. Data moves in the AXI port; a timing model only says when.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "archive.h"

namespace heddle {

struct Burst {
    uint64_t address;
    uint64_t id;
    uint64_t accepted;  // cycle of the address handshake
    uint64_t ready;     // first cycle in which the memory may answer
    uint32_t beats;
    uint32_t done;      // beats already transferred
    uint32_t size;      // bytes of a beat
    uint32_t qos;       // more urgent when higher
};

// The contract with the port, once a cycle: tick, then the questions about this cycle, then the
// accept functions for the handshakes that took place in it.
class MemoryTiming {
public:
    virtual ~MemoryTiming() = default;

    virtual void tick(uint64_t) {}

    // Whether the ports wait for one another, so that the most urgent must be asked first.
    virtual bool shares() const { return false; }

    virtual bool takesRead(size_t outstanding) { return outstanding < 64; }
    virtual bool takesWrite(size_t outstanding) { return outstanding < 64; }
    virtual bool takesWriteBeat(uint64_t) { return true; }

    virtual void acceptRead(Burst& burst, uint64_t cycle) = 0;
    virtual void acceptWriteBeat(uint64_t address, uint64_t cycle) = 0;
    // After the last beat: sets burst.ready, the first cycle of the response.
    virtual void acceptWrite(Burst& burst, uint64_t cycle) = 0;

    // Index of the burst that sends a beat in this cycle, -1 for none. The beat is then on its
    // way: the model counts it as sent.
    virtual int nextRead(const std::deque<Burst>& bursts, uint64_t cycle) = 0;
    virtual int nextResponse(const std::deque<Burst>& bursts, uint64_t cycle) {
        return !bursts.empty() && bursts.front().ready <= cycle ? 0 : -1;
    }

    virtual void reset() = 0;
    virtual void archive(Archive& archive) = 0;

    uint64_t rowHits = 0;
    uint64_t rowMisses = 0;
    uint64_t refreshes = 0;
};

// The data bus of one memory behind several ports, one object for all of them: credit refills once
// a cycle and is not saved up. A port may send while there is any, so the ports of one cycle can
// overdraw it; the debt is paid back before the next beat and the average never exceeds the rate.
class SharedBus {
public:
    explicit SharedBus(uint64_t share) : share_(static_cast<int64_t>(share)) { reset(); }

    void tick(uint64_t cycle);
    bool open() const { return credit_ > 0; }
    void carry() { credit_ -= kWhole; }
    // Takes back a beat that was carried for nothing.
    void giveBack();
    void reset();
    void archive(Archive& archive);

    static constexpr int64_t kWhole = 65536;  // credit of one beat

private:
    const int64_t share_;
    int64_t credit_;
    uint64_t refilled_;  // cycle of the last refill
};

// The buses of a machine by the specification of their model: equal ones are the same memory.
using SharedBuses = std::map<std::string, std::shared_ptr<SharedBus>>;

// Parameters of a model as written in MemoryModel.specification(): "name key=value key=value".
class TimingParameters {
public:
    explicit TimingParameters(const std::string& text);
    const std::string& name() const { return name_; }
    uint64_t number(const std::string& key) const;

private:
    std::string name_;
    std::map<std::string, uint64_t> numbers_;
};

// Throws std::runtime_error for an unknown model or a missing parameter.
std::unique_ptr<MemoryTiming> makeTiming(const std::string& specification, uint64_t clockHz,
                                         SharedBuses& buses);
std::unique_ptr<MemoryTiming> makeDdrTiming(const TimingParameters& parameters, uint64_t clockHz);

}  // namespace heddle
