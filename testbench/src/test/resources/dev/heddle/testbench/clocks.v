// Two domains: each counts its own edges. Without reset: starts random if asked to.
module clocks(input clk_a, input clk_b, input reset, output reg [15:0] a, output reg [15:0] b,
              output reg [31:0] unset);
  always @(posedge clk_a) if (reset) a <= 16'd0; else a <= a + 16'd1;
  always @(posedge clk_b) if (reset) b <= 16'd0; else b <= b + 16'd1;
  always @(posedge clk_a) if (a == 16'hffff) unset <= 32'd0;
endmodule
