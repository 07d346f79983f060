// The C interface: catches everything, and keeps the first failure with its instance.
#include <cstdio>
#include <exception>
#include <mutex>

#include "instance.h"
#include "machine.h"
#include "part.h"

using heddle::Failure;
using heddle::Instance;
using heddle::Machine;

struct heddle_instance : Instance {
    using Instance::Instance;
};

namespace {

// Verilator keeps the last context in a global that construction and destruction write.
std::mutex lifecycle;

Failure wrongUse(const char* message) {
    Failure failure;
    failure.kind = HEDDLE_ERROR;
    failure.message = message;
    return failure;
}

// Wrong use and refused register accesses leave the simulation intact: they are reported once.
bool passing(int kind) { return kind == HEDDLE_ERROR || kind == HEDDLE_REGISTER; }

// What a reset of the machine makes good again.
bool endsWithReset(int kind) {
    return kind == HEDDLE_UNMAPPED || kind == HEDDLE_PROTOCOL || kind == HEDDLE_DEADLOCK;
}

// Other failures stay until a reset or until a state is restored.
template <typename Body>
int guarded(heddle_instance* instance, Body body) {
    Failure& failure = instance->failure();
    if (passing(failure.kind)) failure = Failure();
    if (failure.kind != HEDDLE_OK) return failure.kind;
    try {
        instance->enter();
        body();
    } catch (const Failure& caught) {
        if (failure.kind == HEDDLE_OK) failure = caught;
    } catch (const std::exception& caught) {
        failure = wrongUse(caught.what());
    } catch (...) {
        failure = wrongUse("unknown C++ exception");
    }
    return failure.kind;
}

Machine& machineOf(heddle_instance* instance) {
    if (!instance->machine) throw std::runtime_error("the instance is not a machine");
    return *instance->machine;
}

}  // namespace

uint32_t heddle_abi_version(void) { return HEDDLE_ABI_VERSION; }

heddle_instance* heddle_create(uint64_t seed, int32_t randomise, char* error, uint64_t error_size) {
    const char* reason = "unknown C++ exception";
    try {
        const std::lock_guard<std::mutex> lock(lifecycle);
        return new heddle_instance(seed, randomise != 0);
    } catch (const Failure& caught) {
        std::snprintf(error, error_size, "%s", caught.message.c_str());
        return nullptr;
    } catch (const std::exception& caught) {
        std::snprintf(error, error_size, "%s", caught.what());
        return nullptr;
    } catch (...) {
        std::snprintf(error, error_size, "%s", reason);
        return nullptr;
    }
}

void heddle_destroy(heddle_instance* instance) {
    try {
        const std::lock_guard<std::mutex> lock(lifecycle);
        delete instance;
    } catch (...) {
        // `final` blocks of a design that already failed; nobody is left to tell.
    }
}

int heddle_failure(heddle_instance* instance) { return instance->failure().kind; }

const char* heddle_failure_text(heddle_instance* instance, int32_t field) {
    const Failure& failure = instance->failure();
    switch (field) {
    case HEDDLE_MESSAGE: return failure.message.c_str();
    case HEDDLE_FILE: return failure.file.c_str();
    case HEDDLE_RULE: return failure.rule.c_str();
    case HEDDLE_STATE: return failure.state.c_str();
    default: return "";
    }
}

uint64_t heddle_failure_number(heddle_instance* instance, int32_t field) {
    const Failure& failure = instance->failure();
    switch (field) {
    case HEDDLE_LINE: return failure.line;
    case HEDDLE_PORT: return failure.port;
    case HEDDLE_CYCLE: return failure.cycle;
    case HEDDLE_ADDRESS: return failure.address;
    default: return 0;
    }
}

const char* heddle_log(heddle_instance* instance) { return instance->log().c_str(); }

int32_t heddle_port_index(heddle_instance* instance, const char* name) {
    const heddle::PortPin* pin = instance->find(name);
    return pin ? static_cast<int32_t>(pin - instance->ports().data()) : -1;
}

int heddle_set(heddle_instance* instance, int32_t port, const void* value) {
    return guarded(instance, [&] { instance->set(port, static_cast<const uint8_t*>(value)); });
}

int heddle_get(heddle_instance* instance, int32_t port, void* value) {
    // Reading is allowed after a failure too: it is how one finds out why.
    try {
        instance->get(port, static_cast<uint8_t*>(value));
        return HEDDLE_OK;
    } catch (...) {
        return HEDDLE_ERROR;
    }
}

int heddle_eval(heddle_instance* instance) {
    return guarded(instance, [&] { instance->eval(); });
}

int heddle_add_clock(heddle_instance* instance, int32_t port, uint64_t period, uint64_t phase) {
    return guarded(instance, [&] { instance->addClock(port, period, phase); });
}

