// A plain C++ program around the same machine and the same run loop, for comparing speed.
//
// Usage: PROGRAM SCRIPT, with one command a line, numbers in decimal or 0x...:
//   memory BYTES CLOCK_HZ DEADLOCK_CYCLES   first: the card memory
//   model PORT SPECIFICATION                memory model of a port
//   load ADDRESS FILE                       file into card memory
//   reset CYCLES
//   write ADDRESS VALUE                     register
//   read ADDRESS                            register; prints "read ADDRESS VALUE"
//   run CYCLES                              until the interrupt or the limit; prints
//                                           "run CYCLES SECONDS END"
//   dump ADDRESS BYTES FILE                 card memory into file
#include <sys/mman.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>

#include "heddle_sim.h"

namespace {

class Session {
public:
    ~Session() {
        if (instance_) heddle_destroy(instance_);
        if (memory_) munmap(memory_, size_);
    }

    void execute(const std::string& line) {
        std::istringstream words(line);
        std::string command;
        if (!(words >> command) || command[0] == '#') return;
        if (command == "memory") {
            const uint64_t size = number(words);
            const uint64_t clockHz = number(words);
            create(size, clockHz, number(words));
        } else if (command == "model") {
            const uint64_t port = number(words);
            std::string specification;
            std::getline(words, specification);
            check(heddle_machine_memory_model(instance_, static_cast<int32_t>(port),
                                              specification.c_str()));
        } else if (command == "load") {
            const uint64_t address = number(words);
            load(address, word(words));
        } else if (command == "reset") {
            check(heddle_machine_reset(instance_, number(words)));
        } else if (command == "write") {
            const uint64_t address = number(words);
            check(heddle_machine_write(instance_, address, static_cast<uint32_t>(number(words))));
        } else if (command == "read") {
            const uint64_t address = number(words);
            uint32_t value = 0;
            check(heddle_machine_read(instance_, address, &value));
            std::printf("read %llu %u\n", static_cast<unsigned long long>(address), value);
        } else if (command == "run") {
            run(number(words));
        } else if (command == "dump") {
            const uint64_t address = number(words);
            const uint64_t bytes = number(words);
            dump(address, bytes, word(words));
        } else {
            throw std::runtime_error("unknown command " + command);
        }
    }

private:
    static std::string word(std::istringstream& words) {
        std::string text;
        if (!(words >> text)) throw std::runtime_error("a word is missing");
        return text;
    }
    static uint64_t number(std::istringstream& words) { return std::stoull(word(words), nullptr, 0); }

    void check(int kind) const {
        if (kind != HEDDLE_OK) {
            throw std::runtime_error(std::string(heddle_failure_text(instance_, HEDDLE_MESSAGE))
                                     + "\n" + heddle_failure_text(instance_, HEDDLE_STATE));
        }
    }

    void create(uint64_t size, uint64_t clockHz, uint64_t deadlockCycles) {
        char error[1024];
        instance_ = heddle_create(1, 0, error, sizeof error);
        if (!instance_) throw std::runtime_error(error);
        size_ = size;
        memory_ = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory_ == MAP_FAILED) throw std::runtime_error("no memory of that size");
        check(heddle_machine_attach(instance_, memory_, size, clockHz, deadlockCycles));
    }

    char* at(uint64_t address, uint64_t bytes) const {
        if (address > size_ || bytes > size_ - address) throw std::runtime_error("outside of the memory");
        return static_cast<char*>(memory_) + address;
    }

    void load(uint64_t address, const std::string& file) const {
        std::ifstream in(file, std::ios::binary | std::ios::ate);
        if (!in) throw std::runtime_error("cannot read " + file);
        const auto bytes = static_cast<uint64_t>(in.tellg());
        in.seekg(0);
        in.read(at(address, bytes), static_cast<std::streamsize>(bytes));
    }

    void dump(uint64_t address, uint64_t bytes, const std::string& file) const {
        std::ofstream out(file, std::ios::binary);
        out.write(at(address, bytes), static_cast<std::streamsize>(bytes));
        if (!out) throw std::runtime_error("cannot write " + file);
    }

    void run(uint64_t cycles) const {
        uint64_t ran = 0;
        int32_t end = 0;
        const auto begin = std::chrono::steady_clock::now();
        check(heddle_machine_run(instance_, cycles, 1, &ran, &end));
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
        std::printf("run %llu %.9f %d\n", static_cast<unsigned long long>(ran), seconds.count(), end);
    }

    heddle_instance* instance_ = nullptr;
    void* memory_ = nullptr;
    uint64_t size_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::cerr << "usage: " << arguments[0] << " SCRIPT\n";
        return 2;
    }
    std::ifstream script(arguments[1]);
    if (!script) {
        std::cerr << "cannot read " << arguments[1] << "\n";
        return 2;
    }
    std::string line;
    try {
        Session session;
        while (std::getline(script, line)) session.execute(line);
    } catch (const std::exception& caught) {
        std::cerr << line << ": " << caught.what() << "\n";
        return 1;
    }
    return 0;
}
