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
    ADD_CONSTANT,
    SUBTRACT,
    SUBTRACT_CONSTANT,
    MULTIPLY,
    NEGATE,
    WRAP_ADD,
    WRAP_SUBTRACT,
    SATURATE_ADD,
    INCREMENT,
    DECREMENT,
    SUM,
    AND,
    OR,
    XOR,
    COMPLEMENT,
    EQUAL,
    DIFFERENT,
    LESS,
    AT_MOST,
    GREATER,
    AT_LEAST,
    COMPARE_CONSTANT,
    SOME_BIT,
    EVERY_BIT,
    PARITY,
    NEGATIVE,
    BIT,
    BIT_BY_SIGNAL,
    SLICE,
    WRAP,
    SATURATE,
    PAD,
    TO_SIGNED,
    REINTERPRET,
    SHIFT_LEFT,
    SHIFT_RIGHT,
    SHIFT_LEFT_BY_SIGNAL,
    SHIFT_RIGHT_BY_SIGNAL,
    MUX,
    MUX_BIT,
    MUX_CONSTANT,
    CONCATENATE,
    FILL,
    BIT_AND,
    BIT_OR,
    BIT_XOR,
    BIT_NOT,
    BIT_AND_NOT,
    BIT_EQUAL,

    REGISTER,
    ENABLED_REGISTER,
    RESET_REGISTER,
    ENABLED_RESET_REGISTER,
    DELAY,
    RESET_DELAY,
    MEMORY,
    SYNCHRONOUS_MEMORY,
    ENABLED_MEMORY,
    MASKED_MEMORY,
    TWO_WRITE_MEMORY,
    RECORD_MEMORY,
    TABLE,
    SYNCHRONOUS_TABLE,
    VEC_READ,
    VEC_REGISTERS,
    RECORD_MUX,
    RECORD_REGISTER,
    PACK,

    OVERRIDDEN_WIRE,
    BRANCHED_WIRE,
    THREE_STATES,
    FOUR_STATES,
    CHECK,

    QUEUE,
    INSTANCE,
    TWIN_INSTANCES,
    CROSSING,
    CROSSING_QUEUE
  }
}
