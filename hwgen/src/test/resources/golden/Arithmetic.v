`default_nettype none

module Arithmetic (
  input  wire clk,
  input  wire reset,
  input  wire [7:0] a,
  input  wire [4:0] b,
  input  wire signed [8:0] x,
  input  wire signed [5:0] y,
  input  wire c,
  input  wire signed [6:0] pair_re,
  input  wire [8:0] pair_im,
  output wire [11:0] sum,
  output wire signed [15:0] difference,
  output wire signed [31:0] product,
  output wire [19:0] shifted,
  output wire signed [3:0] saturated,
  output wire [23:0] mixed,
  output wire flags,
  output wire [15:0] word,
  output wire signed [6:0] copy_re,
  output wire [8:0] copy_im,
  output wire [7:0] picked,
  output wire signed [19:0] dot
);
  reg  [15:0] read;
  reg  signed [6:0] held_re;
  reg  [8:0] held_im;
  reg  [7:0] history_0;
  reg  [7:0] history_1;
  reg  [7:0] history_2;
  reg  [7:0] history_3;
  reg  [7:0] history_4;
  reg  [15:0] ram [0:31];

  wire [8:0] sum_sum_1 = a + {4'd0, b};
  wire [9:0] sum_sum = sum_sum_1 + {2'd0, a};
  wire signed [8:0] difference_difference = a - {4'd0, b};
  wire signed [9:0] difference_sum = difference_difference + x;
  wire signed [15:0] product_sum = x * y + $signed({{7{x[8]}}, x});
  wire signed [8:0] product_bits = {y, 3'd0};
  wire signed [16:0] product_difference = product_sum - $signed({{8{product_bits[8]}}, product_bits});
  wire [14:0] shifted_shifted = {7'd0, a} << b[2:0];
  wire [15:0] shifted_sum = shifted_shifted + {12'd0, b[4:1]};
  wire signed [9:0] saturated_sum = x + $signed({{4{y[5]}}, y});
  wire [8:0] mixed_sum = a + {4'd0, b};
  wire signed [6:0] mixed_difference = 7'sd0 - y;
  wire [15:0] ram_data_bits = {2{a}};
  wire [1:0] ram_mask_bits = a[1:0];
  wire signed [6:0] chosen_re = c ? held_re : pair_re;
  wire [8:0] chosen_im = c ? held_im : pair_im;
  wire signed [14:0] total_sum_1 = $signed(history_0) * y + $signed(history_1) * y;
  wire signed [14:0] total_sum_2 = $signed(history_2) * y + $signed(history_3) * y;
  wire signed [15:0] total_sum = total_sum_1 + total_sum_2;
  wire signed [16:0] total = total_sum + $signed(history_4) * y;

  assign sum = {2'd0, sum_sum};
  assign difference = $signed({{6{difference_sum[9]}}, difference_sum});
  assign product = $signed({{15{product_difference[16]}}, product_difference});
  assign shifted = {6'd0, shifted_sum[13:0]};
  assign saturated = (|saturated_sum[9:3]) == (&saturated_sum[9:3]) ? $signed(saturated_sum[3:0]) : saturated_sum[9] ? 4'sh8 : 4'sd7;
  assign mixed = {2'd0, {mixed_sum, $unsigned(x), mixed_difference[4:1]} ^ {14'd0, a}};
  assign flags = ((x < $signed({{3{y[5]}}, y}) || a >= 8'd200) && !c) ^ (|a) && !y[5];
  assign word = read;
  assign copy_re = chosen_re;
  assign copy_im = chosen_im;
  assign picked = b[2] ? history_4 : b[1] ? (b[0] ? history_3 : history_2) : b[0] ? history_1 : history_0;
  assign dot = $signed({{3{total[16]}}, total});

  always @(posedge clk) begin
    if (reset) begin
      history_0 <= 8'd3;
      history_1 <= 8'd3;
      history_2 <= 8'd3;
      history_3 <= 8'd3;
      history_4 <= 8'd3;
    end else begin
      history_0 <= a;
      history_1 <= history_0;
      history_2 <= history_1;
      history_3 <= history_2;
      history_4 <= history_3;
    end
  end

  always @(posedge clk) begin
    read <= ram[b];
    held_re <= pair_re;
    held_im <= pair_im;
  end

  always @(posedge clk) begin
    if (c) begin
      if (ram_mask_bits[0]) ram[b][7:0] <= ram_data_bits[7:0];
      if (ram_mask_bits[1]) ram[b][15:8] <= ram_data_bits[15:8];
    end
  end

  wire unused = &{1'b0, mixed_difference[0], mixed_difference[6:5], shifted_sum[15:14]};
endmodule

`default_nettype wire
