# Packages heddle_nano as an IP of Vivado's catalogue, in the folder ip:
#   vivado -mode batch -source package_ip.tcl
set here [file dirname [file normalize [info script]]]
create_project -in_memory -part xc7a100tcsg324-1
foreach source {
  heddle_nano_RegisterFile_heddle.v
  heddle_nano_WidthAdapter_32to512.v
  heddle_nano_CommandFetch.v
  heddle_nano_WidthAdapter_32to64.v
  heddle_nano_ActivationLoader.v
  heddle_nano_ActivationBuffer_4x128x64.v
  heddle_nano_Unpacker_32b_2x8.v
  heddle_nano_DotProduct8.v
  heddle_nano_MatmulLane_8x4.v
  heddle_nano_FloatConverter.v
  heddle_nano_WidthAdapter_64to32.v
  heddle_nano_ResultWriter.v
  heddle_nano_MatmulEngine.v
  heddle_nano_Fifo_512x2.v
  heddle_nano_EngineControl_loader.v
  heddle_nano_EngineControl_matmul.v
  heddle_nano_WidthAdapter_512to32.v
  heddle_nano_RecordWriter.v
  heddle_nano_AxiBurstSplitter_40x32_b16.v
  heddle_nano_Fifo_1x2.v
  heddle_nano_BlockRamFifo_33x32.v
  heddle_nano_AxiReader_40x32_b16_o2_f32.v
  heddle_nano_Fifo_1x8.v
  heddle_nano_BlockRamFifo_33x128.v
  heddle_nano_AxiReader_40x32_b16_o8_f128.v
  heddle_nano_Fifo_8x8.v
  heddle_nano_AxiWriter_40x32_b16_o8.v
  heddle_nano_Fifo_8x2.v
  heddle_nano_AxiWriter_40x32_b16_o2.v
  heddle_nano_RoundRobinArbiter_66x3.v
  heddle_nano_AxiReadArbiter_40x32_i1_n3.v
  heddle_nano_RoundRobinArbiter_66x2.v
  heddle_nano_Fifo_1x9.v
  heddle_nano_AxiWriteArbiter_40x32_i1_n2_o9.v
  heddle_nano_TokenCounters.v
  heddle_nano_RoundRobinArbiter_512x2.v
  heddle_nano.v
} {
  add_files -norecurse [file join $here $source]
}
set_property top heddle_nano [current_fileset]
ipx::package_project -root_dir [file join $here ip] -vendor heddle.dev -library accelerator -name heddle_nano -version 0.1.0 -taxonomy /UserIP -import_files
set core [ipx::current_core]
set_property display_name "Heddle accelerator nano" $core
set_property description "Sparse attention and low-bit matmul, configuration nano" $core
set_property supported_families {artix7 Production kintex7 Production zynq Production zynquplus Production} $core
foreach bus {s_axi_ctrl m_axi_mem0} {
  ipx::associate_bus_interfaces -busif $bus -clock clk $core
}
set clock [ipx::get_bus_interfaces clk -of_objects $core]
set_property value reset [ipx::add_bus_parameter ASSOCIATED_RESET $clock]
set_property value 24000000 [ipx::add_bus_parameter FREQ_HZ $clock]
set reset [ipx::infer_bus_interface reset xilinx.com:signal:reset_rtl:1.0 $core]
set_property value ACTIVE_HIGH [ipx::add_bus_parameter POLARITY $reset]
set interrupt [ipx::infer_bus_interface irq xilinx.com:signal:interrupt_rtl:1.0 $core]
set_property value LEVEL_HIGH [ipx::add_bus_parameter SENSITIVITY $interrupt]
set_property used_in {synthesis out_of_context} [ipx::add_file [file join $here heddle_nano.xdc] [ipx::add_file_group -type synthesis constraints $core]]
ipx::create_xgui_files $core
ipx::update_checksums $core
ipx::check_integrity $core
ipx::save_core $core
