#include "axi_port.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace heddle {

namespace {

constexpr uint64_t kPage = 4096;  // no burst may cross this boundary

std::string hex(uint64_t value) {
    char text[32];
    std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
    return text;
}

std::string channel(const char* name, const Pin& valid, const Pin& ready) {
    if (!valid.present()) return "";
    return std::string("  ") + name + " valid=" + std::to_string(valid.value())
           + " ready=" + std::to_string(ready.value());
}

}  // namespace

AxiPort::AxiPort(AxiPins pins, int32_t number, CardMemory memory,
                 std::unique_ptr<MemoryTiming> timing)
    : pins_(pins), number_(number), memory_(memory), timing_(std::move(timing)) {}

void AxiPort::broken(const char* rule, const std::string& what, uint64_t cycle,
                     uint64_t address) const {
    Failure failure;
    failure.kind = HEDDLE_PROTOCOL;
    failure.rule = rule;
    failure.port = static_cast<uint64_t>(number_);
    failure.cycle = cycle;
    failure.address = address;
    failure.message = "memory port " + std::to_string(number_) + ", cycle " + std::to_string(cycle)
                      + ": " + what;
    throw failure;
}

uint64_t AxiPort::beatAddress(const Burst& burst) const {
    if (burst.done == 0) return burst.address;
    return (burst.address / burst.size + burst.done) * burst.size;
}

void AxiPort::presentRead(uint64_t cycle) {
    const int index = timing_->nextRead(reads_, cycle);
    if (index < 0) return;
    Burst& burst = reads_[static_cast<size_t>(index)];
    const uint64_t address = beatAddress(burst);
    // The whole data word that holds the beat; a word is never partly outside of the memory.
    std::memcpy(pins_.rdata.bytes(), memory_.data + address / pins_.bytes * pins_.bytes,
                pins_.bytes);
    pins_.rid.set(burst.id);
    if (burst.done == 0) {
        const uint64_t latency = cycle - burst.accepted;
        counters_.readLatencySum += latency;
        counters_.readLatencyMaximum = std::max(counters_.readLatencyMaximum, latency);
    }
    ++burst.done;
    readLast_ = burst.done == burst.beats;
    pins_.rlast.set(readLast_);
    readValid_ = true;
    if (readLast_) reads_.erase(reads_.begin() + index);
}

uint32_t AxiPort::urgency() const {
    const uint32_t read = reads_.empty() ? 0 : reads_.front().qos;
    return writes_.empty() ? read : std::max(read, writes_.front().qos);
}

void AxiPort::drive(uint64_t cycle) {
    timing_->tick(cycle);
    if (pins_.canRead()) {
        pins_.read.ready.set(timing_->takesRead(reads_.size()));
        if (!readValid_) presentRead(cycle);
        pins_.rvalid.set(readValid_);
    }
    if (pins_.canWrite()) {
        pins_.write.ready.set(timing_->takesWrite(writes_.size() + responses_.size()));
        pins_.wready.set(!writes_.empty() && timing_->takesWriteBeat(cycle));
        if (!responseValid_ && !responses_.empty()) {
            responding_ = timing_->nextResponse(responses_, cycle);
            responseValid_ = responding_ >= 0;
            if (responseValid_) pins_.bid.set(responses_[static_cast<size_t>(responding_)].id);
        }
        pins_.bvalid.set(responseValid_);
    }
}

