#include "trace_window.h"

#include <stdexcept>

#if VM_TRACE
#include <verilated_fst_c.h>
#else
class VerilatedFstC {};
#endif

namespace heddle {

#if VM_TRACE
TraceWindow::TraceWindow(Design& design, const std::string& file, uint64_t from, uint64_t to)
    : file_(file), from_(from), to_(to), fst_(new VerilatedFstC) {
    if (from >= to) throw std::runtime_error("a trace window must end after it begins");
    design.trace(*fst_);
    fst_->open(file_.c_str());
    if (!fst_->isOpen()) throw std::runtime_error("cannot write " + file_);
    open_ = true;
}

TraceWindow::~TraceWindow() {
    if (open_) fst_->close();
}

void TraceWindow::dump(uint64_t time, uint64_t cycle) {
    if (!open_ || cycle < from_) return;
    if (cycle >= to_) {
        fst_->close();
        open_ = false;
        return;
    }
    fst_->dump(time);
}
#else
TraceWindow::TraceWindow(Design&, const std::string&, uint64_t, uint64_t) {}
TraceWindow::~TraceWindow() = default;
void TraceWindow::dump(uint64_t, uint64_t) {}
#endif

}  // namespace heddle
