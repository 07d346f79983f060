/** Command fetch, tokens between engines, completion records. */
package dev.heddle.accel.command;
