#include "machine.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace heddle {

namespace {

constexpr uint64_t kFemtosecondsPerPicosecond = 1000;
constexpr uint64_t kBlock = 4096;  // card memory is saved in blocks; those of zeros are left out

std::string portPrefix(size_t index) { return "m_axi_mem" + std::to_string(index) + "_"; }

bool allZero(const uint8_t* data, uint64_t size) {
    return data[0] == 0 && std::memcmp(data, data + 1, size - 1) == 0;
}

}  // namespace

Machine::Machine(Instance& instance, CardMemory memory, uint64_t clockHz, uint64_t deadlockCycles)
    : instance_(instance),
      memory_(memory),
      clockHz_(clockHz),
      deadlockCycles_(deadlockCycles),
      reset_(instance.find("reset"), 0),
      interrupt_(instance.find("irq"), 0),
      registers_(instance) {
    if (memory.size == 0 || memory.size % kBlock != 0) {
        throw std::runtime_error("the card memory must be a multiple of 4096 bytes");
    }
    if (clockHz == 0 || deadlockCycles == 0) throw std::runtime_error("clock or deadlock limit of 0");
    for (const char* name : {"clk", "reset"}) {
        if (!instance.find(name)) throw std::runtime_error(std::string("the design has no port ") + name);
    }
    for (size_t i = 0; AxiPins::exists(instance, portPrefix(i)); ++i) {
        ports_.emplace_back(AxiPins::bind(instance, portPrefix(i)), static_cast<int32_t>(i), memory,
                            makeTiming("ideal latency=1", clockHz, buses_));
    }
    const uint64_t period = 1000000000000000ull / clockHz / kFemtosecondsPerPicosecond;
    for (int32_t i = 0; i < static_cast<int32_t>(instance.ports().size()); ++i) {
        if (std::string(instance.port(i).name) == "clk") instance.addClock(i, period / 2 * 2, 0);
    }
    for (AxiPort& port : ports_) port.hold(0, false);
    registers_.hold();
}

AxiPort& Machine::port(int32_t index) {
    if (index < 0 || index >= ports()) {
        throw std::runtime_error("memory port " + std::to_string(index) + " does not exist");
    }
    return ports_[static_cast<size_t>(index)];
}

void Machine::memoryModel(int32_t index, const std::string& specification) {
    AxiPort& target = port(index);
    if (!target.idle()) throw std::runtime_error("the memory model can change only while the port is idle");
    target.timing(makeTiming(specification, clockHz_, buses_));
}

void Machine::reset(uint64_t cycles) {
    if (cycles < 2) throw std::runtime_error("a reset takes at least two cycles");
    reset_.set(1);
    for (AxiPort& port : ports_) port.hold(instance_.cycle(), false);
    registers_.hold();
    for (uint64_t i = 0; i < cycles && !instance_.failed(); ++i) {
        instance_.low();
        // The first edge brings the registers into reset; from then on valid must be low.
        for (AxiPort& port : ports_) {
            if (i > 0) port.hold(instance_.cycle(), true);
        }
        instance_.high();
    }
    reset_.set(0);
    lastProgress_ = instance_.cycle();
    lastInterrupt_ = interrupt();
}

void Machine::drivePorts(uint64_t cycle) {
    if (ports_.empty() || !ports_[0].shares()) {
        for (AxiPort& port : ports_) port.drive(cycle);
        return;
    }
    // Of a shared bus the most urgent have their turn first, equals by lot: plain turns would favour
    // the ports behind those that ask for nothing.
    turns_.clear();
    for (AxiPort& port : ports_) turns_.push_back(&port);
    uint64_t lot = cycle;
    for (size_t left = turns_.size(); left > 1; --left) {
        lot = lot * 6364136223846793005ull + 1442695040888963407ull;
        std::swap(turns_[left - 1], turns_[(lot >> 33) % left]);
    }
    std::stable_sort(turns_.begin(), turns_.end(), [](const AxiPort* a, const AxiPort* b) {
        return a->urgency() > b->urgency();
    });
    for (AxiPort* port : turns_) port->drive(cycle);
}

