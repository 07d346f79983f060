// Saves and restores plain state: every class lists its fields once, for both directions.
#pragma once

#include <cstdint>
#include <cstring>
#include <deque>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace heddle {

class Archive {
public:
    // Saves into an empty archive.
    Archive() : saving_(true) {}
    // Restores from bytes that a saving archive produced.
    explicit Archive(std::string bytes) : saving_(false), bytes_(std::move(bytes)) {}

    bool saving() const { return saving_; }
    const std::string& bytes() const { return bytes_; }

    void raw(void* data, size_t size) {
        if (saving_) {
            bytes_.append(static_cast<const char*>(data), size);
            return;
        }
        if (bytes_.size() - position_ < size) throw std::runtime_error("saved state ends early");
        std::memcpy(data, bytes_.data() + position_, size);
        position_ += size;
    }

    template <typename T>
    void value(T& field) {
        static_assert(std::is_trivially_copyable<T>::value, "plain data only");
        raw(&field, sizeof(T));
    }

    // A property that must be the same when the state is restored.
    void expect(uint64_t property, const char* name) {
        uint64_t saved = property;
        value(saved);
        if (saved != property) {
            throw std::runtime_error(std::string("the saved state has another ") + name + ": "
                                     + std::to_string(saved) + " instead of "
                                     + std::to_string(property));
        }
    }

    template <typename T>
    void sequence(T& field) {
        uint64_t size = field.size();
        value(size);
        if (!saving_) field.resize(size);
        for (auto& element : field) value(element);
    }

private:
    bool saving_;
    std::string bytes_;
    size_t position_ = 0;
};

}  // namespace heddle
