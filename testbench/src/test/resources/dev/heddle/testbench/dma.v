// Copies or sums card memory in bursts of 16 beats: eight buffers, one read id each, so that the
// answers of different bursts may overtake each other. DATA_MSB, STROBE_MSB and SIZE are filled in.
// Registers: 0x00 start (1 copy, 2 sum)  0x04 source  0x08 target  0x0c beats  0x10 fault to plant
//            0x14 done, cleared by writing  0x18 sum of the lowest 32 bits  0x1c cycles busy
module dma(
    input clk, input reset, output irq,
    input [11:0] s_axi_ctrl_awaddr, input [2:0] s_axi_ctrl_awprot, input s_axi_ctrl_awvalid,
    output s_axi_ctrl_awready, input [31:0] s_axi_ctrl_wdata, input [3:0] s_axi_ctrl_wstrb,
    input s_axi_ctrl_wvalid, output s_axi_ctrl_wready, output reg [1:0] s_axi_ctrl_bresp,
    output reg s_axi_ctrl_bvalid, input s_axi_ctrl_bready, input [11:0] s_axi_ctrl_araddr,
    input [2:0] s_axi_ctrl_arprot, input s_axi_ctrl_arvalid, output s_axi_ctrl_arready,
    output reg [31:0] s_axi_ctrl_rdata, output reg [1:0] s_axi_ctrl_rresp,
    output reg s_axi_ctrl_rvalid, input s_axi_ctrl_rready,
    output [2:0] m_axi_mem0_awid, output [31:0] m_axi_mem0_awaddr, output [7:0] m_axi_mem0_awlen,
    output [2:0] m_axi_mem0_awsize, output [1:0] m_axi_mem0_awburst, output m_axi_mem0_awvalid,
    input m_axi_mem0_awready, output [DATA_MSB:0] m_axi_mem0_wdata,
    output [STROBE_MSB:0] m_axi_mem0_wstrb, output m_axi_mem0_wlast, output m_axi_mem0_wvalid,
    input m_axi_mem0_wready, input [2:0] m_axi_mem0_bid, input [1:0] m_axi_mem0_bresp,
    input m_axi_mem0_bvalid, output m_axi_mem0_bready, output [2:0] m_axi_mem0_arid,
    output [31:0] m_axi_mem0_araddr, output [7:0] m_axi_mem0_arlen, output [2:0] m_axi_mem0_arsize,
    output [1:0] m_axi_mem0_arburst, output m_axi_mem0_arvalid, input m_axi_mem0_arready,
    input [2:0] m_axi_mem0_rid, input [DATA_MSB:0] m_axi_mem0_rdata, input [1:0] m_axi_mem0_rresp,
    input m_axi_mem0_rlast, input m_axi_mem0_rvalid, output m_axi_mem0_rready,
    output [7:0] debug_filled);

  reg [31:0] source, target, beats, sum, cycles, stuck_cycles;
  reg [3:0] fault;
  reg copying, summing, done;
  reg [DATA_MSB:0] buffer [0:127];
  reg [3:0] got [0:7];        // beats of each buffer that have arrived
  reg [7:0] filled, taken;    // a burst is complete; a buffer is in use
  reg [2:0] ask, send;        // next buffer to read into, next to write out
  reg [31:0] ask_left, ask_at;
  reg ar_valid;
  reg [31:0] send_left, send_at, answers_left;
  reg aw_valid, w_active;
  reg [3:0] w_beat;
  integer i;

  initial fault = 4'd0;

  wire busy = copying || summing;
  assign irq = done;
  assign debug_filled = filled;

  // -- registers
  wire write_now = s_axi_ctrl_awvalid && s_axi_ctrl_wvalid && !s_axi_ctrl_bvalid;
  assign s_axi_ctrl_awready = write_now;
  assign s_axi_ctrl_wready = write_now;
  assign s_axi_ctrl_arready = !s_axi_ctrl_rvalid;

  // -- memory port
  assign m_axi_mem0_arid = ask;
  assign m_axi_mem0_araddr = ask_at + ((fault == 4'd1) ? 32'd4080 : 32'd0);
  assign m_axi_mem0_arlen = 8'd15;
  assign m_axi_mem0_arsize = (fault == 4'd9) ? 3'd7 : 3'dSIZE;
  assign m_axi_mem0_arburst = (fault == 4'd3) ? 2'd0 : 2'd1;
  assign m_axi_mem0_arvalid = ar_valid || (fault == 4'd7 && reset);
  assign m_axi_mem0_rready = (fault != 4'd8);
  assign m_axi_mem0_awid = 3'd0;
  assign m_axi_mem0_awaddr = send_at + ((fault == 4'd5) ? {21'd0, stuck_cycles[0], 10'd0} : 32'd0);
  assign m_axi_mem0_awlen = 8'd15;
  assign m_axi_mem0_awsize = 3'dSIZE;
  assign m_axi_mem0_awburst = 2'd1;
  assign m_axi_mem0_awvalid = aw_valid;
  assign m_axi_mem0_wdata = buffer[{send, w_beat}];
  assign m_axi_mem0_wstrb = ~0;
  assign m_axi_mem0_wlast = (w_beat == 4'd15) || (fault == 4'd2 && w_beat == 4'd9);
  assign m_axi_mem0_wvalid = w_active;
  assign m_axi_mem0_bready = 1'b1;

  wire ar_go = m_axi_mem0_arvalid && m_axi_mem0_arready;
  wire r_go = m_axi_mem0_rvalid && m_axi_mem0_rready;
  wire w_go = m_axi_mem0_wvalid && m_axi_mem0_wready;
  wire w_end = w_go && (w_beat == 4'd15);

  always @(posedge clk) begin
    cycles <= busy ? cycles + 32'd1 : cycles;
    stuck_cycles <= stuck_cycles + 32'd1;
    if (s_axi_ctrl_bready) s_axi_ctrl_bvalid <= 1'b0;
    if (s_axi_ctrl_rready) s_axi_ctrl_rvalid <= 1'b0;
    if (write_now) begin
      s_axi_ctrl_bvalid <= 1'b1;
      s_axi_ctrl_bresp <= (s_axi_ctrl_awaddr >= 12'h020) ? 2'd2 : 2'd0;
      case (s_axi_ctrl_awaddr)
        12'h000: begin
          copying <= s_axi_ctrl_wdata[0];
          summing <= s_axi_ctrl_wdata[1];
          ask_left <= beats; send_left <= beats; answers_left <= beats;
          ask_at <= source; send_at <= target;
          sum <= 32'd0; cycles <= 32'd0;
          if (s_axi_ctrl_wdata[7]) begin
            $display("asked to stop");
            $stop;
          end
        end
        12'h004: source <= s_axi_ctrl_wdata;
        12'h008: target <= s_axi_ctrl_wdata;
        12'h00c: beats <= s_axi_ctrl_wdata;
        12'h010: fault <= s_axi_ctrl_wdata[3:0];
        12'h014: done <= 1'b0;
        default: ;
      endcase
    end
    if (s_axi_ctrl_arvalid && s_axi_ctrl_arready) begin
      s_axi_ctrl_rvalid <= 1'b1;
      s_axi_ctrl_rresp <= (s_axi_ctrl_araddr >= 12'h020) ? 2'd2 : 2'd0;
      case (s_axi_ctrl_araddr)
        12'h004: s_axi_ctrl_rdata <= source;
        12'h00c: s_axi_ctrl_rdata <= beats;
        12'h014: s_axi_ctrl_rdata <= {31'd0, done};
        12'h018: s_axi_ctrl_rdata <= sum;
        12'h01c: s_axi_ctrl_rdata <= cycles;
        default: s_axi_ctrl_rdata <= 32'd0;
      endcase
    end

    // Reads: one address at a time is on offer, and needs a free buffer.
    if (fault == 4'd4 && ar_valid && !m_axi_mem0_arready) ar_valid <= 1'b0;
    if (ar_go && !reset) begin
      taken[ask] <= 1'b1;
      ask <= ask + 3'd1;
      ask_at <= ask_at + (32'd16 << SIZE);
      ask_left <= ask_left - 32'd16;
      ar_valid <= (ask_left > 32'd16) && !taken[ask + 3'd1];
    end else if (!ar_valid) ar_valid <= busy && ask_left != 32'd0 && !taken[ask];
    if (r_go) begin
      buffer[{m_axi_mem0_rid, got[m_axi_mem0_rid]}] <= m_axi_mem0_rdata;
      got[m_axi_mem0_rid] <= got[m_axi_mem0_rid] + 4'd1;
      sum <= sum + m_axi_mem0_rdata[31:0];
      if (m_axi_mem0_rlast) begin
        if (copying) filled[m_axi_mem0_rid] <= 1'b1;
        else taken[m_axi_mem0_rid] <= 1'b0;
      end
      if (summing) begin
        answers_left <= answers_left - 32'd1;
        if (answers_left == 32'd1) begin summing <= 1'b0; done <= 1'b1; end
      end
    end

    // Writes: the address first, then its data.
    if (copying && filled[send] && !aw_valid && !w_active) aw_valid <= 1'b1;
    if (aw_valid && m_axi_mem0_awready) begin
      aw_valid <= 1'b0;
      w_active <= 1'b1;
    end
    if (w_go) w_beat <= w_beat + 4'd1;
    if (w_end) begin
      w_active <= 1'b0;
      filled[send] <= 1'b0;
      taken[send] <= 1'b0;
      send <= send + 3'd1;
      send_at <= send_at + (32'd16 << SIZE);
    end
    if (m_axi_mem0_bvalid) begin
      send_left <= send_left - 32'd16;
      if (send_left == 32'd16) begin copying <= 1'b0; done <= 1'b1; end
    end

    if (reset) begin
      s_axi_ctrl_bvalid <= 1'b0; s_axi_ctrl_rvalid <= 1'b0;
      copying <= 1'b0; summing <= 1'b0; done <= 1'b0;
      source <= 32'd0; target <= 32'd0; beats <= 32'd0;
      filled <= 8'd0; taken <= 8'd0; ask <= 3'd0; send <= 3'd0;
      ar_valid <= 1'b0; aw_valid <= 1'b0; w_active <= 1'b0; w_beat <= 4'd0;
      for (i = 0; i < 8; i = i + 1) got[i] <= 4'd0;
    end
  end
endmodule
