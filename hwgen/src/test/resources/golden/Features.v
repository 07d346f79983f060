`default_nettype none

// A corner of everything.
//   TAPS = 3
module Features (
  input  wire clk,
  input  wire reset,
  input  wire slow_clk,
  input  wire slow_reset,
  input  wire source_valid,
  output wire source_ready,
  input  wire signed [8:0] source_level,
  input  wire [4:0] source_place,
  output wire sink_valid,
  input  wire sink_ready,
  output wire signed [8:0] sink_level,
  output wire [4:0] sink_place,
  input  wire signed [5:0] taps_0,
  input  wire signed [5:0] taps_1,
  input  wire signed [5:0] taps_2,
  input  wire stop,
  input  wire [3:0] code,
  input  wire [2:0] spare,
  output wire signed [19:0] weighted,
  output wire [15:0] word,
  output wire [7:0] squares,
  output wire [3:0] buffered,
  output wire full,
  output reg  [1:0] state,
  output wire [7:0] level,
  input  wire remote,
  output wire caught
);
  localparam [1:0] PHASE_IDLE = 2'd0;
  localparam [1:0] PHASE_FILL = 2'd1;
  localparam [1:0] PHASE_DRAIN = 2'd2;

  localparam POWER_OFF = 1'd0;
  localparam POWER_ON = 1'd1;

  reg  valid;
  reg  signed [8:0] held_level;
  reg  [4:0] held_place;
  reg  [15:0] stored;
  reg  power;
  reg  [1:0] phase;
  reg  [7:0] count;
  (* ASYNC_REG = "TRUE" *)
  reg  seen;
  reg  signal_1;
  (* ram_style = "block" *)
  reg  [15:0] ram [0:15];
  reg  [7:0] square [0:15];
  wire [3:0] buffer_1_delayed;

  wire signed [6:0] total_difference = 7'sd0 - taps_1;
  wire signed [15:0] total_sum = taps_0 * held_level + $signed({{9{total_difference[6]}}, total_difference});
  wire signed [16:0] total = total_sum + $signed({{11{taps_2[5]}}, taps_2});
  wire signed [11:0] weighted_bits = $signed(total[11:0]);
  wire [15:0] ram_data_bits = {2'd0, {held_place, held_level}};

  Buffer #(.STAGES(3)) buffer_1 (
    .value(code),
    .delayed(buffer_1_delayed)
  );

  assign source_ready = !valid || sink_ready;
  assign sink_valid = valid;
  assign sink_level = held_level;
  assign sink_place = held_place;
  assign weighted = (|total[16:11]) == (&total[16:11]) ? $signed({{8{weighted_bits[11]}}, weighted_bits}) : total[16] ? -20'sd2048 : 20'sd2047;
  assign word = stored;
  assign squares = square[code];
  assign buffered = buffer_1_delayed;
  assign full = phase == PHASE_DRAIN;
  assign level = count;
  assign caught = signal_1 && remote;

  always @* begin
    case (phase)
      PHASE_IDLE: begin
        state = 2'd0;
      end
      PHASE_FILL: begin
        state = 2'd1;
      end
      default: begin // PHASE_DRAIN
        state = stop ? 2'd2 : 2'd3;
      end
    endcase
  end

  always @(posedge clk) begin
    if (reset) begin
      valid <= 1'd0;
      power <= POWER_OFF;
      phase <= PHASE_IDLE;
      count <= 8'd0;
    end else begin
      if (source_ready) begin
        valid <= source_valid;
      end
      if (stop) begin
        power <= POWER_OFF;
      end else begin
        power <= POWER_ON;
      end
      case (phase)
        PHASE_IDLE: begin
          if (power == POWER_ON) begin
            phase <= PHASE_FILL;
          end
        end
        PHASE_FILL: begin
          count <= count + 8'd1;
          if (count == 8'd200) begin
            phase <= PHASE_DRAIN;
          end else if (stop) begin
            phase <= PHASE_IDLE;
          end
        end
        default: begin // PHASE_DRAIN
          if (count != 8'd0) begin
            if (code == 4'd0) begin
              count <= count - 8'd1;
            end else begin
              count <= {1'd0, count[7:1]};
            end
          end else begin
            phase <= PHASE_IDLE;
          end
        end
      endcase
    end
  end

  always @(posedge clk) begin
    if (source_valid && source_ready) begin
      held_level <= source_level;
      held_place <= source_place;
    end
    if (stop) begin
      stored <= ram[code];
    end
  end

  always @(posedge slow_clk) begin
    if (slow_reset) begin
      seen <= 1'd0;
      signal_1 <= 1'd0;
    end else begin
      seen <= stop;
      signal_1 <= seen;
    end
  end

  always @(posedge clk) begin
    if (!stop) begin
      if (code[0]) ram[code][3:0] <= ram_data_bits[3:0];
      if (code[1]) ram[code][7:4] <= ram_data_bits[7:4];
      if (code[2]) ram[code][11:8] <= ram_data_bits[11:8];
      if (code[3]) ram[code][15:12] <= ram_data_bits[15:12];
    end
  end

  initial begin
    square[0] = 8'd0;
    square[1] = 8'd1;
    square[2] = 8'd4;
    square[3] = 8'd9;
    square[4] = 8'd16;
    square[5] = 8'd25;
    square[6] = 8'd36;
    square[7] = 8'd49;
    square[8] = 8'd64;
    square[9] = 8'd81;
    square[10] = 8'd100;
    square[11] = 8'd121;
    square[12] = 8'd144;
    square[13] = 8'd169;
    square[14] = 8'd196;
    square[15] = 8'd225;
  end

`ifdef SIMULATION
  always @(posedge clk) begin
    if (!reset) begin
      if (!(count < 8'd202)) begin
        $display("%m: the count stays below its limit");
        $stop;
      end
      if (stop) begin
        if (!(code < 4'd9)) begin
          $display("%m: codes stay small");
          $stop;
        end
      end
    end
  end
`endif

`ifdef FORMAL
  always @(posedge clk) begin
    if (!reset) begin
      assert (count < 8'd202); // the count stays below its limit
      if (stop) begin
        assume (code < 4'd9); // codes stay small
      end
      cover (count == 8'd7); // seven
    end
  end
`endif

  wire unused = &{1'b0, spare};
endmodule

`default_nettype wire
