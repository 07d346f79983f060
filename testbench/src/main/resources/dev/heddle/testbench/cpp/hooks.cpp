// Verilator's callbacks, sent to the instance that caused them.
#include <cxxabi.h>

#include <cstdarg>
#include <cstdio>
#include <vector>

#include "instance.h"

namespace {

heddle::InstanceContext& current() {
    return *static_cast<heddle::InstanceContext*>(Verilated::threadContextp());
}

void record(int kind, const char* file, int line, const std::string& message) {
    heddle::InstanceContext& context = current();
    context.gotFinish(true);
    heddle::Failure& failure = context.failure;
    if (failure.kind != HEDDLE_OK) return;  // the first one is the cause
    failure.kind = kind;
    failure.file = file ? file : "";
    failure.line = static_cast<uint64_t>(line);
    failure.message = message;
    failure.cycle = context.cycle;
}

}  // namespace

int heddle_printf(const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    const int size = std::vsnprintf(nullptr, 0, format, arguments);
    va_end(arguments);
    if (size > 0) {
        std::vector<char> text(static_cast<size_t>(size) + 1);
        std::vsnprintf(text.data(), text.size(), format, again);
        current().print(std::string(text.data(), static_cast<size_t>(size)));
    }
    va_end(again);
    return size;
}

void vl_finish(const char* file, int line, const char*) { record(HEDDLE_FINISH, file, line, "$finish"); }

void vl_stop(const char* file, int line, const char*) {
    const std::string last = current().lastLine();
    const bool explained = last.find("%Error:") != std::string::npos
                           || last.find("%Fatal:") != std::string::npos;
    record(HEDDLE_STOP, file, line, explained ? last : "$stop");
}

// Verilator does not expect this one to return.
void vl_fatal(const char* file, int line, const char*, const char* message) {
    record(HEDDLE_FATAL, file, line, message);
    throw current().failure;
}

// Verilator keeps the text it formats in a thread's own string. Were its destructor known to the C
// library, a design that has printed would stay loaded as long as the thread lives, closed or not.
// So it is never run: the thread keeps that one string instead.
extern "C" int __cxxabiv1::__cxa_thread_atexit(void (*)(void*), void*, void*) noexcept { return 0; }
