package dev.heddle.lib;

import static dev.heddle.lib.RegisterField.constant;
import static dev.heddle.lib.RegisterField.event;
import static dev.heddle.lib.RegisterField.pulse;
import static dev.heddle.lib.RegisterField.readOnly;
import static dev.heddle.lib.RegisterField.readWrite;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

class RegisterMapTest {
  static final RegisterMap MAP =
      RegisterMap.named("timer", "Counts cycles, & tells <when>.")
          .register(
              "ID", 0x00, "Identity ]]> */.", constant("magic", 0, 32, 0xF00D_BEEFL, "Magic."))
          .register(
              "CONTROL",
              0x04,
              "Control.",
              readWrite("enable", 0, 1, 1, "Counts while one."),
              readWrite("step", 4, 12, 0x123, "Added every cycle."),
              pulse("clear", 31, 1, "Sets the count to zero."))
          .register("EVENTS", 0x08, "Events | more.", event("overflow", 0, 3, "It began again."))
          .wide("COUNT", 0x10, "Cycles.", readOnly("cycles", 0, 64, "Cycles so far."))
          .wide("HASH", 0x18, "Hash.", constant("hash", 0, 64, -2, "Of everything."))
          .wide("LIMIT", 0x20, "Limit.", readWrite("limit", 8, 40, 5, "Where it ends."))
          .build();

  /** Words in a map; behaves as memory. */
  private static final class Words implements RegisterBus {
    final Map<Integer, Long> words = new TreeMap<>();
    final List<String> log = new ArrayList<>();

    @Override
    public long read(int address) {
      log.add("r%x".formatted(address));
      return words.getOrDefault(address, 0L);
    }

    @Override
    public void write(int address, long word) {
      log.add("w%x=%x".formatted(address, word));
      words.put(address, word);
    }
  }

  @Test
  void fieldsAreFoundEncodedAndDecodedByName() {
    RegisterField step = MAP.register("CONTROL").field("step");
    assertThat(step.mask()).isEqualTo(0xFFF0);
    assertThat(step.decode(0xABCD_EF01L)).isEqualTo(0xEF0);
    assertThat(step.encode(0xFFF)).isEqualTo(0xFFF0);
    assertThatThrownBy(() -> step.encode(0x1000))
        .hasMessage("4096 does not fit field step, which has 12 bits");
    assertThatThrownBy(() -> MAP.register("STATUS"))
        .hasMessageStartingWith("map timer has no register STATUS; it has [ID, CONTROL");
    assertThatThrownBy(() -> MAP.register("ID").field("size"))
        .hasMessage("register ID has no field size; it has [magic]");
    assertThat(MAP.bytes()).isEqualTo(0x28);
    assertThat(MAP.addressBits()).isEqualTo(6);
    assertThat(MAP.register("CONTROL").reset()).isEqualTo(0x1231);
  }

  @Test
  void aFieldIsWrittenWithoutDisturbingItsNeighbours() {
    Words words = new Words();
    Registers registers = new Registers(MAP, words, 0x100);
    words.words.put(0x104, 0x8000_FFF1L);
    registers.write("CONTROL", "step", 0x45);
    assertThat(words.words).containsEntry(0x104, 0x0451L);
    registers.trigger("CONTROL", "clear");
    assertThat(words.words).containsEntry(0x104, 0x8000_0451L);
    assertThat(registers.read("CONTROL", "step")).isEqualTo(0x45);
    words.log.clear();
    registers.clear("EVENTS", "overflow", 2);
    assertThat(words.log).containsExactly("w108=2");
    assertThatThrownBy(() -> registers.write("ID", "magic", 1))
        .hasMessage("ID.magic is const; it cannot be written");
    assertThatThrownBy(() -> registers.read("CONTROL", "clear"))
        .hasMessage("CONTROL.clear cannot be read back");
    assertThatThrownBy(() -> registers.write("CONTROL", 1L << 32))
        .hasMessage("4294967296 does not fit register CONTROL, which has 32 bits");
  }

