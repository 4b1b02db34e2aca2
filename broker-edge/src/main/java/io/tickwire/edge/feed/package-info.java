/** Market-data feeds: framings, message protocols, sequence tracking and the way of a datagram into journal and shared memory. */
package io.tickwire.edge.feed;
