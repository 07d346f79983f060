// Why an instance stopped, and the exception that carries it to the edge of the C interface.
#pragma once

#include <cstdint>
#include <string>

#include "heddle_sim.h"

namespace heddle {

struct Failure {
    int kind = HEDDLE_OK;
    std::string message;
    std::string file;
    std::string rule;
    std::string state;
    uint64_t line = 0;
    uint64_t port = 0;
    uint64_t cycle = 0;
    uint64_t address = 0;
};

}  // namespace heddle
