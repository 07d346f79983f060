#include "part.h"

#include <stdexcept>

#include "axi_traffic.h"
#include "memory_timing.h"
#include "sdram_chip.h"

namespace heddle {

std::unique_ptr<Part> makePart(const Instance& instance, const std::string& prefix,
                               const std::string& specification, uint8_t* memory, uint64_t size) {
    const TimingParameters parameters(specification);
    if (parameters.name() == "sdram") {
        return std::unique_ptr<Part>(new SdramChip(instance, prefix, parameters, memory, size));
    }
    if (parameters.name() == "traffic") {
        return std::unique_ptr<Part>(new AxiTraffic(instance, prefix, parameters, memory, size));
    }
    throw std::runtime_error("there is no part " + parameters.name());
}

}  // namespace heddle