  @Test
  void aWideRegisterIsTwoWordsTheLowOneFirst() {
    Words words = new Words();
    Registers registers = new Registers(MAP, words, 0);
    registers.write("LIMIT", "limit", 0xFF_1234_5678L);
    assertThat(words.log).containsExactly("w20=34567800", "w24=ff12");
    assertThat(registers.read("LIMIT", "limit")).isEqualTo(0xFF_1234_5678L);
    words.words.put(0x10, 0xFFFF_FFFFL);
    words.words.put(0x14, 0xFFFF_FFFEL);
    words.log.clear();
    assertThat(registers.read("COUNT", "cycles")).isEqualTo(0xFFFF_FFFE_FFFF_FFFFL);
    assertThat(words.log).containsExactly("r10", "r14");
  }

  @Test
  void mistakesInADeclarationAreRefused() {
    RegisterField bit = readWrite("a", 0, 1, 0, "A.");
    assertThatThrownBy(() -> RegisterMap.named("m", "M.").register("R", 2, "R.", bit))
        .hasMessage("register R: offset 0x2 is not a multiple of 4");
    assertThatThrownBy(() -> RegisterMap.named("m", "M.").wide("R", 4, "R.", bit))
        .hasMessage("register R: offset 0x4 is not a multiple of 8");
    assertThatThrownBy(() -> RegisterMap.named("m", "M.").register("R", 0, "R.", bit, bit))
        .hasMessage("register R: field a overlaps the one before it or is out of order");
    assertThatThrownBy(
            () ->
                RegisterMap.named("m", "M.")
                    .wide("R", 0, "R.", bit)
                    .register("S", 4, "S.", bit)
                    .build())
        .hasMessage("register S at 0x4 overlaps the one before it or is out of order");
    assertThatThrownBy(() -> readWrite("a", 0, 4, 16, "A."))
        .hasMessage("field a: 16 does not fit 4 bits");
    assertThatThrownBy(() -> readOnly("Busy", 0, 1, "B."))
        .hasMessage("field name Busy; it is written like busy_count");
    assertThatThrownBy(
            () -> RegisterMap.named("m", "M.").register("R", 0, "R.", readOnly("a", 31, 2, "A.")))
        .hasMessage("register R: field a ends beyond bit 32");
  }

  @Test
  void markdownHasARowForEachField() {
    String page = RegisterMarkdown.write(MAP);
    assertThat(page)
        .contains("| 0x004 | [CONTROL](#control) | 32 | Control. |")
        .contains("| 15:4 | step | RW | 0x123 | Added every cycle. |")
        .contains("| 31 | clear | pulse | 0x0 | Sets the count to zero. |")
        .contains("| 0x008 | [EVENTS](#events) | 32 | Events \\| more. |")
        .contains("| 63:0 | hash | const | 0xFFFFFFFFFFFFFFFE | Of everything. |");
  }

  // The sequences of CMSIS-SVD.xsd 1.3, as far as they name what is written.
  private static final Map<String, List<String>> SEQUENCES =
      Map.of(
          "device",
          List.of(
              "vendor vendorID name series version description licenseText cpu"
                  .concat(" headerSystemFilename headerDefinitionsPrefix addressUnitBits width")
                  .concat(" size access protection resetValue resetMask peripherals")
                  .split(" ")),
          "peripherals",
          List.of("peripheral"),
          "peripheral",
          List.of(
              "name version description alternatePeripheral groupName prependToName appendToName"
                  .concat(" headerStructName disableCondition baseAddress size access protection")
                  .concat(" resetValue resetMask addressBlock interrupt registers")
                  .split(" ")),
          "addressBlock",
          List.of("offset", "size", "usage", "protection"),
          "registers",
          List.of("register"),
          "register",
          List.of(
              "dim name displayName description alternateGroup alternateRegister addressOffset"
                  .concat(" size access protection resetValue resetMask dataType")
                  .concat(" modifiedWriteValues writeConstraint readAction fields")
                  .split(" ")),
          "fields",
          List.of("field"),
          "field",
          List.of(
              "name description bitOffset bitWidth access modifiedWriteValues writeConstraint"
                  .concat(" readAction enumeratedValues")
                  .split(" ")));

