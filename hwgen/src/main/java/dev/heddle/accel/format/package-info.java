/** Numbers, packing and golden arithmetic: what hardware, golden model and host share. */
package dev.heddle.accel.format;
