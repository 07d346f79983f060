// The Verilated model behind a fixed interface. Its implementation is generated for each design,
// so that everything else here is compiled once for all designs.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <verilated.h>

class Vmodel;
class VerilatedSerialize;
class VerilatedDeserialize;
class VerilatedFstC;

namespace heddle {

// A port of the top module. The storage is Verilator's: 1, 2, 4, 8 or a multiple of 4 bytes,
// little-endian, bits above the width zero.
struct PortPin {
    const char* name;
    uint32_t width;
    bool input;
    uint8_t* data;
    uint32_t storage;  // bytes

    uint32_t bytes() const { return (width + 7) / 8; }
};

class Design {
public:
    explicit Design(VerilatedContext& context);
    ~Design();

    void eval();
    void finish();
    const std::vector<PortPin>& ports() const { return ports_; }

    void save(VerilatedSerialize& out);
    void restore(VerilatedDeserialize& in);
    // False if the library was built without tracing.
    static bool canTrace();
    void trace(VerilatedFstC& file);

    static const char* name();
    // Identifies the layout of saved states: equal text and equal Verilator flags, equal key.
    static const char* stateKey();

private:
    std::unique_ptr<Vmodel> model_;
    std::vector<PortPin> ports_;
};

}  // namespace heddle
