/** The calls of Linux that this program makes itself: files of terminals and of devices. */
package dev.heddle.host.linux;
