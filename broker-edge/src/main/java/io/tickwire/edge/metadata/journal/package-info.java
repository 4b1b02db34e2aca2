/** Control-plane logs: Kafka record batches written to, and replayed from, partition logs by a coordinator's one thread. */
package io.tickwire.edge.metadata.journal;
