// The memory side of one AXI4 port: answers the design's master with the data of the card memory
// at the times of a timing model, and checks every rule that the master must keep.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "axi_pins.h"
#include "memory_timing.h"

namespace heddle {

// In the order of the counters that heddle_machine_statistics returns.
struct PortStatistics {
    uint64_t readBursts, readBeats, writeBursts, writeBeats;
    uint64_t readAddressStalls;   // cycles with arvalid and no arready
    uint64_t writeAddressStalls;  // cycles with awvalid and no awready
    uint64_t writeDataStalls;     // cycles with wvalid and no wready
    uint64_t readWaits;           // cycles with a read outstanding and no rvalid
    uint64_t readBackPressure;    // cycles with rvalid and no rready
    uint64_t readLatencySum;      // cycles from an address to its first beat, over all bursts
    uint64_t readLatencyMaximum;
    uint64_t rowHits, rowMisses, refreshes;
};

constexpr int32_t kPortStatistics = sizeof(PortStatistics) / sizeof(uint64_t);

struct CardMemory {
    uint8_t* data;
    uint64_t size;
};

class AxiPort {
public:
    AxiPort(AxiPins pins, int32_t number, CardMemory memory, std::unique_ptr<MemoryTiming> timing);

    void timing(std::unique_ptr<MemoryTiming> timing) { timing_ = std::move(timing); }
    bool idle() const { return reads_.empty() && writes_.empty() && responses_.empty(); }

    bool shares() const { return timing_->shares(); }

    // The priority of what waits to be moved.
    uint32_t urgency() const;

    // Before the design settles: what the memory drives in this cycle.
    void drive(uint64_t cycle);
    // After it has settled: checks the rules and takes the handshakes. Returns whether there was
    // one; throws Failure if a rule is broken.
    bool sample(uint64_t cycle);
    // While reset is active: drives idle, and checks that the design asks for nothing.
    void hold(uint64_t cycle, bool check);

    PortStatistics statistics() const;
    std::string state() const;
    void archive(Archive& archive);

private:
    // A channel on which the design is the source: once valid, it keeps what it offers.
    template <typename T>
    struct Offer {
        bool pending = false;
        T payload{};
    };
    struct WriteBeat {
        uint8_t data[64];
        uint64_t strobe;
        uint64_t last;
    };

    [[noreturn]] void broken(const char* rule, const std::string& what, uint64_t cycle,
                             uint64_t address = 0) const;
    void checkAddress(const char* channel, const AddressBeat& beat, uint64_t cycle) const;
    bool sampleAddress(const char* channel, AddressPins& pins, Offer<AddressBeat>& offer,
                       uint64_t cycle, Burst& accepted);
    void keepOffer(const char* channel, bool pending, bool valid, uint64_t cycle) const;
    bool sampleWriteData(uint64_t cycle);
    bool sampleRead(uint64_t cycle);
    void presentRead(uint64_t cycle);
    uint64_t beatAddress(const Burst& burst) const;

    AxiPins pins_;
    const int32_t number_;
    const CardMemory memory_;
    std::unique_ptr<MemoryTiming> timing_;

    std::deque<Burst> reads_;
    std::deque<Burst> writes_;     // address accepted, data to come
    std::deque<Burst> responses_;  // data complete, response to come
    Offer<AddressBeat> readOffer_, writeOffer_;
    Offer<WriteBeat> dataOffer_;
    bool readValid_ = false;
    bool responseValid_ = false;
    int32_t responding_ = 0;  // index in responses_ while responseValid_
    bool readLast_ = false;
    PortStatistics counters_{};
};

}  // namespace heddle
