#include "instance.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include "machine.h"
#include "part.h"
#include "trace_window.h"
#include <verilated_save.h>

namespace heddle {

namespace {

constexpr size_t kLogLimit = 1 << 20;
constexpr uint64_t kDefaultHalfPeriod = 500;
constexpr char kMagic[8] = {'H', 'E', 'D', 'D', 'L', 'E', 'S', '1'};

class MemorySave final : public VerilatedSerialize {
public:
    MemorySave() {
        m_isOpen = true;
        header();
    }
    ~MemorySave() override = default;
    void flush() override {
        bytes.append(reinterpret_cast<const char*>(m_bufp), static_cast<size_t>(m_cp - m_bufp));
        m_cp = m_bufp;
    }
    void end() {
        trailer();
        flush();
    }
    std::string bytes;
};

class MemoryRestore final : public VerilatedDeserialize {
public:
    explicit MemoryRestore(std::string state) : bytes(std::move(state)) {
        m_isOpen = true;
        m_endp = m_bufp;
        header();
    }
    ~MemoryRestore() override = default;
    void fill() override {
        uint8_t* to = m_bufp;
        for (uint8_t* from = m_cp; from < m_endp; *to++ = *from++) {}
        m_cp = m_bufp;
        m_endp = to;
        size_t size = m_bufp + bufferSize() - m_endp;
        if (size > bytes.size() - position) size = bytes.size() - position;
        std::memcpy(m_endp, bytes.data() + position, size);
        m_endp += size;
        position += size;
        if (size == 0) {  // the reader may look ahead of the end
            std::memset(m_endp, 0, static_cast<size_t>(m_bufp + bufferSize() - m_endp));
            m_endp = m_bufp + bufferSize();
        }
    }
    std::string bytes;
    size_t position = 0;
};

uint64_t checksum(const std::string& bytes) {
    uint64_t hash = 14695981039346656037ull;  // FNV-1a
    for (const char byte : bytes) hash = (hash ^ static_cast<uint8_t>(byte)) * 1099511628211ull;
    return hash;
}

struct SaveHeader {
    char magic[8];
    char key[64];
    uint64_t size;
    uint64_t hash;
};

}  // namespace

void InstanceContext::print(const std::string& text) {
    log += text;
    if (log.size() > kLogLimit) log.erase(0, log.size() - kLogLimit / 2);
}

std::string InstanceContext::lastLine() const {
    size_t end = log.size();
    while (end > 0 && log[end - 1] == '\n') --end;
    const size_t newline = end == 0 ? std::string::npos : log.rfind('\n', end - 1);
    const size_t begin = newline == std::string::npos ? 0 : newline + 1;
    return log.substr(begin, end - begin);
}

Instance::Instance(uint64_t seed, bool randomise) {
    enter();
    context_.fatalOnError(false);
    context_.errorLimit(1);
    context_.randReset(randomise ? 2 : 0);
    context_.randSeed(static_cast<int>(seed % 0x7ffffffe) + 1);  // 0 would mean "from the system"
    if (Design::canTrace()) context_.traceEverOn(true);
    design_.reset(new Design(context_));
    // Random start values are for registers; inputs are driven from the start.
    for (const PortPin& pin : design_->ports()) {
        if (pin.input) std::memset(pin.data, 0, pin.storage);
    }
}

Instance::~Instance() {
    enter();
    trace_.reset();
    machine.reset();
    parts.clear();
    design_->finish();
    design_.reset();
    Verilated::threadContextp(nullptr);
}

const PortPin* Instance::find(const std::string& name) const {
    for (const PortPin& pin : design_->ports()) {
        if (name == pin.name) return &pin;
    }
    return nullptr;
}

const PortPin& Instance::port(int32_t index) const {
    const auto& pins = design_->ports();
    if (index < 0 || static_cast<size_t>(index) >= pins.size()) {
        throw std::runtime_error("port " + std::to_string(index) + " does not exist");
    }
    return pins[static_cast<size_t>(index)];
}

void Instance::set(int32_t index, const uint8_t* value) {
    const PortPin& pin = port(index);
    if (!pin.input) throw std::runtime_error(std::string(pin.name) + " is an output");
    const uint32_t bytes = pin.bytes();
    std::memcpy(pin.data, value, bytes);
    std::memset(pin.data + bytes, 0, pin.storage - bytes);
    if (pin.width % 8 != 0) pin.data[bytes - 1] &= static_cast<uint8_t>((1u << (pin.width % 8)) - 1);
    changed_ = true;
}

void Instance::get(int32_t index, uint8_t* value) const {
    const PortPin& pin = port(index);
    std::memcpy(value, pin.data, pin.bytes());
}

void Instance::settle() {
    design_->eval();
    changed_ = false;
    if (trace_) trace_->dump(context_.time(), context_.cycle);
}

void Instance::eval() { settle(); }

void Instance::addClock(int32_t index, uint64_t period, uint64_t phase) {
    const PortPin& pin = port(index);
    if (pin.width != 1 || !pin.input) throw std::runtime_error(std::string(pin.name) + " is no clock");
    if (period < 2 || period % 2 != 0) throw std::runtime_error("a clock period must be even");
    *pin.data = 0;
    clocks_.push_back({pin.data, period / 2, context_.time() + phase + period / 2, 0});
}

Clock& Instance::clock(int32_t index) {
    if (index < 0 || static_cast<size_t>(index) >= clocks_.size()) {
        throw std::runtime_error("clock " + std::to_string(index) + " was not declared");
    }
    return clocks_[static_cast<size_t>(index)];
}

void Instance::nextEdge() {
    uint64_t next = UINT64_MAX;
    for (const Clock& c : clocks_) {
        if (c.toggle < next) next = c.toggle;
    }
    const Clock& first = clocks_.front();
    const bool rises = first.toggle == next && *first.data == 0;
    if (rises) sampleParts();
    context_.time(next);
    for (Clock& c : clocks_) {
        if (c.toggle != next) continue;
        *c.data ^= 1;
        c.rises += *c.data;
        c.toggle += c.half;
    }
    context_.cycle = clocks_.front().rises;
    settle();
    if (rises) driveParts();
}

void Instance::sampleParts() {
    for (const auto& part : parts) part->sample(context_.cycle);
}

void Instance::driveParts() {
    for (const auto& part : parts) part->drive();
}

void Instance::step(int32_t index, uint64_t cycles) {
    Clock& c = clock(index);
    if (changed_) settle();
    const uint64_t end = c.rises + cycles;
    while ((c.rises < end || *c.data != 0) && !failed()) nextEdge();
}

void Instance::batch(int32_t index, uint64_t cycles, const int32_t* inputs, int32_t inputCount,
                     const uint8_t* in, const int32_t* outputs, int32_t outputCount, uint8_t* out) {
    for (uint64_t i = 0; i < cycles && !failed(); ++i) {
        for (int32_t k = 0; k < inputCount; ++k) {
            set(inputs[k], in);
            in += port(inputs[k]).bytes();
        }
        settle();
        for (int32_t k = 0; k < outputCount; ++k) {
            get(outputs[k], out);
            out += port(outputs[k]).bytes();
        }
        if (!failed()) step(index, 1);
    }
}

void Instance::low() {
    *clocks_.front().data = 0;
    context_.timeInc(clocks_.front().half);
    settle();
}

void Instance::high() {
    sampleParts();
    Clock& c = clocks_.front();
    *c.data = 1;
    context_.timeInc(c.half);
    c.toggle = context_.time() + c.half;
    context_.cycle = ++c.rises;
    settle();
    driveParts();
}

void Instance::archive(Archive& archive) {
    if (!parts.empty()) throw std::runtime_error("a simulation with parts beside the design cannot be saved");
    // What must agree comes first, so that a refused file leaves the instance as it was.
    archive.expect(clocks_.size(), "number of clocks");
    archive.expect(machine ? machine->memorySize() : 0, "size of the card memory");
    uint64_t time = context_.time();
    archive.value(time);
    context_.time(time);
    archive.value(context_.cycle);
    for (Clock& c : clocks_) {
        archive.value(c.toggle);
        archive.value(c.rises);
    }
    std::vector<char> state;
    if (archive.saving()) {
        MemorySave out;
        design_->save(out);
        out.end();
        state.assign(out.bytes.begin(), out.bytes.end());
    }
    archive.sequence(state);
    if (!archive.saving()) {
        MemoryRestore in(std::string(state.begin(), state.end()));
        design_->restore(in);
    }
    if (machine) machine->archive(archive);
}

void Instance::save(const std::string& file) {
    if (failed()) throw std::runtime_error("a stopped simulation cannot be saved");
    Archive out;
    archive(out);
    SaveHeader header;
    std::memcpy(header.magic, kMagic, sizeof kMagic);
    std::memset(header.key, 0, sizeof header.key);
    std::strncpy(header.key, Design::stateKey(), sizeof header.key);
    header.size = out.bytes().size();
    header.hash = checksum(out.bytes());
    std::FILE* stream = std::fopen(file.c_str(), "wb");
    if (!stream) throw std::runtime_error("cannot write " + file + ": " + std::strerror(errno));
    bool written = std::fwrite(&header, sizeof header, 1, stream) == 1
                   && std::fwrite(out.bytes().data(), 1, header.size, stream) == header.size;
    written = std::fclose(stream) == 0 && written;
    if (!written) throw std::runtime_error("cannot write all of " + file);
}

void Instance::restore(const std::string& file) {
    std::FILE* stream = std::fopen(file.c_str(), "rb");
    if (!stream) throw std::runtime_error("cannot read " + file + ": " + std::strerror(errno));
    SaveHeader header;
    std::string bytes;
    bool complete = std::fread(&header, sizeof header, 1, stream) == 1
                    && std::memcmp(header.magic, kMagic, sizeof kMagic) == 0;
    if (complete) {
        std::vector<char> block(1 << 20);
        for (size_t n; (n = std::fread(block.data(), 1, block.size(), stream)) > 0;) {
            bytes.append(block.data(), n);
        }
    }
    std::fclose(stream);
    if (!complete) throw std::runtime_error(file + " is not a saved simulation");
    if (bytes.size() != header.size || checksum(bytes) != header.hash) {
        throw std::runtime_error(file + " is truncated or damaged");
    }
    if (std::strncmp(header.key, Design::stateKey(), sizeof header.key) != 0) {
        throw std::runtime_error(file + " was saved by another design or another build of it");
    }
    Archive in(std::move(bytes));
    archive(in);
    context_.failure = Failure();
    context_.gotFinish(false);
    changed_ = true;
}

void Instance::trace(const std::string& file, uint64_t from, uint64_t to) {
    if (!Design::canTrace()) throw std::runtime_error("the library was built without tracing");
    trace_.reset(new TraceWindow(*design_, file, from, to));
}

void Instance::closeTrace() { trace_.reset(); }

}  // namespace heddle