  @Test
  void theSvdFileIsWellFormedAndInTheOrderOfTheSchema() throws Exception {
    String svd = RegisterSvd.write(MAP, "1.2", 0x4000_0000L);
    Element device =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(svd.getBytes(StandardCharsets.UTF_8)))
            .getDocumentElement();
    assertThat(device.getTagName()).isEqualTo("device");
    checkOrder(device);
    List<Element> registers = descendants(device, "register");
    assertThat(registers).hasSize(6);
    Element control = registers.get(1);
    assertThat(text(control, "addressOffset")).isEqualTo("0x4");
    assertThat(text(control, "resetValue")).isEqualTo("0x1231");
    assertThat(text(registers.get(0), "description")).isEqualTo("Identity ]]> */.");
    assertThat(text(registers.get(3), "size")).isEqualTo("64");
    assertThat(text(registers.get(3), "access")).isEqualTo("read-only");
    assertThat(text(registers.get(3), "resetMask")).isEqualTo("0x0");
    assertThat(text(descendants(registers.get(2), "field").get(0), "modifiedWriteValues"))
        .isEqualTo("oneToClear");
    assertThat(text(device, "description")).isEqualTo("Counts cycles, & tells <when>.");
    assertThat(svd).doesNotContain("]]>");
  }

  private static void checkOrder(Element element) {
    List<String> sequence = SEQUENCES.get(element.getTagName());
    int position = 0;
    for (Element child : children(element)) {
      assertThat(sequence).as("children of %s", element.getTagName()).isNotNull();
      int next = sequence.indexOf(child.getTagName());
      assertThat(next)
          .as("%s in %s", child.getTagName(), element.getTagName())
          .isGreaterThanOrEqualTo(position);
      position = next;
      if (child.getChildNodes().getLength() > 1) {
        checkOrder(child);
      }
    }
  }

  private static List<Element> children(Element element) {
    List<Element> children = new ArrayList<>();
    for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element child) {
        children.add(child);
      }
    }
    return children;
  }

  private static List<Element> descendants(Element element, String tag) {
    List<Element> found = new ArrayList<>();
    for (int i = 0; i < element.getElementsByTagName(tag).getLength(); i++) {
      found.add((Element) element.getElementsByTagName(tag).item(i));
    }
    return found;
  }

  private static String text(Element element, String tag) {
    return children(element).stream()
        .filter(child -> child.getTagName().equals(tag))
        .findFirst()
        .orElseThrow()
        .getTextContent();
  }

  @Test
  void theHeaderCompilesAsStrictC99AndItsMacrosAgree(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("timer.h"), RegisterHeader.write(MAP));
    Files.writeString(
        folder.resolve("main.c"),
        """
        #include "timer.h"
        int main(void) {
          uint32_t control = TIMER_CONTROL_RESET;
          uint64_t limit = TIMER_LIMIT_LIMIT_SET(0xFF12345678) | 1;
          control = (control & ~TIMER_CONTROL_STEP_MASK) | TIMER_CONTROL_STEP_SET(0x45);
          if (TIMER_CONTROL_OFFSET != 4 || TIMER_BYTES != 0x28) return 1;
          if (control != 0x451 || TIMER_CONTROL_STEP_GET(control) != 0x45) return 2;
          if (TIMER_LIMIT_LIMIT_GET(limit) != UINT64_C(0xFF12345678)) return 3;
          if (TIMER_HASH_HASH_VALUE != UINT64_C(0xFFFFFFFFFFFFFFFE)) return 4;
          if (TIMER_CONTROL_CLEAR_SET(1) != UINT32_C(0x80000000)) return 5;
          return TIMER_ID_MAGIC_VALUE == UINT32_C(0xF00DBEEF) ? 0 : 6;
        }
        """);
    run(folder, "gcc", "-Wall", "-Wextra", "-Werror", "-std=c99", "-pedantic", "main.c", "-o", "t");
    run(folder, folder.resolve("t").toString());
  }

  private static void run(Path folder, String... command) throws Exception {
    Path log = folder.resolve("log.txt");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s ends", command[0]).isTrue();
    assertThat(process.exitValue()).as("%s: %s", command[0], Files.readString(log)).isZero();
  }
}
