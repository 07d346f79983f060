// One running copy of the design: its own Verilator context, clocks, log, failure and trace.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "archive.h"
#include "design.h"
#include "failure.h"

namespace heddle {

class Machine;
class Part;
class TraceWindow;

// Verilator's callbacks ($finish, $stop, $display) find the instance through its context.
class InstanceContext final : public VerilatedContext {
public:
    Failure failure;
    std::string log;
    uint64_t cycle = 0;

    void print(const std::string& text);
    // The last line printed.
    std::string lastLine() const;
};

struct Clock {
    uint8_t* data;
    uint64_t half;    // picoseconds between edges
    uint64_t toggle;  // time of the next edge
    uint64_t rises;
};

class Instance {
public:
    Instance(uint64_t seed, bool randomise);
    ~Instance();
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;

    // Makes this instance's context the one of the calling thread; first thing in every call.
    void enter() { Verilated::threadContextp(&context_); }

    Failure& failure() { return context_.failure; }
    bool failed() const { return context_.failure.kind != HEDDLE_OK; }
    const std::string& log() const { return context_.log; }
    const std::vector<PortPin>& ports() const { return design_->ports(); }
    // Null if there is none.
    const PortPin* find(const std::string& name) const;
    const PortPin& port(int32_t index) const;

    void set(int32_t index, const uint8_t* value);
    void get(int32_t index, uint8_t* value) const;
    void eval();

    void addClock(int32_t port, uint64_t period, uint64_t phase);
    void step(int32_t clock, uint64_t cycles);
    void batch(int32_t clock, uint64_t cycles, const int32_t* inputs, int32_t inputCount,
               const uint8_t* in, const int32_t* outputs, int32_t outputCount, uint8_t* out);
    uint64_t cycle() const { return context_.cycle; }
    uint64_t time() { return context_.time(); }

    // The two halves of a cycle of a design with one clock; inputs are driven before low().
    void low();
    void high();

    void save(const std::string& file);
    void restore(const std::string& file);
    void trace(const std::string& file, uint64_t from, uint64_t to);
    void closeTrace();

    std::unique_ptr<Machine> machine;
    std::vector<std::unique_ptr<Part>> parts;
    std::string text;  // what the last call that returned a string returned

private:
    void settle();
    void sampleParts();
    void driveParts();
    // Advances to the next clock edge and evaluates.
    void nextEdge();
    Clock& clock(int32_t index);
    void archive(Archive& archive);

    InstanceContext context_;
    std::unique_ptr<Design> design_;
    std::vector<Clock> clocks_;
    bool changed_ = true;  // inputs were written since the last evaluation
    std::unique_ptr<TraceWindow> trace_;
};

}  // namespace heddle
