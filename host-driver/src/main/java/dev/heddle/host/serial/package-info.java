/** Serial ports and pseudo-terminals of Linux. */
package dev.heddle.host.serial;
