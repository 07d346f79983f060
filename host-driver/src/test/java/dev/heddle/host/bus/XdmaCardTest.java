package dev.heddle.host.bus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.host.linux.Diagnosis;
import dev.heddle.host.linux.SystemFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the doctor sees of cards, in folders laid out as those of Linux. */
class XdmaCardTest {
  private static final String SLOT = "0000:01:00.0";

  @TempDir private Path folder;

  private Path function;

  @BeforeEach
  void describeACard() throws IOException {
    function = Files.createDirectories(folder.resolve("devices").resolve(SLOT));
    Path node = Files.createDirectories(folder.resolve("class/xdma/xdma0_user"));
    Files.createSymbolicLink(node.resolve("device"), function);
  }

  private void tell(String attribute, String value) throws IOException {
    Files.writeString(function.resolve(attribute), value + "\n");
  }

  private void tellLink(String which, String speed, String width) throws IOException {
    tell(which + "_link_speed", speed);
    tell(which + "_link_width", width);
  }

  private Diagnosis diagnosis() {
    return new XdmaCard(new SystemFolders(folder, folder), 0).diagnosis();
  }

  @Test
  void aCardOfWhichNothingIsToldHasItsPlaceAlone() throws IOException {
    assertThat(diagnosis()).isEqualTo(new Diagnosis("card at " + SLOT, List.of()));
    tellLink("current", "8.0 GT/s PCIe", "4");
    assertThat(diagnosis())
        .isEqualTo(new Diagnosis("card at " + SLOT + ", link of 8.0 GT/s PCIe x4", List.of()));
  }

  @Test
  void aLinkThatIsAsFastAndAsWideAsItCouldBeNeedsNothing() throws IOException {
    tellLink("current", "8.0 GT/s PCIe", "8");
    tellLink("max", "8.0 GT/s PCIe", "8");
    tell("aer_dev_correctable", "RxErr 0\nBadTLP 0\nTOTAL_ERR_COR 0");
    assertThat(diagnosis().advice()).isEmpty();
  }

  @Test
  void aSlowLinkAndItsErrorsAreNamed() throws IOException {
    tellLink("current", "2.5 GT/s PCIe", "8");
    tellLink("max", "8.0 GT/s PCIe", "8");
    tell("aer_dev_correctable", "RxErr 2\nBadTLP 1\nTOTAL_ERR_COR 3");
    tell("aer_dev_fatal", "Undefined 0\nTOTAL_ERR_FATAL 0");
    assertThat(diagnosis().advice())
        .containsExactly(
            "the link could have 8.0 GT/s PCIe x8; try another slot, and see both ends with sudo lspci -vvs 0000:01:00.0",
            "3 correctable errors of its link so far; seat the card anew");
  }
}
