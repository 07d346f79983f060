/** The accelerator: configurations, engines and the top. */
package dev.heddle.accel;
