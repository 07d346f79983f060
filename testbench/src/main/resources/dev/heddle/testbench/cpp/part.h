// Something beside the design on its pins: a chip, or whoever uses an interface of it. Any design
// may have parts; they act at every rising edge of the first clock.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace heddle {

class Instance;

class Part {
public:
    virtual ~Part() = default;

    // Before the edge: looks at settled pins. Throws a Failure if the design did something wrong.
    virtual void sample(uint64_t cycle) = 0;
    // After the edge: drives inputs of the design.
    virtual void drive() = 0;

    // Counters, in the order of the part's statistics in Java.
    virtual std::vector<uint64_t> statistics() const = 0;
};

// The part that a specification names: "sdram key=value ..." or "traffic key=value ...". `memory` is
// what the chip holds, or what the traffic expects; its owner keeps it longer than the instance.
// Throws std::runtime_error for an unknown part, a missing parameter or a missing pin.
std::unique_ptr<Part> makePart(const Instance& instance, const std::string& prefix,
                               const std::string& specification, uint8_t* memory, uint64_t size);

}  // namespace heddle
