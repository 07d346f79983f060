package dev.heddle.hdl.check;

import static dev.heddle.hdl.Hdl.bit;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;

/** A component with a path from its input to its output. */
final class Inverter extends Component {
  final Bit x = in(bit());
  final Bit y = out(bit());

  Inverter() {
    y.set(x.not());
  }
}
