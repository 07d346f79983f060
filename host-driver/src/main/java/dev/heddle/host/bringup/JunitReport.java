package dev.heddle.host.bringup;

import java.io.StringWriter;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** The form of a {@link BringUpReport} that build servers read: a test suite, a case a step. */
public final class JunitReport {
  private JunitReport() {}

  /** The report as the XML of JUnit. */
  public static String write(BringUpReport report) {
    StringWriter text = new StringWriter();
    try {
      XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
      xml.writeStartDocument("UTF-8", "1.0");
      line(xml, 0);
      xml.writeStartElement("testsuite");
      xml.writeAttribute("name", "heddle bring-up of " + report.device());
      xml.writeAttribute("timestamp", report.began());
      xml.writeAttribute("tests", Integer.toString(report.steps().size()));
      long failures = report.count(StepStatus.FAILED) + report.count(StepStatus.UNSUPPORTED);
      xml.writeAttribute("failures", Long.toString(failures));
      xml.writeAttribute("skipped", Long.toString(report.count(StepStatus.SKIPPED)));
      for (BringUpReport.Step step : report.steps()) {
        line(xml, 1);
        write(xml, step);
      }
      line(xml, 0);
      xml.writeEndElement();
      xml.writeEndDocument();
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e);
    }
    return text + "\n";
  }

  private static void write(XMLStreamWriter xml, BringUpReport.Step step)
      throws XMLStreamException {
    StepResult result = step.result();
    xml.writeStartElement("testcase");
    xml.writeAttribute("classname", "heddle.bringup");
    xml.writeAttribute("name", step.name());
    xml.writeAttribute("time", String.format(Locale.ROOT, "%.3f", step.seconds()));
    line(xml, 2);
    switch (result.status()) {
      case PASSED -> {
        xml.writeStartElement("system-out");
        xml.writeCharacters(result.summary());
      }
      case SKIPPED -> {
        xml.writeStartElement("skipped");
        xml.writeAttribute("message", result.summary());
      }
      case FAILED, UNSUPPORTED -> {
        xml.writeStartElement("failure");
        xml.writeAttribute("message", result.summary());
        xml.writeCharacters(String.join("\n", result.details()));
      }
    }
    xml.writeEndElement();
    line(xml, 1);
    xml.writeEndElement();
  }

  private static void line(XMLStreamWriter xml, int depth) throws XMLStreamException {
    xml.writeCharacters("\n" + "  ".repeat(depth));
  }
}
