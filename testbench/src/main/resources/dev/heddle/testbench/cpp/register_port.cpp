#include "register_port.h"

#include <stdexcept>

namespace heddle {

namespace {

constexpr const char* kPrefix = "s_axi_ctrl_";
constexpr uint64_t kAllBytes = 0xf;

Pin bind(const Instance& instance, const char* name, bool required) {
    const PortPin* port = instance.find(std::string(kPrefix) + name);
    if (!port && required) {
        throw std::runtime_error(std::string("the design has no port ") + kPrefix + name);
    }
    return Pin(port, 0);
}

}  // namespace

RegisterPort::RegisterPort(const Instance& instance) {
    awaddr_ = bind(instance, "awaddr", false);
    if (!present()) return;
    awprot_ = bind(instance, "awprot", false);
    awvalid_ = bind(instance, "awvalid", true);
    awready_ = bind(instance, "awready", true);
    wdata_ = bind(instance, "wdata", true);
    wstrb_ = bind(instance, "wstrb", false);
    wvalid_ = bind(instance, "wvalid", true);
    wready_ = bind(instance, "wready", true);
    bresp_ = bind(instance, "bresp", false);
    bvalid_ = bind(instance, "bvalid", true);
    bready_ = bind(instance, "bready", true);
    araddr_ = bind(instance, "araddr", true);
    arprot_ = bind(instance, "arprot", false);
    arvalid_ = bind(instance, "arvalid", true);
    arready_ = bind(instance, "arready", true);
    rdata_ = bind(instance, "rdata", true);
    rresp_ = bind(instance, "rresp", false);
    rvalid_ = bind(instance, "rvalid", true);
    rready_ = bind(instance, "rready", true);
    if (wdata_.width() != 32 || rdata_.width() != 32) {
        throw std::runtime_error("s_axi_ctrl_wdata and s_axi_ctrl_rdata must have 32 bits");
    }
}

void RegisterPort::beginWrite(uint64_t address, uint32_t value) {
    step_ = Step::kWrite;
    address_ = address;
    value_ = value;
    addressSent_ = dataSent_ = false;
}

void RegisterPort::beginRead(uint64_t address) {
    step_ = Step::kRead;
    address_ = address;
    addressSent_ = dataSent_ = false;
}

void RegisterPort::drive() {
    const bool write = step_ == Step::kWrite;
    const bool read = step_ == Step::kRead;
    awvalid_.set(write && !addressSent_);
    wvalid_.set(write && !dataSent_);
    bready_.set(write);
    arvalid_.set(read && !addressSent_);
    rready_.set(read);
    if (write) {
        awaddr_.set(address_);
        wdata_.set(value_);
        wstrb_.set(kAllBytes);
    } else if (read) {
        araddr_.set(address_);
    }
}

bool RegisterPort::sample(uint64_t cycle) {
    const bool answerToWrite = bvalid_.value();
    const bool answerToRead = rvalid_.value();
    if (step_ == Step::kIdle && !answerToWrite && !answerToRead) return false;
    const bool mayWrite = step_ == Step::kWrite && addressSent_ && dataSent_;
    const bool mayRead = step_ == Step::kRead && addressSent_;
    if ((answerToWrite && !mayWrite) || (answerToRead && !mayRead)) {
        Failure failure;
        failure.kind = HEDDLE_PROTOCOL;
        failure.rule = "RESPONSE";
        failure.port = UINT64_MAX;
        failure.cycle = cycle;
        failure.message = std::string("register port, cycle ") + std::to_string(cycle) + ": "
                          + (answerToWrite ? "bvalid" : "rvalid")
                          + " before the access that it answers";
        throw failure;
    }
    if (answerToWrite || answerToRead) {
        response_ = answerToWrite ? bresp_.value() : rresp_.value();
        if (answerToRead) value_ = static_cast<uint32_t>(rdata_.value());
        step_ = Step::kIdle;
        return true;
    }
    bool moved = false;
    if (step_ == Step::kWrite) {
        if (!dataSent_ && wready_.value()) moved = dataSent_ = true;
        if (!addressSent_ && awready_.value()) moved = addressSent_ = true;
    } else if (!addressSent_ && arready_.value()) {
        moved = addressSent_ = true;
    }
    return moved;
}

void RegisterPort::hold() {
    step_ = Step::kIdle;
    drive();
    awprot_.set(0);
    arprot_.set(0);
}

std::string RegisterPort::state() const {
    if (!present()) return "";
    const auto channel = [](const char* name, const Pin& valid, const Pin& ready) {
        return std::string("  ") + name + " valid=" + std::to_string(valid.value())
               + " ready=" + std::to_string(ready.value());
    };
    return "register port:" + channel("aw", awvalid_, awready_) + channel("w", wvalid_, wready_)
           + channel("b", bvalid_, bready_) + channel("ar", arvalid_, arready_)
           + channel("r", rvalid_, rready_) + "\n";
}

void RegisterPort::archive(Archive& archive) {
    archive.value(step_);
    archive.value(addressSent_);
    archive.value(dataSent_);
    archive.value(address_);
    archive.value(value_);
    archive.value(response_);
}

}  // namespace heddle
