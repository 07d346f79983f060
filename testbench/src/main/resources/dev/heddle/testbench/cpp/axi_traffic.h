// A master on an AXI4 slave of the design, which reads and writes at random and knows what it has to
// read. Bursts are incrementing and of whole beats. When all are complete it leaves the pins alone, so
// that another may follow.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "instance.h"
#include "memory_timing.h"
#include "part.h"
#include "pin.h"

namespace heddle {

class AxiTraffic final : public Part {
public:
    // `memory` is what the design's memory holds at the start, and is kept up to date.
    AxiTraffic(const Instance& instance, const std::string& prefix,
               const TimingParameters& parameters, uint8_t* memory, uint64_t size);

    void sample(uint64_t cycle) override;
    void drive() override;
    std::vector<uint64_t> statistics() const override;

private:
    struct Transfer {
        uint64_t address, id, beats;
        bool write;
        uint64_t done;  // beats that have passed
    };
    struct Beat {
        std::vector<uint8_t> data;
        uint64_t strobes;
        bool last;
    };
    struct Address {
        Pin valid, ready, id, address, length, size, burst;
    };

    Address bindAddress(const Instance& instance, const std::string& prefix) const;
    bool complete() const;
    void choose();
    bool overlaps(const std::deque<Transfer>& others) const;
    bool mayBegin() const;
    void begin();
    void write();
    static void offer(Address& pins, const Transfer& transfer, uint32_t size);
    void sampleRead();
    void sampleResponse();
    [[noreturn]] void fail(const char* rule, const std::string& what) const;
    uint64_t random();
    bool chance(uint64_t percent) { return percent > 0 && random() % 100 < percent; }

    Address ar_, aw_;
    Pin wdata_, wstrb_, wlast_, wvalid_, wready_, bid_, bresp_, bvalid_, bready_;
    Pin rid_, rdata_, rresp_, rlast_, rvalid_, rready_;
    uint64_t bytes_;  // of a beat
    uint32_t sizeCode_ = 0;

    const uint64_t bursts_, readPercent_, beats_, gapPercent_, stallPercent_, strobePercent_,
        sequential_, anyLength_, outstanding_;
    uint64_t state_;  // of the generator
    uint8_t* const memory_;
    const uint64_t memorySize_;

    uint64_t cycle_ = 0;
    bool readTaken_ = false, writeTaken_ = false, beatTaken_ = false;  // ready, before the edge
    bool chosen_ = false;
    Transfer next_{};
    uint64_t position_ = 0;  // of sequential bursts
    uint64_t recent_ = 0;    // an address that was written
    std::deque<Transfer> reading_, writing_;
    std::deque<Beat> beatsToWrite_;
    std::vector<uint8_t> held_;  // a read beat that waits

    uint64_t begun_ = 0, reads_ = 0, writes_ = 0, readBeats_ = 0, writeBeats_ = 0;
    uint64_t firstCycle_ = 0, lastCycle_ = 0;
};

}  // namespace heddle
