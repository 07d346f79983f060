// The host side of the AXI4-Lite register port: one access at a time.
#pragma once

#include <cstdint>
#include <string>

#include "instance.h"
#include "pin.h"

namespace heddle {

class RegisterPort {
public:
    explicit RegisterPort(const Instance& instance);

    bool present() const { return awaddr_.present(); }
    void beginWrite(uint64_t address, uint32_t value);
    void beginRead(uint64_t address);
    bool busy() const { return step_ != Step::kIdle; }
    uint32_t value() const { return value_; }
    uint64_t response() const { return response_; }

    void drive();
    // Returns whether there was a handshake; throws Failure on an answer that nobody asked for.
    bool sample(uint64_t cycle);
    void hold();

    std::string state() const;
    void archive(Archive& archive);

private:
    enum class Step : int32_t { kIdle, kWrite, kRead };

    Pin awaddr_, awprot_, awvalid_, awready_, wdata_, wstrb_, wvalid_, wready_;
    Pin bresp_, bvalid_, bready_, araddr_, arprot_, arvalid_, arready_;
    Pin rdata_, rresp_, rvalid_, rready_;

    Step step_ = Step::kIdle;
    bool addressSent_ = false;
    bool dataSent_ = false;
    uint64_t address_ = 0;
    uint32_t value_ = 0;
    uint64_t response_ = 0;
};

}  // namespace heddle
