// A board around the design: register port, memory ports, card memory, interrupt. One loop for all.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "axi_port.h"
#include "instance.h"
#include "register_port.h"

namespace heddle {

class Machine {
public:
    Machine(Instance& instance, CardMemory memory, uint64_t clockHz, uint64_t deadlockCycles);

    int32_t ports() const { return static_cast<int32_t>(ports_.size()); }
    AxiPort& port(int32_t index);
    void memoryModel(int32_t port, const std::string& specification);

    void reset(uint64_t cycles);
    uint32_t readRegister(uint64_t address);
    void writeRegister(uint64_t address, uint32_t value);
    // Returns the heddle_run_end; `ran` counts the cycles.
    int run(uint64_t cycles, bool untilInterrupt, uint64_t& ran);
    bool interrupt() const { return interrupt_.value() != 0; }

    uint64_t memorySize() const { return memory_.size; }
    std::string state() const;
    void archive(Archive& archive);

private:
    void cycle();
    void drivePorts(uint64_t cycle);
    void access(uint64_t address, const char* what);

    Instance& instance_;
    const CardMemory memory_;
    const uint64_t clockHz_;
    const uint64_t deadlockCycles_;
    Pin reset_;
    Pin interrupt_;
    RegisterPort registers_;
    SharedBuses buses_;
    std::vector<AxiPort> ports_;
    std::vector<AxiPort*> turns_;  // of a cycle; kept for its storage
    uint64_t lastProgress_ = 0;
    bool lastInterrupt_ = false;
};

}  // namespace heddle
