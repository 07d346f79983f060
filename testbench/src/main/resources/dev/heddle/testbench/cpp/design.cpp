// The only file that sees the Verilated model; ports.inc is generated beside it.
#include "design.h"

#include "names.h"

#include "Vmodel.h"
#include <verilated_save.h>
#if VM_TRACE
#include <verilated_fst_c.h>
#endif

namespace heddle {

namespace {

// Verilator's storage follows from the width: CData, SData, IData, QData or VlWide.
template <typename T>
PortPin pin(const char* name, uint32_t width, bool input, T& signal) {
    return {name, width, input, reinterpret_cast<uint8_t*>(&signal), sizeof signal};
}

constexpr int kAllLevels = 99;

}  // namespace

Design::Design(VerilatedContext& context) : model_(new Vmodel(&context, "")) {
#define PORT(name, width, input, signal) ports_.push_back(pin(name, width, input, model_->signal));
#include "ports.inc"
#undef PORT
}

Design::~Design() = default;

void Design::eval() { model_->eval(); }

void Design::finish() { model_->final(); }

void Design::save(VerilatedSerialize& out) { out << *model_; }

void Design::restore(VerilatedDeserialize& in) { in >> *model_; }

#if VM_TRACE
bool Design::canTrace() { return true; }
void Design::trace(VerilatedFstC& file) { model_->trace(&file, kAllLevels); }
#else
bool Design::canTrace() { return false; }
void Design::trace(VerilatedFstC&) {}
#endif

const char* Design::name() { return HEDDLE_DESIGN_NAME; }

const char* Design::stateKey() { return HEDDLE_STATE_KEY; }

}  // namespace heddle
