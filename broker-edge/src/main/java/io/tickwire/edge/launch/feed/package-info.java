/** The commands that play feeds, subscribe to shared memory and show both. */
package io.tickwire.edge.launch.feed;
