package dev.heddle.host.board;

import dev.heddle.host.link.SerialLine;
import java.nio.ByteBuffer;

/**
 * The port of a virtual board in another program, whose time passes more slowly than the host's: so
 * long does a host wait that goes by the time of this line. How fast the simulation really is
 * cannot be seen from here.
 *
 * @param port the port as the system has it
 */
public record VirtualPort(SerialLine port) implements SerialLine {
  /** Seconds of the host in which a virtual board is trusted to simulate one. */
  public static final int SLOWNESS = 20;

  @Override
  public int read(ByteBuffer target) {
    return port.read(target);
  }

  @Override
  public int write(ByteBuffer source) {
    return port.write(source);
  }

  @Override
  public void await(boolean forWriting, long nanos) {
    port.await(forWriting, SLOWNESS * nanos);
  }

  @Override
  public long nanoTime() {
    return port.nanoTime() / SLOWNESS;
  }

  @Override
  public int baud() {
    return port.baud();
  }

  @Override
  public void setBaud(int baud) {
    port.setBaud(baud);
  }

  @Override
  public String name() {
    return port.name();
  }

  @Override
  public void close() {
    port.close();
  }
}
