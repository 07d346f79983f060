/** Building blocks: streams, queues, arbiters, clock crossings, register maps, AXI4. */
package dev.heddle.lib;
