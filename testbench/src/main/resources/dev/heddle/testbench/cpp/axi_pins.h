// The pins of one AXI4 master of the design, and what travels on its address channels.
#pragma once

#include <string>

#include "instance.h"
#include "pin.h"

namespace heddle {

// What an address channel carries; compared as a whole for stability.
struct AddressBeat {
    uint64_t id, address, length, size, burst, lock, cache, protection, qos;

    bool operator==(const AddressBeat& o) const {
        return id == o.id && address == o.address && length == o.length && size == o.size
               && burst == o.burst && lock == o.lock && cache == o.cache
               && protection == o.protection && qos == o.qos;
    }
    bool operator!=(const AddressBeat& o) const { return !(*this == o); }
};

struct AddressPins {
    Pin valid, ready, id, address, length, size, burst, lock, cache, protection, qos;

    AddressBeat beat() const {
        return {id.value(),   address.value(), length.value(),     size.value(), burst.value(),
                lock.value(), cache.value(),   protection.value(), qos.value()};
    }
};

struct AxiPins {
    AddressPins write, read;
    Pin wdata, wstrb, wlast, wvalid, wready;
    Pin bid, bresp, bvalid, bready;
    Pin rid, rdata, rresp, rlast, rvalid, rready;
    uint32_t bytes;  // of a beat

    bool canRead() const { return read.valid.present(); }
    bool canWrite() const { return write.valid.present(); }

    // Binds the pins named prefix + "awvalid" and so on; throws if what AXI needs is missing.
    static AxiPins bind(const Instance& instance, const std::string& prefix);
    // True if the design has any port with this prefix.
    static bool exists(const Instance& instance, const std::string& prefix);
};

}  // namespace heddle
