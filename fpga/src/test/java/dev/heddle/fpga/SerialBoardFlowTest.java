package dev.heddle.fpga;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SerialBoardFlowTest {
  /** Two cells as nextpnr 0.11.1 writes them: a chain's first, and one that adds 1 to a bit. */
  private static final String ROUTED =
      """
              "chain_HEAD_ALULC": {
                "type": "ALU",
                "parameters": {
                  "CIN_NETTYPE": "LOGIC",
                  "RAW_ALU_LUT": "0000000000000000%s"
                },
              },
              "increment_ALU": {
                "type": "ALU",
                "parameters": {
                  "RAW_ALU_LUT": "00000000000000000101000001011010",
                  "ALU_MODE": "00000000000000000000000000000010"
                },
              },
      """;

  @TempDir private Path folder;

  @Test
  void theCellThatLeadsACarryFromLogicIntoAChainGivesThatCarryOnly() throws Exception {
    List<FlowStep> steps = Boards.TANG_NANO_20K.design().flow().steps();
    assertThat(steps)
        .extracting(FlowStep::what)
        .containsExactly("synthesis", "place and route", "carries from logic", "bitstream");
    List<String> mends = steps.get(2).command();
    Path routed = folder.resolve(mends.get(mends.size() - 1));
    assertThat(steps.get(1).command()).contains(routed.getFileName().toString());
    for (String made : List.of("0101000001011010", "0000000000001010")) {
      Files.writeString(routed, ROUTED.formatted(made));
      assertThat(new ProcessBuilder(mends).directory(folder.toFile()).start().waitFor()).isZero();
      assertThat(routed).hasContent(ROUTED.formatted("0000000000001010"));
    }
  }

  @Test
  void otherFamiliesNeedNoMending() {
    assertThat(Boards.ULX3S.design().flow().steps())
        .extracting(FlowStep::what)
        .containsExactly("synthesis", "place and route", "bitstream");
  }
}
