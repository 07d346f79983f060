// Counts while enabled; q is wider than 64 bits and holds the sum of the inputs seen.
module counter(input clk, input reset, input enable, input [79:0] add, output reg [7:0] count,
               output reg [79:0] sum, output [7:0] next);
  assign next = count + {7'd0, enable};
  always @(posedge clk)
    if (reset) begin
      count <= 8'd0;
      sum <= 80'd0;
    end else begin
      count <= next;
      sum <= sum + add;
    end
endmodule
