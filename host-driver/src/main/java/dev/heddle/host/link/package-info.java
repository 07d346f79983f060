/** Boards behind a line of bytes: the host's side of {@link dev.heddle.lib.link.LinkProtocol}. */
package dev.heddle.host.link;
