#include "axi_pins.h"

#include <stdexcept>

namespace heddle {

namespace {

constexpr uint64_t kIncrementing = 1;

class Binder {
public:
    Binder(const Instance& instance, const std::string& prefix)
        : instance_(instance), prefix_(prefix) {}

    Pin optional(const char* name, bool input, uint64_t absent = 0) const {
        const PortPin* port = instance_.find(prefix_ + name);
        if (port && port->input != input) {
            throw std::runtime_error(prefix_ + name + " must be an "
                                     + (input ? "input" : "output") + " of the design");
        }
        return Pin(port, absent);
    }
    Pin required(const char* name, bool input, uint32_t width) const {
        Pin pin = optional(name, input);
        if (!pin.present()) throw std::runtime_error("the design has no port " + prefix_ + name);
        if (width != 0 && pin.width() != width) {
            throw std::runtime_error(prefix_ + name + " is " + std::to_string(pin.width())
                                     + " bits wide but must have " + std::to_string(width));
        }
        return pin;
    }
    bool has(const char* name) const { return instance_.find(prefix_ + name) != nullptr; }

private:
    const Instance& instance_;
    const std::string prefix_;
};

uint32_t log2(uint32_t value) {
    uint32_t result = 0;
    while (value > 1u << result) ++result;
    return result;
}

AddressPins bindAddress(const Instance& instance, const std::string& prefix, uint32_t bytes) {
    const Binder pins(instance, prefix);
    AddressPins a;
    a.valid = pins.required("valid", false, 1);
    a.ready = pins.required("ready", true, 1);
    a.address = pins.required("addr", false, 0);
    if (a.address.width() > 64) throw std::runtime_error(prefix + "addr is wider than 64 bits");
    a.id = pins.optional("id", false);
    a.length = pins.optional("len", false);
    if (a.length.width() > 8) throw std::runtime_error(prefix + "len is wider than 8 bits");
    a.size = pins.optional("size", false, log2(bytes));
    a.burst = pins.optional("burst", false, kIncrementing);
    a.lock = pins.optional("lock", false);
    a.cache = pins.optional("cache", false);
    a.protection = pins.optional("prot", false);
    a.qos = pins.optional("qos", false);
    return a;
}

}  // namespace

bool AxiPins::exists(const Instance& instance, const std::string& prefix) {
    for (const PortPin& port : instance.ports()) {
        if (std::string(port.name).compare(0, prefix.size(), prefix) == 0) return true;
    }
    return false;
}

AxiPins AxiPins::bind(const Instance& instance, const std::string& prefix) {
    const Binder pins(instance, prefix);
    AxiPins p;
    const bool reads = pins.has("arvalid");
    const bool writes = pins.has("awvalid");
    if (!reads && !writes) throw std::runtime_error(prefix + "*: neither arvalid nor awvalid");
    const Pin data = reads ? pins.required("rdata", true, 0) : pins.required("wdata", false, 0);
    const uint32_t width = data.width();
    if (width < 32 || width > 512 || (width & (width - 1)) != 0) {
        throw std::runtime_error(prefix + "*: data of " + std::to_string(width)
                                 + " bits; 32, 64, 128, 256 or 512 are possible");
    }
    p.bytes = width / 8;
    if (reads) {
        p.read = bindAddress(instance, prefix + "ar", p.bytes);
        p.rdata = pins.required("rdata", true, width);
        p.rvalid = pins.required("rvalid", true, 1);
        p.rready = pins.required("rready", false, 1);
        p.rid = pins.optional("rid", true);
        p.rresp = pins.optional("rresp", true);
        p.rlast = pins.optional("rlast", true);
    }
    if (writes) {
        p.write = bindAddress(instance, prefix + "aw", p.bytes);
        p.wdata = pins.required("wdata", false, width);
        p.wstrb = pins.optional("wstrb", false, ~0ull);
        p.wlast = pins.required("wlast", false, 1);
        p.wvalid = pins.required("wvalid", false, 1);
        p.wready = pins.required("wready", true, 1);
        p.bvalid = pins.required("bvalid", true, 1);
        p.bready = pins.required("bready", false, 1);
        p.bid = pins.optional("bid", true);
        p.bresp = pins.optional("bresp", true);
    }
    return p;
}

}  // namespace heddle
