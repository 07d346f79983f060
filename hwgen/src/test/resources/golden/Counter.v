`default_nettype none

module Counter (
  input  wire clk,
  input  wire reset,
  input  wire enable,
  output wire [3:0] value,
  output wire wrap
);
  reg  [3:0] count;

  wire last = count == 4'd9;

  assign value = count;
  assign wrap = enable && last;

  always @(posedge clk) begin
    if (reset) begin
      count <= 4'd0;
    end else begin
      if (enable) begin
        count <= last ? 4'd0 : count + 4'd1;
      end
    end
  end
endmodule

`default_nettype wire
