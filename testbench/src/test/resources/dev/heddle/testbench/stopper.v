// Ends the simulation in the way that `how` says.
module stopper(input clk, input [2:0] how, output reg loop);
  wire ring = (how == 3'd5) ? !loop : 1'b0;
  always @(*) loop = ring;
  always @(posedge clk) begin
    if (how == 3'd1) begin
      $display("leaving at %0d", how);
      $finish;
    end
    if (how == 3'd2) $stop;
    if (how == 3'd3) $fatal(1, "no way to go on");
    if (how == 3'd6) $display("hello");
    only_small: assert (how != 3'd4) else $error("how must not be 4");
  end
endmodule
