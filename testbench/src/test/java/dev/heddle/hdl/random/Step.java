package dev.heddle.hdl.random;

/**
 * One step in the making of a random circuit. Every step makes sense in every circuit, since its
 * numbers are taken modulo what there is to choose from; so any step can be left out of a failing
 * circuit to make it smaller.
 *
 * @param kind what is made
 * @param a first choice
 * @param b second choice
 * @param c third choice
 * @param width bits wanted, 1 to 200
 */
record Step(Kind kind, int a, int b, int c, int width) {
  enum Kind {
    INPUT,
    CONSTANT,
    ADD,
    SUBTRACT,
    MULTIPLY,
    BITWISE,
    COMPLEMENT,
    COMPARE,
    CHOOSE,
    CONCATENATE,
    SLICE,
    WRAP,
    SATURATE,
    WIDEN,
    REINTERPRET,
    SHIFT,
    SHIFT_BY_SIGNAL,
    REDUCE,
    STEP_BY_ONE,
    LOGIC,
    SELECT,
    REGISTER,
    RESET_REGISTER,
    WIRE,
    MEMORY,
    STATE_MACHINE,
    INSTANCE
  }
}
