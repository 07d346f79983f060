package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.connect;
import static dev.heddle.hdl.Hdl.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.hdl.Component;
import dev.heddle.hdl.verilog.VerilogDesign;
import dev.heddle.hdl.verilog.VerilogWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class AxiPortsTest {
  private static final AxiShape SHAPE = new AxiShape(40, 128, 4);

  /** Passes everything through. */
  private static final class Wires extends Component {
    final AxiLite control = named("s_axi_ctrl", in(AxiLite.of(12, 32)));
    final AxiLite onward = named("m_axi_ctrl", out(AxiLite.of(12, 32)));
    final Axi4 host = named("s_axi_host", in(Axi4.of(SHAPE)));
    final Axi4 memory = named("m_axi_mem0", out(Axi4.of(SHAPE)));

    Wires() {
      connect(onward, control);
      connect(memory, host);
    }
  }

  private static List<String> ports(String prefix, boolean input) {
    return VerilogWriter.write(new Wires()).ports().stream()
        .filter(port -> port.input() == input && port.name().startsWith(prefix))
        .map(VerilogDesign.Port::name)
        .map(name -> name.substring(prefix.length()))
        .toList();
  }

  private static String[] words(String text) {
    return text.trim().split("\\s+");
  }

  @Test
  void aLiteSlaveHasTheNamesOfAmba() {
    assertThat(ports("s_axi_ctrl_", true))
        .containsExactlyInAnyOrder(
            words("awaddr awprot awvalid wdata wstrb wvalid bready araddr arprot arvalid rready"));
    assertThat(ports("s_axi_ctrl_", false))
        .containsExactlyInAnyOrder(words("awready wready bresp bvalid arready rdata rresp rvalid"));
  }

  @Test
  void aMasterHasTheNamesOfAmba() {
    String addresses = "id addr len size burst lock cache prot qos valid";
    String[] outputs =
        words(
            addresses.replaceAll("(\\w+)", "aw$1")
                + " wdata wstrb wlast wvalid bready rready "
                + addresses.replaceAll("(\\w+)", "ar$1"));
    String[] inputs = words("awready wready bid bresp bvalid arready rid rdata rresp rlast rvalid");
    assertThat(ports("m_axi_mem0_", false)).containsExactlyInAnyOrder(outputs);
    assertThat(ports("m_axi_mem0_", true)).containsExactlyInAnyOrder(inputs);
    assertThat(ports("s_axi_host_", true)).containsExactlyInAnyOrder(outputs);
    assertThat(ports("s_axi_host_", false)).containsExactlyInAnyOrder(inputs);
  }

  @Test
  void widthsFollowTheShape() {
    assertThat(VerilogWriter.write(new Wires()).ports())
        .contains(
            new VerilogDesign.Port("m_axi_mem0_awid", 4, false),
            new VerilogDesign.Port("m_axi_mem0_araddr", 40, false),
            new VerilogDesign.Port("m_axi_mem0_arlen", 8, false),
            new VerilogDesign.Port("m_axi_mem0_rdata", 128, true),
            new VerilogDesign.Port("m_axi_mem0_wstrb", 16, false),
            new VerilogDesign.Port("m_axi_mem0_arcache", 4, false));
  }

  @Test
  void anImpossibleShapeIsRefused() {
    assertThatThrownBy(() -> new AxiShape(40, 96, 1))
        .hasMessage("an AXI beat has 8, 16, 32, 64, 128, 256, 512 or 1024 bits, not 96");
    assertThatThrownBy(() -> new AxiShape(65, 64, 1))
        .hasMessage("an AXI address has 12 to 64 bits, not 65");
    assertThatThrownBy(() -> new AxiLimits(48, 4))
        .hasMessage("bursts of 48 beats; it must be a power of two up to 256");
    assertThatThrownBy(() -> new AxiReader(SHAPE, new AxiLimits(64, 4), 63))
        .hasMessage("a buffer of 63 beats cannot hold a burst of 64");
  }

  @Test
  void aPageShortensTheLongestBurst() {
    assertThat(new AxiLimits(256, 4).burstBeats(new AxiShape(32, 512, 1))).isEqualTo(64);
    assertThat(new AxiLimits(256, 4).burstBeats(new AxiShape(32, 32, 1))).isEqualTo(256);
  }
}