void AxiPort::checkAddress(const char* channel, const AddressBeat& beat, uint64_t cycle) const {
    const std::string where = std::string(channel) + " at " + hex(beat.address);
    if (beat.size > 6 || (1u << beat.size) > pins_.bytes) {
        broken("SIZE", where + ": beats of " + std::to_string(1ull << beat.size)
                           + " bytes on a port of " + std::to_string(pins_.bytes), cycle, beat.address);
    }
    if (beat.burst != 1) {
        broken("BURST", where + ": burst type " + std::to_string(beat.burst)
                            + ", only incrementing bursts (1) are allowed", cycle, beat.address);
    }
    if (beat.lock != 0) broken("LOCK", where + ": exclusive access", cycle, beat.address);
    const uint64_t size = 1ull << beat.size;
    const uint64_t begin = beat.address / size * size;
    const uint64_t bytes = (beat.length + 1) * size;
    if (begin / kPage != (begin + bytes - 1) / kPage) {
        broken("4KB", where + ": a burst of " + std::to_string(bytes)
                          + " bytes crosses a 4 KB boundary", cycle, beat.address);
    }
    if (begin >= memory_.size || bytes > memory_.size - begin) {
        Failure failure;
        failure.kind = HEDDLE_UNMAPPED;
        failure.port = static_cast<uint64_t>(number_);
        failure.cycle = cycle;
        failure.address = beat.address;
        failure.message = "unmapped address " + hex(beat.address) + ": memory port "
                          + std::to_string(number_) + ", cycle " + std::to_string(cycle) + ", "
                          + channel + " burst of " + std::to_string(bytes)
                          + " bytes, card memory ends at " + hex(memory_.size);
        throw failure;
    }
}

void AxiPort::keepOffer(const char* name, bool pending, bool valid, uint64_t cycle) const {
    if (pending && !valid) {
        broken("VALID", std::string(name) + "valid fell before " + name + "ready", cycle);
    }
}

bool AxiPort::sampleAddress(const char* name, AddressPins& pins, Offer<AddressBeat>& offer,
                            uint64_t cycle, Burst& accepted) {
    const bool valid = pins.valid.value();
    keepOffer(name, offer.pending, valid, cycle);
    if (!valid) return false;
    const AddressBeat beat = pins.beat();
    if (!offer.pending) {
        checkAddress(name, beat, cycle);
    } else if (beat != offer.payload) {
        broken("STABLE", std::string(name) + " changed while it waited for " + name + "ready",
               cycle, beat.address);
    }
    const bool taken = pins.ready.value();
    offer.pending = !taken;
    offer.payload = beat;
    accepted = {beat.address, beat.id, cycle, 0, static_cast<uint32_t>(beat.length) + 1, 0,
                1u << beat.size, static_cast<uint32_t>(beat.qos)};
    return taken;
}

bool AxiPort::sampleWriteData(uint64_t cycle) {
    const bool valid = pins_.wvalid.value();
    keepOffer("w", dataOffer_.pending, valid, cycle);
    if (!valid) return false;
    const uint8_t* data = pins_.wdata.bytes();
    const uint64_t strobe = pins_.wstrb.value();
    const uint64_t last = pins_.wlast.value();
    WriteBeat& offered = dataOffer_.payload;
    if (dataOffer_.pending
        && (strobe != offered.strobe || last != offered.last
            || std::memcmp(data, offered.data, pins_.bytes) != 0)) {
        broken("STABLE", "w changed while it waited for wready", cycle);
    }
    if (!pins_.wready.value()) {
        if (!dataOffer_.pending) {
            std::memcpy(offered.data, data, pins_.bytes);
            offered.strobe = strobe;
            offered.last = last;
            dataOffer_.pending = true;
        }
        ++counters_.writeDataStalls;
        return false;
    }
    dataOffer_.pending = false;
    Burst& burst = writes_.front();
    const uint64_t address = beatAddress(burst);
    const bool final = burst.done + 1 == burst.beats;
    if ((last != 0) != final) {
        broken("WLAST", std::string("wlast is ") + (last ? "1" : "0") + " on beat "
                            + std::to_string(burst.done + 1) + " of " + std::to_string(burst.beats),
               cycle, address);
    }
    const uint64_t word = address / pins_.bytes * pins_.bytes;
    const uint64_t from = address - word;
    const uint64_t to = address / burst.size * burst.size + burst.size - word;
    uint8_t* target = memory_.data + word;
    for (uint64_t i = 0; i < pins_.bytes; ++i) {
        if (!(strobe >> i & 1)) continue;
        if (i >= to || i < from) {
            if (!pins_.wstrb.present()) continue;  // without strobes: what the address covers
            broken("WSTRB", "wstrb writes byte " + std::to_string(i)
                                + " of the data, outside of this beat", cycle, address);
        }
        target[i] = data[i];
    }
    ++counters_.writeBeats;
    timing_->acceptWriteBeat(address, cycle);
    ++burst.done;
    if (final) {
        timing_->acceptWrite(burst, cycle);
        responses_.push_back(burst);
        writes_.pop_front();
        ++counters_.writeBursts;
    }
    return true;
}

