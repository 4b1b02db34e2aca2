/** Kafka Streams, Connect and MirrorMaker 2 over Tickwire, killed and restarted on the way. */
package io.tickwire.compat.frameworks;
