// The C interface of a simulator library: one library for each design, any number of instances.
//
// * Every function may be called from any thread, but from one thread at a time per instance.
// * No function throws, prints, exits or aborts. Functions that return `int` return a failure kind
//   (HEDDLE_OK is 0); the failure stays with the instance and is read with heddle_failure_*.
// * All pointers are owned by the instance and valid until the next call on it.
// * Values of ports travel as ceil(width / 8) bytes, least significant first.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

#define HEDDLE_ABI_VERSION 1

enum heddle_failure_kind {
    HEDDLE_OK = 0,
    HEDDLE_FINISH = 1,     // $finish
    HEDDLE_STOP = 2,       // $stop, $fatal or a failing assertion
    HEDDLE_FATAL = 3,      // Verilator gave up, for instance on a combinational loop
    HEDDLE_ERROR = 4,      // wrong use of this interface, or a file that cannot be read or written
    HEDDLE_UNMAPPED = 5,   // a burst outside of the card memory
    HEDDLE_PROTOCOL = 6,   // an AXI rule broken by the design
    HEDDLE_DEADLOCK = 7,   // no progress for too long
    HEDDLE_REGISTER = 8,   // the register port answered with an error
    HEDDLE_SDRAM = 9       // a rule of an SDRAM chip broken by the design
};

enum heddle_failure_text_field {
    HEDDLE_MESSAGE = 0,  // one line for the user
    HEDDLE_FILE = 1,     // Verilog file of $finish, $stop and assertions
    HEDDLE_RULE = 2,     // short name of the broken AXI or SDRAM rule
    HEDDLE_STATE = 3     // valid and ready of every channel, several lines
};

enum heddle_failure_number_field {
    HEDDLE_LINE = 0,
    HEDDLE_PORT = 1,
    HEDDLE_CYCLE = 2,
    HEDDLE_ADDRESS = 3
};

enum heddle_run_end { HEDDLE_CYCLE_LIMIT = 0, HEDDLE_INTERRUPT = 1 };

typedef struct heddle_instance heddle_instance;

uint32_t heddle_abi_version(void);

// -- any design ---------------------------------------------------------------------------------

// Null on failure, with the reason in `error`. `randomise`: registers without reset start random.
heddle_instance* heddle_create(uint64_t seed, int32_t randomise, char* error, uint64_t error_size);
void heddle_destroy(heddle_instance* instance);

int heddle_failure(heddle_instance* instance);
const char* heddle_failure_text(heddle_instance* instance, int32_t field);
uint64_t heddle_failure_number(heddle_instance* instance, int32_t field);
// What the design printed since the start; the oldest part is dropped beyond 1 MiB.
const char* heddle_log(heddle_instance* instance);

// -1 if there is no port of that name.
int32_t heddle_port_index(heddle_instance* instance, const char* name);
int heddle_set(heddle_instance* instance, int32_t port, const void* value);
int heddle_get(heddle_instance* instance, int32_t port, void* value);
int heddle_eval(heddle_instance* instance);

// Declares a clock port: period in picoseconds (even), first rising edge at `phase` + period / 2.
// The first clock declared counts the cycles. Clocks are numbered in the order of declaration.
int heddle_add_clock(heddle_instance* instance, int32_t port, uint64_t period, uint64_t phase);
// Runs until `cycles` rising edges of the clock have passed, ends after its falling edge.
int heddle_step(heddle_instance* instance, int32_t clock, uint64_t cycles);
// For every cycle: drives the inputs from `in`, settles, samples the outputs into `out`, clocks.
int heddle_batch(heddle_instance* instance, int32_t clock, uint64_t cycles, const int32_t* inputs,
                 int32_t input_count, const uint8_t* in, const int32_t* outputs,
                 int32_t output_count, uint8_t* out);
uint64_t heddle_cycles(heddle_instance* instance);
uint64_t heddle_time(heddle_instance* instance);

int heddle_save(heddle_instance* instance, const char* file);
int heddle_restore(heddle_instance* instance, const char* file);
// Writes an FST file of the cycles from <= cycle < to.
int heddle_trace(heddle_instance* instance, const char* file, uint64_t from, uint64_t to);
int heddle_trace_close(heddle_instance* instance);

// Puts a part beside the design, on the ports whose names begin with `prefix`: a chip, or whoever
// uses an interface. It acts at every rising edge of the first clock. The text is that of the part's
// specification() in Java; `memory` is owned by the caller and must outlive the instance. Parts are
// numbered in the order in which they are attached.
int heddle_attach(heddle_instance* instance, const char* prefix, const char* specification,
                  void* memory, uint64_t size);
// Fills at most `count` counters of a part in the order of its statistics in Java; returns how many.
int32_t heddle_part_statistics(heddle_instance* instance, int32_t part, uint64_t* values,
                               int32_t count);

// -- a machine: AXI4-Lite register slave, AXI4 memory masters -----------------------------------

// Adds the board around the design. `memory` is owned by the caller and must outlive the instance.
int heddle_machine_attach(heddle_instance* instance, void* memory, uint64_t size,
                          uint64_t clock_hz, uint64_t deadlock_cycles);
int32_t heddle_machine_ports(heddle_instance* instance);
// Chooses the memory model of one port; the text is that of MemoryModel.specification() in Java.
int heddle_machine_memory_model(heddle_instance* instance, int32_t port, const char* model);
int heddle_machine_reset(heddle_instance* instance, uint64_t cycles);
int heddle_machine_read(heddle_instance* instance, uint64_t address, uint32_t* value);
int heddle_machine_write(heddle_instance* instance, uint64_t address, uint32_t value);
// Runs at most `cycles`; stops early on the interrupt if asked to. `end` is a heddle_run_end.
int heddle_machine_run(heddle_instance* instance, uint64_t cycles, int32_t until_interrupt,
                       uint64_t* ran, int32_t* end);
int32_t heddle_machine_interrupt(heddle_instance* instance);
// Fills at most `count` counters of a port in the order of heddle::PortStatistics; returns how many.
int32_t heddle_machine_statistics(heddle_instance* instance, int32_t port, uint64_t* values,
                                  int32_t count);
// Valid and ready of every channel, several lines.
const char* heddle_machine_state(heddle_instance* instance);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