void Machine::cycle() {
    const uint64_t now = instance_.cycle();
    drivePorts(now);
    if (registers_.present()) registers_.drive();
    instance_.low();
    bool moved = interrupt() != lastInterrupt_;
    lastInterrupt_ = interrupt();
    for (AxiPort& port : ports_) moved = port.sample(now) || moved;
    if (registers_.present()) moved = registers_.sample(now) || moved;
    if (moved) lastProgress_ = now;
    if (now - lastProgress_ >= deadlockCycles_) {
        Failure failure;
        failure.kind = HEDDLE_DEADLOCK;
        failure.cycle = now;
        failure.message = "no progress for " + std::to_string(deadlockCycles_) + " cycles, up to cycle "
                          + std::to_string(now);
        failure.state = state();
        throw failure;
    }
    instance_.high();
}

int Machine::run(uint64_t cycles, bool untilInterrupt, uint64_t& ran) {
    ran = 0;
    while (ran < cycles && !instance_.failed()) {
        cycle();
        ++ran;
        if (untilInterrupt && interrupt()) return HEDDLE_INTERRUPT;
    }
    return HEDDLE_CYCLE_LIMIT;
}

void Machine::access(uint64_t address, const char* what) {
    if (!registers_.present()) throw std::runtime_error("the design has no register port");
    lastProgress_ = instance_.cycle();
    while (registers_.busy() && !instance_.failed()) cycle();
    if (!instance_.failed() && registers_.response() != 0) {
        Failure failure;
        failure.kind = HEDDLE_REGISTER;
        failure.address = address;
        failure.cycle = instance_.cycle();
        failure.message = std::string(what) + " of register " + std::to_string(address)
                          + " was answered with AXI response "
                          + std::to_string(registers_.response());
        throw failure;
    }
}

uint32_t Machine::readRegister(uint64_t address) {
    registers_.beginRead(address);
    access(address, "read");
    return registers_.value();
}

void Machine::writeRegister(uint64_t address, uint32_t value) {
    registers_.beginWrite(address, value);
    access(address, "write");
}

std::string Machine::state() const {
    std::string text = registers_.state();
    for (const AxiPort& port : ports_) text += port.state();
    text += "irq=" + std::to_string(interrupt_.value()) + "\n";
    for (const PortPin& pin : instance_.ports()) {
        if (std::string(pin.name).compare(0, 6, "debug_") != 0 || pin.input) continue;
        static const char* const kDigits = "0123456789abcdef";
        text += std::string(pin.name) + "=0x";
        for (uint32_t i = pin.bytes(); i-- > 0;) {
            text += kDigits[pin.data[i] >> 4];
            text += kDigits[pin.data[i] & 15];
        }
        text += "\n";
    }
    return text;
}

void Machine::archive(Archive& archive) {
    archive.value(lastProgress_);
    archive.value(lastInterrupt_);
    registers_.archive(archive);
    for (AxiPort& port : ports_) port.archive(archive);
    if (archive.saving()) {
        for (uint64_t at = 0; at < memory_.size; at += kBlock) {
            if (allZero(memory_.data + at, kBlock)) continue;
            archive.value(at);
            archive.raw(memory_.data + at, kBlock);
        }
        uint64_t end = UINT64_MAX;
        archive.value(end);
        return;
    }
    uint64_t next;
    archive.value(next);
    for (uint64_t at = 0; at < memory_.size; at += kBlock) {
        if (at == next) {
            archive.raw(memory_.data + at, kBlock);
            archive.value(next);
        } else if (!allZero(memory_.data + at, kBlock)) {
            std::memset(memory_.data + at, 0, kBlock);
        }
    }
}

}  // namespace heddle
