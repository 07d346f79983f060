`default_nettype none

module Loader (
  input  wire clk,
  input  wire reset,
  input  wire start,
  input  wire beat,
  output wire loading,
  output wire done
);
  localparam [1:0] PHASE_IDLE = 2'd0;
  localparam [1:0] PHASE_LOAD = 2'd1;
  localparam [1:0] PHASE_DONE = 2'd2;

  reg  [1:0] phase;
  reg  [2:0] row;

  wire lastRow = row == 3'd6;

  assign loading = phase == PHASE_LOAD;
  assign done = phase == PHASE_DONE;

  always @(posedge clk) begin
    if (reset) begin
      phase <= PHASE_IDLE;
      row <= 3'd0;
    end else begin
      case (phase)
        PHASE_IDLE: begin
          if (start) begin
            phase <= PHASE_LOAD;
          end
        end
        PHASE_LOAD: begin
          if (beat) begin
            row <= row + 3'd1;
            if (lastRow) begin
              phase <= PHASE_DONE;
            end
          end
        end
        default: begin // PHASE_DONE
          row <= 3'd0;
          phase <= PHASE_IDLE;
        end
      endcase
    end
  end
endmodule

`default_nettype wire
