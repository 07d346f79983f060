package dev.heddle.host.bus;

import dev.heddle.host.linux.Diagnosis;
import dev.heddle.host.linux.SystemFolders;
import dev.heddle.host.transport.TransportException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What the system tells of a card behind the driver XDMA.
 *
 * @param folders where it tells
 * @param number of the card, from 0
 */
public record XdmaCard(SystemFolders folders, int number) {
  private static final String USER = "user";

  /** Flag of a range of addresses that is memory. */
  private static final int MEMORY_FLAG = 0x200;

  private static final int HEX = 16;

  /** Kinds of error that PCIe counts; the last line of each table is the total. */
  private static final List<String> ERRORS = List.of("correctable", "nonfatal", "fatal");

  /** All cards, by their numbers. */
  public static List<XdmaCard> all(SystemFolders folders) {
    List<XdmaCard> cards = new ArrayList<>();
    if (!Files.isDirectory(folders.devices())) {
      return cards;
    }
    try (DirectoryStream<Path> nodes =
        Files.newDirectoryStream(folders.devices(), "xdma[0-9]*_" + USER)) {
      for (Path node : nodes) {
        String digits = node.getFileName().toString().replaceAll("[^0-9]", "");
        cards.add(new XdmaCard(folders, Integer.parseInt(digits)));
      }
    } catch (IOException e) {
      throw new TransportException(
          "cannot list the cards in %s (%s)".formatted(folders.devices(), e), e);
    }
    cards.sort(Comparator.comparingInt(XdmaCard::number));
    return cards;
  }

  /** A node of the card. */
  Path node(String name) {
    return folders.devices().resolve("xdma%d_%s".formatted(number, name));
  }

  private Path function() {
    return folders.information().resolve("class/xdma/xdma%d_%s/device".formatted(number, USER));
  }

  /** Its place on the bus, such as 0000:01:00.0. */
  String location() {
    try {
      return function().toRealPath().getFileName().toString();
    } catch (IOException e) {
      return "an unknown place";
    }
  }

  /** Where it is, whether its link is as fast and as wide as it could be, and errors so far. */
  public Diagnosis diagnosis() {
    Optional<String> now = link("current");
    List<String> advice = new ArrayList<>();
    link("max")
        .filter(most -> now.isPresent() && !now.get().equals(most))
        .ifPresent(
            most ->
                advice.add(
                    "the link could have %s; try another slot, and see both ends with sudo lspci -vvs %s"
                        .formatted(most, location())));
    for (String kind : ERRORS) {
      SystemFolders.find(function().resolve("aer_dev_" + kind))
          .map(table -> table.substring(table.lastIndexOf(' ') + 1))
          .filter(count -> !count.equals("0"))
          .ifPresent(
              count ->
                  advice.add(
                      "%s %s errors of its link so far; seat the card anew"
                          .formatted(count, kind)));
    }
    return new Diagnosis(
        "card at " + location() + now.map(", link of "::concat).orElse(""), advice);
  }

  /** Speed and width of the link, where the system tells them. */
  private Optional<String> link(String which) {
    return SystemFolders.find(function().resolve(which + "_link_speed"))
        .flatMap(
            speed ->
                SystemFolders.find(function().resolve(which + "_link_width"))
                    .map(width -> "%s x%s".formatted(speed, width)));
  }

  /** Bytes of the BAR of the registers: the first that is memory. */
  long registerBytes() {
    Path table = function().resolve("resource");
    for (String line : SystemFolders.read(table).lines().toList()) {
      String[] words = line.trim().split("\\s+");
      try {
        long start = number(words[0]);
        if ((number(words[2]) & MEMORY_FLAG) != 0) {
          return number(words[1]) - start + 1;
        }
      } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
        throw new TransportException(
            "%s has a line that is no range of addresses: %s".formatted(table, line), e);
      }
    }
    throw new TransportException(
        "%s names no memory of the card; scan the bus again (echo 1 > /sys/bus/pci/rescan)"
            .formatted(table));
  }

  private static long number(String hex) {
    return new BigInteger(hex.replaceFirst("^0x", ""), HEX).longValue();
  }
}
