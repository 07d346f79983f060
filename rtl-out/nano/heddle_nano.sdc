# Heddle accelerator, configuration nano: one clock of 24.0 MHz.
create_clock -name clk -period 41.667 [get_ports clk]
