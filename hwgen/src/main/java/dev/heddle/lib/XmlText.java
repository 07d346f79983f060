package dev.heddle.lib;

/** XML as text that people read as well: an element a line, indented. */
public final class XmlText {
  private final StringBuilder out = new StringBuilder();
  private int depth;

  /** A document that begins. */
  public XmlText() {
    out.append("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
  }

  /**
   * Opens an element that has others in it.
   *
   * @param tag its name, attributes behind it
   */
  public void open(String tag) {
    indent();
    out.append('<').append(tag).append(">\n");
    depth++;
  }

  /** Closes the element that was opened last. */
  public void close(String tag) {
    depth--;
    indent();
    out.append("</").append(tag).append(">\n");
  }

  /** An element that holds text, in which all characters may stand. */
  public void element(String tag, String text) {
    indent();
    out.append('<').append(tag).append('>').append(escape(text));
    out.append("</").append(tag).append(">\n");
  }

  /**
   * An element that holds nothing.
   *
   * @param tag its name, attributes behind it
   */
  public void empty(String tag) {
    indent();
    out.append('<').append(tag).append("/>\n");
  }

  private void indent() {
    out.append("  ".repeat(depth));
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  /** What has been written. */
  @Override
  public String toString() {
    return out.toString();
  }
}
