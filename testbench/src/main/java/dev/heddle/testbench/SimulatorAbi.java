package dev.heddle.testbench;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;

/** The C interface of a simulator library; documented in {@code cpp/heddle_sim.h}. */
interface SimulatorAbi extends Library {
  int VERSION = 1;

  int heddle_abi_version();

  Pointer heddle_create(long seed, int randomise, byte[] error, long errorSize);

  void heddle_destroy(Pointer instance);

  int heddle_failure(Pointer instance);

  String heddle_failure_text(Pointer instance, int field);

  long heddle_failure_number(Pointer instance, int field);

  String heddle_log(Pointer instance);

  int heddle_port_index(Pointer instance, String name);

  int heddle_set(Pointer instance, int port, byte[] value);

  int heddle_get(Pointer instance, int port, byte[] value);

  int heddle_eval(Pointer instance);

  int heddle_add_clock(Pointer instance, int port, long period, long phase);

  int heddle_step(Pointer instance, int clock, long cycles);

  int heddle_batch(
      Pointer instance,
      int clock,
      long cycles,
      int[] inputs,
      int inputCount,
      Pointer in,
      int[] outputs,
      int outputCount,
      Pointer out);

  long heddle_cycles(Pointer instance);

  long heddle_time(Pointer instance);

  int heddle_save(Pointer instance, String file);

  int heddle_restore(Pointer instance, String file);

  int heddle_trace(Pointer instance, String file, long from, long to);

  int heddle_trace_close(Pointer instance);

  int heddle_attach(
      Pointer instance, String prefix, String specification, Pointer memory, long size);

  int heddle_part_statistics(Pointer instance, int part, long[] values, int count);

  int heddle_machine_attach(
      Pointer instance, Pointer memory, long size, long clockHz, long deadlockCycles);

  int heddle_machine_ports(Pointer instance);

  int heddle_machine_memory_model(Pointer instance, int port, String model);

  int heddle_machine_reset(Pointer instance, long cycles);

  int heddle_machine_read(Pointer instance, long address, IntByReference value);

  int heddle_machine_write(Pointer instance, long address, int value);

  int heddle_machine_run(
      Pointer instance, long cycles, int untilInterrupt, LongByReference ran, IntByReference end);

  int heddle_machine_interrupt(Pointer instance);

  int heddle_machine_statistics(Pointer instance, int port, long[] values, int count);

  String heddle_machine_state(Pointer instance);
}
