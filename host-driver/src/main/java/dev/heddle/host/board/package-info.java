/** Virtual boards: the top level of a board in a simulator, behind the pins that the board has. */
package dev.heddle.host.board;
