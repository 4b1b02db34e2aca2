/** Cluster metadata: Kafka's quorum controller and image over one journalled log, and what follows from its changes. */
package io.tickwire.edge.metadata;
