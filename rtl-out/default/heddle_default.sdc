# Heddle accelerator, configuration default: one clock of 250.0 MHz.
create_clock -name clk -period 4.000 [get_ports clk]
