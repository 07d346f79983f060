`default_nettype none

module Cell (
  input  wire clk,
  input  wire reset,
  input  wire load,
  input  wire signed [7:0] aIn,
  input  wire signed [7:0] wIn,
  input  wire signed [31:0] pIn,
  output wire signed [7:0] aOut,
  output wire signed [7:0] wOut,
  output wire signed [31:0] pOut
);
  reg  signed [7:0] a;
  reg  signed [7:0] w;
  reg  signed [31:0] p;

  assign aOut = a;
  assign wOut = w;
  assign pOut = p;

  always @(posedge clk) begin
    if (reset) begin
      a <= 8'sd0;
      w <= 8'sd0;
      p <= 32'sd0;
    end else begin
      a <= aIn;
      if (load) begin
        w <= wIn;
      end
      p <= pIn + aIn * w;
    end
  end
endmodule

module Systolic2 (
  input  wire clk,
  input  wire reset,
  input  wire load,
  input  wire signed [7:0] a_0,
  input  wire signed [7:0] a_1,
  input  wire signed [7:0] w_0,
  input  wire signed [7:0] w_1,
  output wire signed [31:0] y_0,
  output wire signed [31:0] y_1
);
  reg  loadNow;
  reg  signed [7:0] activations_0;
  reg  signed [7:0] activations_1;
  reg  signed [7:0] weights_0;
  reg  signed [7:0] weights_1;
  reg  signed [31:0] sums_0;
  reg  signed [31:0] sums_1;
  wire signed [7:0] cell_0_0_aOut;
  wire signed [7:0] cell_0_0_wOut;
  wire signed [31:0] cell_0_0_pOut;
  wire signed [7:0] cell_0_1_aOut;
  wire signed [7:0] cell_0_1_wOut;
  wire signed [31:0] cell_0_1_pOut;
  wire signed [7:0] cell_1_0_aOut;
  wire signed [7:0] cell_1_0_wOut;
  wire signed [31:0] cell_1_0_pOut;
  wire signed [7:0] cell_1_1_aOut;
  wire signed [7:0] cell_1_1_wOut;
  wire signed [31:0] cell_1_1_pOut;

  Cell cell_0_0 (
    .clk(clk),
    .reset(reset),
    .load(loadNow),
    .aIn(activations_0),
    .wIn(weights_0),
    .pIn(32'd0),
    .aOut(cell_0_0_aOut),
    .wOut(cell_0_0_wOut),
    .pOut(cell_0_0_pOut)
  );

  Cell cell_0_1 (
    .clk(clk),
    .reset(reset),
    .load(loadNow),
    .aIn(cell_0_0_aOut),
    .wIn(weights_1),
    .pIn(32'd0),
    .aOut(cell_0_1_aOut),
    .wOut(cell_0_1_wOut),
    .pOut(cell_0_1_pOut)
  );

  Cell cell_1_0 (
    .clk(clk),
    .reset(reset),
    .load(loadNow),
    .aIn(activations_1),
    .wIn(cell_0_0_wOut),
    .pIn(cell_0_0_pOut),
    .aOut(cell_1_0_aOut),
    .wOut(cell_1_0_wOut),
    .pOut(cell_1_0_pOut)
  );

  Cell cell_1_1 (
    .clk(clk),
    .reset(reset),
    .load(loadNow),
    .aIn(cell_1_0_aOut),
    .wIn(cell_0_1_wOut),
    .pIn(cell_0_1_pOut),
    .aOut(cell_1_1_aOut),
    .wOut(cell_1_1_wOut),
    .pOut(cell_1_1_pOut)
  );

  assign y_0 = sums_0;
  assign y_1 = sums_1;

  always @(posedge clk) begin
    if (reset) begin
      loadNow <= 1'd0;
      activations_0 <= 8'sd0;
      activations_1 <= 8'sd0;
      weights_0 <= 8'sd0;
      weights_1 <= 8'sd0;
      sums_0 <= 32'sd0;
      sums_1 <= 32'sd0;
    end else begin
      loadNow <= load;
      activations_0 <= a_0;
      activations_1 <= a_1;
      weights_0 <= w_0;
      weights_1 <= w_1;
      sums_0 <= cell_1_0_pOut;
      sums_1 <= cell_1_1_pOut;
    end
  end

  wire unused = &{1'b0, cell_0_1_aOut, cell_1_0_wOut, cell_1_1_aOut, cell_1_1_wOut};
endmodule

`default_nettype wire
