// A port of the design as the board sees it. A port that the design lacks reads as a default.
#pragma once

#include <cstdint>
#include <cstring>

#include "design.h"

namespace heddle {

class Pin {
public:
    Pin() = default;
    Pin(const PortPin* port, uint64_t absent) : own_(absent) {
        if (port) {
            data_ = port->data;
            storage_ = port->storage;
            width_ = port->width;
        }
    }

    bool present() const { return data_ != nullptr; }
    uint32_t width() const { return width_; }

    // The value of a pin of at most 64 bits.
    uint64_t value() const {
        switch (storage_) {
        case 0: return own_;
        case 1: return *data_;
        case 2: return load<uint16_t>();
        case 4: return load<uint32_t>();
        default: return load<uint64_t>();
        }
    }

    void set(uint64_t value) {
        switch (storage_) {
        case 0: break;
        case 1: *data_ = static_cast<uint8_t>(value); break;
        case 2: store(static_cast<uint16_t>(value)); break;
        case 4: store(static_cast<uint32_t>(value)); break;
        default: store(value); break;
        }
    }

    // Storage of a wide pin, least significant byte first.
    uint8_t* bytes() { return data_; }

private:
    template <typename T>
    T load() const {
        T value;
        std::memcpy(&value, data_, sizeof value);
        return value;
    }
    template <typename T>
    void store(T value) {
        std::memcpy(data_, &value, sizeof value);
    }

    uint8_t* data_ = nullptr;
    uint32_t storage_ = 0;
    uint32_t width_ = 0;
    uint64_t own_ = 0;
};

}  // namespace heddle