bool AxiPort::sampleRead(uint64_t cycle) {
    Burst burst;
    bool moved = false;
    // A beat on offer belongs to a burst that may already have left the queue.
    if (readValid_) {
        if (pins_.rready.value()) {
            ++counters_.readBeats;
            readValid_ = false;
            moved = true;
        } else {
            ++counters_.readBackPressure;
        }
    } else if (!reads_.empty()) {
        ++counters_.readWaits;
    }
    if (sampleAddress("ar", pins_.read, readOffer_, cycle, burst)) {
        timing_->acceptRead(burst, cycle);
        reads_.push_back(burst);
        ++counters_.readBursts;
        moved = true;
    } else if (readOffer_.pending) {
        ++counters_.readAddressStalls;
    }
    return moved;
}

bool AxiPort::sample(uint64_t cycle) {
    bool moved = pins_.canRead() && sampleRead(cycle);
    if (!pins_.canWrite()) return moved;
    if (responseValid_ && pins_.bready.value()) {
        responses_.erase(responses_.begin() + responding_);
        responseValid_ = false;
        moved = true;
    }
    moved = sampleWriteData(cycle) || moved;
    Burst burst;
    if (sampleAddress("aw", pins_.write, writeOffer_, cycle, burst)) {
        writes_.push_back(burst);
        moved = true;
    } else if (writeOffer_.pending) {
        ++counters_.writeAddressStalls;
    }
    return moved;
}

void AxiPort::hold(uint64_t cycle, bool check) {
    if (check) {
        if (pins_.canRead() && pins_.read.valid.value()) broken("RESET", "arvalid during reset", cycle);
        if (pins_.canWrite() && (pins_.write.valid.value() || pins_.wvalid.value())) {
            broken("RESET", "awvalid or wvalid during reset", cycle);
        }
        return;
    }
    for (Pin* pin : {&pins_.read.ready, &pins_.rvalid, &pins_.write.ready, &pins_.wready,
                     &pins_.bvalid}) {
        pin->set(0);
    }
    pins_.rresp.set(0);
    pins_.bresp.set(0);
    reads_.clear();
    writes_.clear();
    responses_.clear();
    readOffer_.pending = writeOffer_.pending = dataOffer_.pending = false;
    readValid_ = responseValid_ = false;
    timing_->reset();
}

PortStatistics AxiPort::statistics() const {
    PortStatistics all = counters_;
    all.rowHits = timing_->rowHits;
    all.rowMisses = timing_->rowMisses;
    all.refreshes = timing_->refreshes;
    return all;
}

std::string AxiPort::state() const {
    std::string text = "memory port " + std::to_string(number_) + ":";
    text += channel("ar", pins_.read.valid, pins_.read.ready);
    text += channel("r", pins_.rvalid, pins_.rready);
    text += channel("aw", pins_.write.valid, pins_.write.ready);
    text += channel("w", pins_.wvalid, pins_.wready);
    text += channel("b", pins_.bvalid, pins_.bready);
    text += "  outstanding: " + std::to_string(reads_.size()) + " reads, "
            + std::to_string(writes_.size()) + " writes without all data, "
            + std::to_string(responses_.size()) + " responses\n";
    return text;
}

void AxiPort::archive(Archive& archive) {
    archive.sequence(reads_);
    archive.sequence(writes_);
    archive.sequence(responses_);
    archive.value(readOffer_);
    archive.value(writeOffer_);
    archive.value(dataOffer_);
    archive.value(readValid_);
    archive.value(responseValid_);
    archive.value(responding_);
    archive.value(readLast_);
    archive.value(counters_);
    archive.value(timing_->rowHits);
    archive.value(timing_->rowMisses);
    archive.value(timing_->refreshes);
    timing_->archive(archive);
}

}  // namespace heddle
