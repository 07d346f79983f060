/**
 * The language between host and machine: descriptors, completion records, registers. Each field is
 * declared once; hardware decoders, host encoders, the golden model and the documentation derive
 * from the declaration.
 */
package dev.heddle.accel.isa;
