// Writes the signals of a window of cycles to an FST file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "design.h"

namespace heddle {

class TraceWindow {
public:
    TraceWindow(Design& design, const std::string& file, uint64_t from, uint64_t to);
    ~TraceWindow();

    void dump(uint64_t time, uint64_t cycle);

private:
    std::string file_;
    uint64_t from_;
    uint64_t to_;
    bool open_ = false;
    std::unique_ptr<VerilatedFstC> fst_;
};

}  // namespace heddle
