// Same module name, ports and classes as counter.v, but counts down in steps of 3.
module counter(input clk, input reset, input enable, input [79:0] add, output reg [7:0] count,
               output reg [79:0] sum, output [7:0] next);
  assign next = count - (enable ? 8'd3 : 8'd0);
  always @(posedge clk)
    if (reset) begin
      count <= 8'd0;
      sum <= 80'd0;
    end else begin
      count <= next;
      sum <= sum - add;
    end
endmodule
