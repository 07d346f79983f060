# Packages heddle_default as an IP of Vivado's catalogue, in the folder ip:
#   vivado -mode batch -source package_ip.tcl
set here [file dirname [file normalize [info script]]]
create_project -in_memory -part xc7a100tcsg324-1
foreach source {
  heddle_default_RegisterFile_heddle.v
  heddle_default_WidthAdapter_128to512.v
  heddle_default_CommandFetch.v
  heddle_default_ActivationLoader.v
  heddle_default_ActivationBuffer_8x512x128.v
  heddle_default_Unpacker_128b_4x16.v
  heddle_default_DotProduct16.v
  heddle_default_MatmulLane_16x8.v
  heddle_default_FloatConverter.v
  heddle_default_WidthAdapter_256to128.v
  heddle_default_ResultWriter.v
  heddle_default_MatmulEngine.v
  heddle_default_Fifo_512x2.v
  heddle_default_EngineControl_loader.v
  heddle_default_EngineControl_matmul.v
  heddle_default_WidthAdapter_512to128.v
  heddle_default_RecordWriter.v
  heddle_default_AxiBurstSplitter_40x128_b16.v
  heddle_default_Fifo_1x2.v
  heddle_default_BlockRamFifo_129x32.v
  heddle_default_AxiReader_40x128_b16_o2_f32.v
  heddle_default_Fifo_1x16.v
  heddle_default_BlockRamFifo_129x256.v
  heddle_default_AxiReader_40x128_b16_o16_f256.v
  heddle_default_Fifo_8x16.v
  heddle_default_AxiWriter_40x128_b16_o16.v
  heddle_default_Fifo_8x2.v
  heddle_default_AxiWriter_40x128_b16_o2.v
  heddle_default_AxiReader_40x128_b16_o16.v
  heddle_default_AxiBurstSplitter_40x128_b4.v
  heddle_default_Fifo_1x64.v
  heddle_default_AxiReader_40x128_b4_o64_f256.v
  heddle_default_WidthAdapter_128to1536.v
  heddle_default_HeadTable.v
  heddle_default_Fifo_1538x4.v
  heddle_default_StepIssue.v
  heddle_default_VectorBank_2x1024x528.v
  heddle_default_VectorBanks_2x2x1024x528_m31.v
  heddle_default_Fifo_547x8.v
  heddle_default_DotProduct32.v
  heddle_default_ScoreLane_64x2048_64_cut.v
  heddle_default_BlockRamFifo_34x1024.v
  heddle_default_BlockRamFifo_103x1024.v
  heddle_default_ScoreStage.v
  heddle_default_Fifo_38x64.v
  heddle_default_QueryFetch.v
  heddle_default_PatternSource.v
  heddle_default_Fifo_11x8.v
  heddle_default_VectorLoader_40x128_2048x512_exponents.v
  heddle_default_EntryJobs_keys.v
  heddle_default_VectorLoader_40x128_2048x512.v
  heddle_default_EntryJobs_values.v
  heddle_default_Fifo_12x4.v
  heddle_default_WeightLane_2048x64_cut.v
  heddle_default_WeightStage.v
  heddle_default_VectorBank_2x1024x512.v
  heddle_default_VectorBanks_2x2x1024x512_m179.v
  heddle_default_ValueLane_64x1024_2048x64.v
  heddle_default_Fifo_2431x4.v
  heddle_default_RowMerge.v
  heddle_default_RoundRobinArbiter_2432x2.v
  heddle_default_ValueStage.v
  heddle_default_BlockRamFifo_2561x3.v
  heddle_default_Reciprocal31.v
  heddle_default_Fifo_32x4.v
  heddle_default_Fifo_139x9.v
  heddle_default_FloatMultiplier.v
  heddle_default_FloatScaler.v
  heddle_default_Normaliser_64x4_2048_64.v
  heddle_default_Fifo_128x16.v
  heddle_default_OutputWriter.v
  heddle_default_Fifo_8x64.v
  heddle_default_AxiWriter_40x128_b16_o64.v
  heddle_default_AttentionEngine.v
  heddle_default_EngineControl_attention.v
  heddle_default_RoundRobinArbiter_66x5.v
  heddle_default_AxiReadArbiter_40x128_i1_n5.v
  heddle_default_RoundRobinArbiter_66x3.v
  heddle_default_AxiReadArbiter_40x128_i1_n3.v
  heddle_default_Fifo_2x17.v
  heddle_default_AxiWriteArbiter_40x128_i1_n3_o17.v
  heddle_default_TokenCounters.v
  heddle_default_RoundRobinArbiter_512x3.v
  heddle_default.v
} {
  add_files -norecurse [file join $here $source]
}
set_property top heddle_default [current_fileset]
ipx::package_project -root_dir [file join $here ip] -vendor heddle.dev -library accelerator -name heddle_default -version 0.1.0 -taxonomy /UserIP -import_files
set core [ipx::current_core]
set_property display_name "Heddle accelerator default" $core
set_property description "Sparse attention and low-bit matmul, configuration default" $core
set_property supported_families {artix7 Production kintex7 Production zynq Production zynquplus Production} $core
foreach bus {s_axi_ctrl m_axi_mem0 m_axi_mem1} {
  ipx::associate_bus_interfaces -busif $bus -clock clk $core
}
set clock [ipx::get_bus_interfaces clk -of_objects $core]
set_property value reset [ipx::add_bus_parameter ASSOCIATED_RESET $clock]
set_property value 250000000 [ipx::add_bus_parameter FREQ_HZ $clock]
set reset [ipx::infer_bus_interface reset xilinx.com:signal:reset_rtl:1.0 $core]
set_property value ACTIVE_HIGH [ipx::add_bus_parameter POLARITY $reset]
set interrupt [ipx::infer_bus_interface irq xilinx.com:signal:interrupt_rtl:1.0 $core]
set_property value LEVEL_HIGH [ipx::add_bus_parameter SENSITIVITY $interrupt]
set_property used_in {synthesis out_of_context} [ipx::add_file [file join $here heddle_default.xdc] [ipx::add_file_group -type synthesis constraints $core]]
ipx::create_xgui_files $core
ipx::update_checksums $core
ipx::check_integrity $core
ipx::save_core $core