int heddle_step(heddle_instance* instance, int32_t clock, uint64_t cycles) {
    return guarded(instance, [&] { instance->step(clock, cycles); });
}

int heddle_batch(heddle_instance* instance, int32_t clock, uint64_t cycles, const int32_t* inputs,
                 int32_t input_count, const uint8_t* in, const int32_t* outputs,
                 int32_t output_count, uint8_t* out) {
    return guarded(instance, [&] {
        instance->batch(clock, cycles, inputs, input_count, in, outputs, output_count, out);
    });
}

uint64_t heddle_cycles(heddle_instance* instance) { return instance->cycle(); }

uint64_t heddle_time(heddle_instance* instance) { return instance->time(); }

int heddle_save(heddle_instance* instance, const char* file) {
    return guarded(instance, [&] { instance->save(file); });
}

int heddle_restore(heddle_instance* instance, const char* file) {
    const Failure before = instance->failure();
    instance->failure() = Failure();
    const int kind = guarded(instance, [&] { instance->restore(file); });
    if (kind == HEDDLE_ERROR && before.kind > HEDDLE_OK && before.kind != HEDDLE_ERROR) {
        // Still stopped for the old reason; the new one is what the caller wants to know.
        instance->failure().kind = before.kind;
    }
    return kind;
}

int heddle_trace(heddle_instance* instance, const char* file, uint64_t from, uint64_t to) {
    return guarded(instance, [&] { instance->trace(file, from, to); });
}

int heddle_trace_close(heddle_instance* instance) {
    try {
        instance->enter();
        instance->closeTrace();
        return HEDDLE_OK;
    } catch (...) {
        return HEDDLE_ERROR;
    }
}

int heddle_attach(heddle_instance* instance, const char* prefix, const char* specification,
                  void* memory, uint64_t size) {
    return guarded(instance, [&] {
        instance->parts.push_back(heddle::makePart(*instance, prefix, specification,
                                                   static_cast<uint8_t*>(memory), size));
    });
}

int32_t heddle_part_statistics(heddle_instance* instance, int32_t part, uint64_t* values,
                               int32_t count) {
    if (part < 0 || static_cast<size_t>(part) >= instance->parts.size()) return 0;
    const std::vector<uint64_t> all = instance->parts[static_cast<size_t>(part)]->statistics();
    int32_t n = 0;
    for (; n < count && static_cast<size_t>(n) < all.size(); ++n) values[n] = all[static_cast<size_t>(n)];
    return n;
}

int heddle_machine_attach(heddle_instance* instance, void* memory, uint64_t size,
                          uint64_t clock_hz, uint64_t deadlock_cycles) {
    return guarded(instance, [&] {
        if (instance->machine) throw std::runtime_error("the instance is already a machine");
        instance->machine.reset(new Machine(*instance, {static_cast<uint8_t*>(memory), size},
                                            clock_hz, deadlock_cycles));
    });
}

int32_t heddle_machine_ports(heddle_instance* instance) {
    return instance->machine ? instance->machine->ports() : 0;
}

int heddle_machine_memory_model(heddle_instance* instance, int32_t port, const char* model) {
    return guarded(instance, [&] { machineOf(instance).memoryModel(port, model); });
}

int heddle_machine_reset(heddle_instance* instance, uint64_t cycles) {
    if (endsWithReset(instance->failure().kind)) instance->failure() = Failure();
    return guarded(instance, [&] { machineOf(instance).reset(cycles); });
}

int heddle_machine_read(heddle_instance* instance, uint64_t address, uint32_t* value) {
    return guarded(instance, [&] { *value = machineOf(instance).readRegister(address); });
}

int heddle_machine_write(heddle_instance* instance, uint64_t address, uint32_t value) {
    return guarded(instance, [&] { machineOf(instance).writeRegister(address, value); });
}

int heddle_machine_run(heddle_instance* instance, uint64_t cycles, int32_t until_interrupt,
                       uint64_t* ran, int32_t* end) {
    return guarded(instance, [&] {
        *end = machineOf(instance).run(cycles, until_interrupt != 0, *ran);
    });
}

int32_t heddle_machine_interrupt(heddle_instance* instance) {
    return instance->machine && instance->machine->interrupt();
}

int32_t heddle_machine_statistics(heddle_instance* instance, int32_t port, uint64_t* values,
                                  int32_t count) {
    if (!instance->machine || port < 0 || port >= instance->machine->ports()) return 0;
    const heddle::PortStatistics all = instance->machine->port(port).statistics();
    const auto* from = reinterpret_cast<const uint64_t*>(&all);
    int32_t n = 0;
    for (; n < count && n < heddle::kPortStatistics; ++n) values[n] = from[n];
    return n;
}

const char* heddle_machine_state(heddle_instance* instance) {
    instance->text = instance->machine ? instance->machine->state() : "";
    return instance->text.c_str();
}
